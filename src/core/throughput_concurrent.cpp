// SPDX-License-Identifier: MIT
// Several requests at once: they share each read of the weights, and every one has a cache of its own.
#include <canirun/speed.hpp>

#include "core/throughput_batch.hpp"

namespace canirun {
std::optional<ConcurrentSpeed> concurrent_speed(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                                const EngineSettings& settings, const PlacedMemory& placed,
                                                const UsageProfile& usage, const SpeedBook& speeds,
                                                std::uint32_t sequences) {
  if (sequences == 0 || machine.pools.empty() || model.layers.empty() || weights.layers.empty()) return std::nullopt;
  const ThroughputPlan plan = make_plan(machine, model, weights, settings, placed.placement, speeds);
  if (!all_bandwidths_known(plan)) return std::nullopt;
  const DecodeTime step = decode_time(plan, usage.depth_tokens, sequences);
  if (!(step.total_s > 0) || !(step.roofline_s > 0)) return std::nullopt;

  const double count = sequences;
  ConcurrentSpeed speed;
  speed.sequences = sequences;
  speed.each_tokens_per_s = decode_range(step, sequences > 1 ? batch_spread(plan, step) : decode_spread(plan, step));
  speed.total_tokens_per_s = {.low = speed.each_tokens_per_s.low * count,
                              .typical = speed.each_tokens_per_s.typical * count,
                              .high = speed.each_tokens_per_s.high * count};
  for (const SiteLoad& load : plan.loads) {
    if (model.moe && load.all_expert_bytes > 0) speed.expert_share_touched = touched_share(plan, load.speed.batch, count);
  }
  for (const DecodeTime::Site& site : step.sites) speed.cache_bytes += site.kv_bytes;
  return speed;
}

}  // namespace canirun
