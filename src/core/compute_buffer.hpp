// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>

#include "core/compute_buffer_schedule.hpp"
#include "core/placement_layout.hpp"

namespace canirun {

/// Scratch memory of the graph on each site, in bytes: what is alive at the worst moment of the largest micro-batch.
/// The engine's own planning is played through on tensors without contents, so that holes between tensors, in-place
/// operations and copies between devices count as they do there. `coarse` looks at few layers only, some ten times faster
/// and a few percent off: for searching.
SiteBytes compute_buffers(const ModelSpec& model, const WeightTable& weights, const EngineSettings& settings,
                          const ContextShape& shape, const Sites& sites, const Layout& layout, bool coarse = false);

}  // namespace canirun
