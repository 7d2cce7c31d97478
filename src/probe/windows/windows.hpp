// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Windows: processors by GetLogicalProcessorInformationEx, their name from the registry, memory by GlobalMemoryStatusEx,
/// GPUs by DXGI (PCI ids, memory of their own). Elsewhere it leaves a note. WSL is Linux and has nothing to do with this.
void probe_windows(Context& context);

}  // namespace canirun::probe
