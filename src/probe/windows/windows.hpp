// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Windows: processors by GetLogicalProcessorInformationEx, cpuid and the registry; memory by GlobalMemoryStatusEx and the
/// firmware's table; GPUs by NVIDIA's library (asked in a process of its own) and by DXGI; the drive by its properties.
/// WSL is Linux and has nothing to do with this.
void probe_windows(Context& context);

}  // namespace canirun::probe
