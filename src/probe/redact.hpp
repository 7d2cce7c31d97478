// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace canirun::probe {

/// Takes out of one file what the probe does not need and somebody could be known by: board serial numbers, mounts, the
/// names of other files. What is left reads the same for the probe.
std::string redact_file(std::string_view path, std::string_view content);

/// Replaces what looks like an identifier (12 or more hexadecimal digits, a UUID) by a numbered stand-in, the same
/// everywhere in one recording, so that paths still lead to their files.
class Redactor {
 public:
  std::string text(std::string_view text);

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace canirun::probe
