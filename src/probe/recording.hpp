// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <canirun/result.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "probe/probe.hpp"

/// A machine written down as one text: the files of /proc and /sys that the probe reads, and what the drivers said. The
/// format is described in tests/fixtures/machines/README.md; `canirun record` writes it, `--machine` replays it.
namespace canirun::probe {

struct RecordedEntry {
  enum class Kind { file, link, folder } kind = Kind::file;
  std::string path;   ///< absolute, without "." and ".."
  std::string value;  ///< contents, or where the link leads
};

struct Recording {
  std::string about;  ///< where the values come from: the lines before the first '@'
  std::vector<RecordedEntry> entries;
  std::map<std::string, std::string> drivers;  ///< answers by driver: "nvml"
};

/// Whether a text is meant as a recording rather than as JSON.
bool looks_like_recording(std::string_view text);

/// Errors (`malformed`) name the line. At most 16 MiB and 50 000 entries; paths stay inside the recorded root.
Result<Recording> parse_recording(std::string_view text);

/// The files of a recording in a folder of their own below the temporary folder; both go away with this.
class UnpackedRecording {
 public:
  static Result<UnpackedRecording> make(const Recording& recording);
  ~UnpackedRecording();
  UnpackedRecording(UnpackedRecording&& other) noexcept;
  UnpackedRecording& operator=(UnpackedRecording&&) = delete;
  UnpackedRecording(const UnpackedRecording&) = delete;
  UnpackedRecording& operator=(const UnpackedRecording&) = delete;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  explicit UnpackedRecording(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

/// Looks at the recorded machine as if it were this one.
Result<Machine> replay_recording(std::string_view text);

/// Looks at the machine of the options and writes down what was looked at, without serial numbers, names of users, hosts or
/// containers. What it says replays to the same Machine. Empty on Windows, where nothing of it lies in files.
std::string record_machine(const ProbeOptions& options = {});

/// "packages=2 cores=6x2,8x1 l2_kib=1024 l3_kib=32768 l3_cores=8" as files of /sys/devices/system: cores of each package as
/// COUNTxTHREADS, numbered in order with the threads of a core side by side; l3_cores cores share an L3 (0: the package
/// does). Error: a word that is not understood.
Result<void> add_topology(std::string_view arguments, std::vector<RecordedEntry>& entries);

}  // namespace canirun::probe
