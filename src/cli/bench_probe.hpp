// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "bench/cpu_probe.hpp"
#include "bench/gpu_copies.hpp"
#include "cli/session.hpp"
#include "probe/activity.hpp"

namespace canirun::cli {

/// What this processor and the GPUs' memories did in a few seconds, and what disturbed the processor.
struct ProbeResult {
  bench::CpuProbe cpu;
  std::vector<bench::GpuCopies> gpus;
  bool busy = false;
  std::vector<std::string> disturbances;  ///< "other programs used 41 % of the processors"
};
/// What slowed this machine down between two moments. `processor_s`: seconds of all processors together in which only this
/// process should have worked; 0: others had work to do (a server), and it is not counted.
std::vector<std::string> disturbances_between(const probe::Activity& before, const probe::Activity& after,
                                              double processor_s);
ProbeResult probe_this_machine(Session& session, const Machine& machine);

}  // namespace canirun::cli
