// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "probe/recording.hpp"

/// A recorded machine: tests/fixtures/machines/NAME.txt unpacked into a temporary folder that goes away with this. "" is an
/// empty one.
class Recorded {
 public:
  explicit Recorded(const std::string& name);

  [[nodiscard]] const std::filesystem::path& root() const { return unpacked_->root(); }
  [[nodiscard]] const canirun::probe::Recording& recording() const { return recording_; }
  /// Replaces or adds a file of the machine.
  void write(const std::string& path, const std::string& content) const;
  void link(const std::string& path, const std::string& target) const;
  void remove(const std::string& path) const;

 private:
  canirun::probe::Recording recording_;
  std::optional<canirun::probe::UnpackedRecording> unpacked_;
};

/// The text of a file; throws when there is none.
std::string text_of(const std::filesystem::path& file);
/// Reason of the first note about this fact; "" when there is none.
std::string note_about(const canirun::Machine& machine, const std::string& fact);
const canirun::Device* device_named(const canirun::Machine& machine, const std::string& id);
