// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/calibration_file.hpp"
#include "cli/bench_probe.hpp"
#include "cli/bench_runs.hpp"
#include "report/page.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// Where runs came from: a file and what wrote it, or a server.
struct BenchSource {
  std::string name, format;
};

/// What is kept of a machine, and what it does to estimates.
struct KeptRecord {
  bench::MachineRecord record;
  std::vector<SpeedCorrection> corrections;
};

/// Whatever `canirun bench` has to say; parts that were not asked for are empty.
struct BenchReport {
  report::Head head;
  const Machine& machine;
  std::vector<BenchSource> sources = {};
  std::vector<BenchRun> runs = {};
  std::vector<std::string> notes = {};
  std::optional<ProbeResult> probe = {};
  std::optional<bench::MeasuredMemory> memory = {};    ///< measured just now
  std::optional<bench::MeasuredCompute> compute = {};  ///< measured just now
  std::vector<bench::MeasuredCopies> gpu_copies = {};  ///< measured just now, of this machine's GPUs
  std::filesystem::path path = {};                     ///< of the calibration file; empty: there is no place for one
  bool saved = false;
  std::string save_command = {};  ///< what to type to keep it; empty: it cannot be kept
  std::optional<KeptRecord> kept = {};
  std::optional<std::uint64_t> forgotten_runs = {};  ///< of this machine, when it was asked to forget
  bool was_kept = false;                             ///< there was anything to forget
};

/// The part about the processor and the memories, when they were measured just now.
void probe_section(report::Page& page, const BenchReport& report);
std::string render_bench_text(const BenchReport& report, const report::Terminal& terminal);
/// Schema "canirun/bench".
std::string bench_json(const BenchReport& report);

}  // namespace canirun::cli
