// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Windows. The contract: CPU by hwloc, memory by GlobalMemoryStatusEx, GPUs by DXGI (LUID, PCI ids, dedicated and shared
/// bytes) and NVML from System32. Not supported yet: leaves a note that says so. WSL is Linux and is supported.
void probe_windows(Context& context);

}  // namespace canirun::probe
