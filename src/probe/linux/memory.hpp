// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Appends the host pool (pools[0]): /proc/meminfo clipped by control groups, bandwidth from the firmware's memory table
/// when it says enough. Also lowers machine.cpu.usable_cores to the CPU quota. Call after probe_cpu.
void probe_host_memory(Context& context);

}  // namespace canirun::probe
