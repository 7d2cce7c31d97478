// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "bench/cpu_probe.hpp"
#include "cli/session.hpp"

namespace canirun::cli {

/// What this processor did in a few seconds, and what disturbed it.
struct ProbeResult {
  bench::CpuProbe cpu;
  bool busy = false;
  std::vector<std::string> disturbances;  ///< "other programs used 41 % of the processors"
};
ProbeResult probe_this_machine(Session& session, const Machine& machine);

}  // namespace canirun::cli
