// SPDX-License-Identifier: MIT
// Several requests at once: they share each read of the weights, and every one has a cache of its own.
#include <algorithm>
#include <canirun/speed.hpp>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

/// Sequences an engine serves at once. llama.cpp: LLAMA_MAX_SEQ; vLLM: its default max_num_seqs is of that size too.
constexpr std::uint32_t k_most_sequences = 256;

/// The same settings for `count` requests, each with the context that one has now.
EngineSettings settings_for(const EngineSettings& settings, std::uint32_t count) {
  EngineSettings other = settings;
  other.parallel = count;
  // Elsewhere the context is every sequence's own; llama.cpp and what runs it divide it between them.
  if (settings.engine == Engine::vllm || settings.engine == Engine::mlx) return other;
  const std::uint64_t each = settings.context_tokens / std::max(1U, settings.parallel);
  constexpr std::uint64_t k_most_tokens = 1ULL << 30U;
  other.context_tokens = static_cast<std::uint32_t>(std::min(each * count, k_most_tokens));
  return other;
}

}  // namespace

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
  speed.each_tokens_per_s = decode_range(step, spread_of(plan, step, &DeviceSpeed::decode_spread));
  speed.total_tokens_per_s = {.low = speed.each_tokens_per_s.low * count,
                              .typical = speed.each_tokens_per_s.typical * count,
                              .high = speed.each_tokens_per_s.high * count};
  if (model.moe) speed.expert_share_touched = 1 - std::pow(1 - plan.expert_share, count);
  for (const DecodeTime::Site& site : step.sites) speed.cache_bytes += site.kv_bytes;
  return speed;
}

std::uint32_t most_sequences(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                             const EngineSettings& settings, FitStatus status) {
  const auto fits = [&](std::uint32_t count) {
    return place(machine, model, weights, settings_for(settings, count), Effort::ranking).placement.status <= status;
  };
  std::uint32_t good = std::max(1U, settings.parallel);
  if (status == FitStatus::does_not_fit || good >= k_most_sequences) return good;
  std::uint32_t bad = good + 1;
  while (bad < k_most_sequences && fits(bad)) {
    good = bad;
    bad = std::min(k_most_sequences, bad * 2);
  }
  if (bad >= k_most_sequences && fits(k_most_sequences)) return k_most_sequences;
  while (bad - good > 1) {
    const std::uint32_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace canirun
