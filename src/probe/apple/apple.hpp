// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// macOS. The contract: CPU and its cores by hwloc and sysctl (hw.perflevel0.physicalcpu), one unified pool with hw.memsize
/// and, as limit, the Metal working set (iogpu.wired_limit_mb, else two thirds or three quarters), the GPU by IOKit's
/// AGXAccelerator. Not supported yet: leaves one empty pool and a note that says so.
void probe_apple(Context& context);

}  // namespace canirun::probe
