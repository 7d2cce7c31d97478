// SPDX-License-Identifier: MIT
#include "recorded.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;
using canirun::probe::UnpackedRecording;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("no file " + file.native());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

Recorded::Recorded(const std::string& name) {
  if (!name.empty()) {
    auto parsed = canirun::probe::parse_recording(text_of(CANIRUN_FIXTURES "/machines/" + name + ".txt"));
    if (!parsed) throw std::runtime_error(name + ": " + parsed.error().message);
    recording_ = std::move(*parsed);
  }
  auto unpacked = UnpackedRecording::make(recording_);
  if (!unpacked) throw std::runtime_error(name + ": " + unpacked.error().message);
  unpacked_.emplace(std::move(*unpacked));
}

void Recorded::write(const std::string& path, const std::string& content) const {
  const fs::path file = root() / path.substr(1);
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void Recorded::link(const std::string& path, const std::string& target) const {
  fs::create_directories((root() / path.substr(1)).parent_path());
  fs::create_symlink(target, root() / path.substr(1));
}

void Recorded::remove(const std::string& path) const { fs::remove_all(root() / path.substr(1)); }

std::string note_about(const canirun::Machine& machine, const std::string& fact) {
  for (const canirun::ProbeNote& note : machine.notes) {
    if (note.fact == fact) return note.reason;
  }
  return {};
}

const canirun::Device* device_named(const canirun::Machine& machine, const std::string& id) {
  for (const canirun::Device& device : machine.devices) {
    if (device.id == id) return &device;
  }
  return nullptr;
}
