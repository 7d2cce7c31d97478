// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "usage/usage.hpp"

namespace canirun::usage {

/// Where reading is, and what could not be read.
class Lines {
 public:
  [[nodiscard]] std::uint64_t now() const { return line_; }
  void next() { ++line_; }
  /// Each line is counted once, whatever is wrong with it.
  void broken(std::string_view reason) { broken_at(line_, reason); }
  void broken_at(std::uint64_t line, std::string_view reason) {
    if (line == last_broken_) return;
    last_broken_ = line;
    ++broken_;
    if (!first_) first_ = BrokenLine{.line = line, .reason = std::string(reason)};
  }
  [[nodiscard]] std::uint64_t broken_count() const { return broken_; }
  [[nodiscard]] const std::optional<BrokenLine>& first_broken() const { return first_; }

 private:
  std::uint64_t line_ = 1, broken_ = 0, last_broken_ = 0;
  std::optional<BrokenLine> first_;
};

}  // namespace canirun::usage
