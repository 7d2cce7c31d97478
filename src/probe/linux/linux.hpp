// SPDX-License-Identifier: MIT
#pragma once
#include "probe/context.hpp"

namespace canirun::probe {

/// Linux: system, CPU, memory, then every accelerator on the bus.
void probe_linux(Context& context);

}  // namespace canirun::probe
