// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <filesystem>
#include <string>
#include <vector>

/// A recorded machine: tests/fixtures/machines/NAME.txt unpacked into a temporary folder that goes away with this.
/// The format is described in tests/fixtures/machines/README.md.
class Recorded {
 public:
  explicit Recorded(const std::string& name);
  ~Recorded();
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// Replaces or adds a file of the machine.
  void write(const std::string& path, const std::string& content) const;
  void link(const std::string& path, const std::string& target) const;
  void remove(const std::string& path) const;

 private:
  void entry(const std::string& head, const std::string& content) const;
  std::filesystem::path root_;
};

/// Reason of the first note about this fact; "" when there is none.
std::string note_about(const canirun::Machine& machine, const std::string& fact);
const canirun::Device* device_named(const canirun::Machine& machine, const std::string& id);
