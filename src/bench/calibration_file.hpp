// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/calibration.hpp>
#include <canirun/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What was measured on this user's machines, in one local file. Written only when asked; holds no serial numbers, no names
/// of people, hosts or files.
namespace canirun::bench {

/// The best read rate of main memory that was seen.
struct MeasuredMemory {
  double read_bytes_per_s = 0;
  double spread = 0;  ///< 90th minus 10th percentile of the repetitions over their median
  std::uint32_t threads = 0;
  bool busy = false;  ///< the machine had other work: the true figure is higher
  std::string measured_on;
};

/// Matrix products on the processor, all threads together.
struct MeasuredCompute {
  double fp32_flops_per_s = 0;
  double fp16_flops_per_s = 0;  ///< weights stored as fp16
  double int8_ops_per_s = 0;
  std::string kernels;  ///< instruction sets used: "avx512_vnni"
  std::uint32_t threads = 0;
  bool busy = false;
  std::string measured_on;
};

/// Copies within the memory of one GPU.
struct MeasuredCopies {
  std::string device;           ///< "gpu0", as the machine calls it
  std::string by = {};          ///< who copied: "CUDA", "Vulkan"; "" in files of earlier programs
  double copy_bytes_per_s = 0;  ///< bytes read plus bytes written
  double spread = 0;            ///< as of memory
  bool busy = false;            ///< the repetitions lie far apart: somebody else used the card
  std::string measured_on;
};

struct MachineRecord {
  std::string key;   ///< machine_key()
  std::string name;  ///< for people
  std::optional<MeasuredMemory> memory;
  std::optional<MeasuredCompute> compute;
  std::vector<MeasuredCopies> gpu_copies;
  std::vector<Measurement> runs;
};

/// Runs kept of one machine; the oldest go first. Machines kept.
inline constexpr std::size_t k_most_kept_runs = 256, k_most_machines = 64;

struct CalibrationFile {
  std::vector<MachineRecord> machines;

  [[nodiscard]] const MachineRecord* find(std::string_view key) const;
  /// The record of this key, added when there is none; the machine that was added first goes when there are too many.
  MachineRecord& at(const std::string& key, const std::string& name);
};

/// A run replaces an earlier one that differs from it in its rates and date only.
void keep_run(MachineRecord& machine, const Measurement& run);

/// Errors name the JSON pointer. Figures that no machine reaches are errors too: a file that was edited by hand.
Result<CalibrationFile> parse_calibration(std::string_view text);
std::string calibration_text(const CalibrationFile& file);

/// Nothing when there is no such file.
Result<std::optional<CalibrationFile>> load_calibration(const std::filesystem::path& path);
/// Written beside its place and renamed over it, so that a reader sees the old file or the new one. Missing folders are
/// made.
Result<void> save_calibration(const std::filesystem::path& path, const CalibrationFile& file);
/// True when there was one.
Result<bool> remove_calibration(const std::filesystem::path& path);

}  // namespace canirun::bench
