// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/memory.hpp>

#include "core/placement_layout.hpp"

namespace canirun {

/// Scratch memory of the graph on each site, in bytes: what is alive at the worst moment of the largest micro-batch.
using SiteBytes = std::array<std::uint64_t, k_max_sites>;
SiteBytes compute_buffers(const ModelSpec& model, const WeightTable& weights, const EngineSettings& settings,
                          const ContextShape& shape, const Sites& sites, const Layout& layout);

}  // namespace canirun
