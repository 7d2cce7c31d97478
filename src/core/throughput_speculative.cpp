// SPDX-License-Identifier: MIT
// Speculative decoding: a round is n tokens of the small model and one step of the large one over n + 1. The large model's
// step reads its weights once (of a mixture's experts more than for one token) and its cache once, so it costs little
// more than a plain step as long as reading is what takes the time.
#include <algorithm>
#include <canirun/speed.hpp>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

constexpr std::uint32_t k_most_proposals = 16;  // llama.cpp's --draft-max

double rate_of(double share, std::uint32_t proposals, double check_s, double draft_s) {
  return tokens_per_check(share, proposals) / (proposals * draft_s + check_s);
}

}  // namespace

double tokens_per_check(double share, std::uint32_t draft_tokens) {
  const double kept = std::clamp(share, 0.0, 1.0);
  if (kept >= 1) return draft_tokens + 1.0;
  return (1 - std::pow(kept, draft_tokens + 1.0)) / (1 - kept);
}

std::optional<SpeculativeSpeed> speculative_speed(const std::vector<double>& check_step_s, double draft_step_s,
                                                  const DraftAcceptance& acceptance) {
  if (check_step_s.size() < 2 || !(draft_step_s > 0) || !(check_step_s.front() > 0)) return std::nullopt;
  std::uint32_t best = 1;
  for (std::uint32_t n = 1; n < check_step_s.size(); ++n) {
    const double share = acceptance.share.typical;
    if (rate_of(share, n, check_step_s[n], draft_step_s) > rate_of(share, best, check_step_s[best], draft_step_s)) best = n;
  }
  const double check_s = check_step_s[best];
  SpeculativeSpeed speed;
  speed.draft_tokens = best;
  speed.acceptance = acceptance.share;
  speed.source = acceptance.source;
  speed.draft_step_s = draft_step_s;
  speed.check_step_s = check_s;
  speed.tokens_per_step = tokens_per_check(acceptance.share.typical, best);
  speed.decode_tokens_per_s = {.low = rate_of(acceptance.share.low, best, check_s, draft_step_s),
                               .typical = rate_of(acceptance.share.typical, best, check_s, draft_step_s),
                               .high = rate_of(acceptance.share.high, best, check_s, draft_step_s)};
  speed.speedup = speed.decode_tokens_per_s.typical * check_step_s.front();
  return speed;
}

std::optional<SpeculativeSpeed> speculative_decode(const Machine& machine, const ModelSpec& model,
                                                   const WeightTable& weights, const EngineSettings& settings,
                                                   const PlacedMemory& placed, const UsageProfile& usage,
                                                   const SpeedBook& speeds, const ModelSpec& draft,
                                                   const WeightTable& draft_weights) {
  if (machine.pools.empty() || model.layers.empty() || weights.layers.empty()) return std::nullopt;
  if (draft.layers.empty() || draft_weights.layers.empty()) return std::nullopt;
  const ThroughputPlan plan = make_plan(machine, model, weights, settings, placed.placement, speeds);
  EngineSettings alone = settings;
  alone.gpu_layers.reset();
  alone.cpu_moe_layers.reset();
  const PlacedMemory draft_placed = place(machine, draft, draft_weights, alone, Effort::ranking);
  const ThroughputPlan draft_plan = make_plan(machine, draft, draft_weights, alone, draft_placed.placement, speeds);
  if (!all_bandwidths_known(plan) || !all_bandwidths_known(draft_plan)) return std::nullopt;

  const DecodeTime plain = decode_time(plan, usage.depth_tokens);
  const double draft_step_s = decode_time(draft_plan, usage.depth_tokens).total_s;
  if (!(plain.total_s > 0)) return std::nullopt;
  std::vector<double> check_step_s;
  for (std::uint32_t n = 0; n <= k_most_proposals; ++n) {
    check_step_s.push_back(decode_time(plan, usage.depth_tokens, n + 1.0, 1.0).total_s);
  }
  std::optional<SpeculativeSpeed> speed = speculative_speed(check_step_s, draft_step_s, DraftAcceptance{});
  if (!speed) return std::nullopt;
  // Both the text and the estimate of a step may be off, independently: their logarithms add as squares.
  const SpeedSpread spread = decode_spread(plan, plain);
  Range& rate = speed->decode_tokens_per_s;
  rate.low = rate.typical * std::exp(-std::hypot(std::log(rate.low / rate.typical), std::log(spread.low)));
  rate.high = rate.typical * std::exp(std::hypot(std::log(rate.high / rate.typical), std::log(spread.high)));
  return speed;
}

}  // namespace canirun
