// SPDX-License-Identifier: MIT
#pragma once
#include "core/throughput_plan.hpp"

namespace canirun {

/// Time of one place to read and unpack weights for a single token.
struct WeightTime {
  double seconds = 0;
  double reading_s = 0, unpacking_s = 0;
};
WeightTime weight_time(const SiteLoad& load, double bytes);

/// Share of a layer's routed experts that at least one of `tokens` picks.
double touched_share(const ThroughputPlan& plan, const BatchSpeed& batch, double tokens);

/// Bytes of routed experts of a place that a step over `tokens` reads.
double touched_expert_bytes(const ThroughputPlan& plan, const SiteLoad& load, double tokens);

/// Seconds one place's weight products take for a step over `tokens`, cache and overhead apart.
double batch_weights_s(const ThroughputPlan& plan, const SiteLoad& load, double tokens);

}  // namespace canirun
