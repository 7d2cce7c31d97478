// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Fills machine.cpu and appends the CPU to machine.devices (pool 0). Reads /proc/cpuinfo, /sys/devices/system/cpu,
/// /proc/self/status (affinity) and, through hwloc, the topology.
void probe_cpu(Context& context);

/// Best instruction set for matrix work among x86 `flags` or arm64 `Features` of /proc/cpuinfo.
CpuIsa isa_from_flags(std::string_view flags, bool is_arm);

}  // namespace canirun::probe
