// SPDX-License-Identifier: MIT
// Speculative decoding: a round is n proposals and one step of the large model over n + 1 tokens. That step reads the
// weights once (of a mixture's experts more than for one token) and the cache once; what its further tokens cost is told
// by the kernels that an engine has for a few of them (throughput_batch.cpp), and decides whether drafting pays.
// A proposal is a step of the small model; of layers the model has itself, one of them and its output matrix; of a text's
// own words, nothing.
#include <algorithm>
#include <canirun/speed.hpp>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

/// Most proposals of a round that published runs have, by what proposes: further ones may not be kept as these are.
std::uint32_t most_proposals(DraftKind kind) {
  switch (kind) {
    case DraftKind::mtp:
    case DraftKind::eagle3:
      return 5;
    case DraftKind::model:
      return 8;
    case DraftKind::ngram:
      break;
  }
  return 16;
}

double rate_of(double share, std::uint32_t proposals, double check_s, double draft_s) {
  return tokens_per_check(share, proposals) / (proposals * draft_s + check_s);
}

/// Seconds of one proposal; nullopt when a bandwidth is not known.
std::optional<double> draft_step_s(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                   const EngineSettings& settings, double depth, const SpeedBook& speeds,
                                   const Drafting& drafting) {
  if (drafting.kind == DraftKind::ngram) return 0;
  if (drafting.model == nullptr || drafting.weights == nullptr) return std::nullopt;
  if (drafting.model->layers.empty() || drafting.weights->layers.empty()) return std::nullopt;
  EngineSettings alone = settings;
  alone.gpu_layers.reset();
  alone.cpu_moe_layers.reset();
  alone.parallel = 1;
  WeightTable table = *drafting.weights;
  if (drafting.kind == DraftKind::mtp && !model.next_token_embeddings) table.output_bytes = weights.output_bytes;
  const PlacedMemory placed = place(machine, *drafting.model, table, alone, Effort::ranking);
  const ThroughputPlan plan = make_plan(machine, *drafting.model, table, alone, placed.placement, speeds);
  if (!all_bandwidths_known(plan)) return std::nullopt;
  return decode_time(plan, depth).total_s;
}

}  // namespace

DraftAcceptance draft_acceptance(const SpeedBook& speeds, DraftKind kind, Task task) {
  DraftAcceptance found{.kind = kind};
  bool of_the_task = false;
  for (const DraftEvidence& evidence : speeds.drafts) {
    if (evidence.kind != kind || of_the_task || (evidence.task && *evidence.task != task)) continue;
    of_the_task = evidence.task.has_value();
    found.share = evidence.share;
    found.source = evidence.provenance.source;
  }
  return found;
}

double tokens_per_check(double share, std::uint32_t draft_tokens) {
  const double kept = std::clamp(share, 0.0, 1.0);
  if (kept >= 1) return draft_tokens + 1.0;
  return (1 - std::pow(kept, draft_tokens + 1.0)) / (1 - kept);
}

std::optional<SpeculativeSpeed> speculative_speed(const std::vector<double>& check_step_s, double draft_step_s,
                                                  const DraftAcceptance& acceptance) {
  if (check_step_s.size() < 2 || !(draft_step_s >= 0) || !(check_step_s.front() > 0)) return std::nullopt;
  std::uint32_t best = 1;
  for (std::uint32_t n = 1; n < check_step_s.size(); ++n) {
    const double share = acceptance.share.typical;
    if (rate_of(share, n, check_step_s[n], draft_step_s) > rate_of(share, best, check_step_s[best], draft_step_s)) best = n;
  }
  const double check_s = check_step_s[best];
  SpeculativeSpeed speed;
  speed.kind = acceptance.kind;
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
                                                   const SpeedBook& speeds, const Drafting& drafting) {
  if (machine.pools.empty() || model.layers.empty() || weights.layers.empty()) return std::nullopt;
  const ThroughputPlan plan = make_plan(machine, model, weights, settings, placed.placement, speeds);
  if (!all_bandwidths_known(plan)) return std::nullopt;
  const std::optional<double> draft_s =
      draft_step_s(machine, model, weights, settings, usage.depth_tokens, speeds, drafting);
  const DecodeTime plain = decode_time(plan, usage.depth_tokens);
  if (!draft_s || !(plain.total_s > 0)) return std::nullopt;

  std::vector<double> check_step_s;
  for (std::uint32_t n = 0; n <= most_proposals(drafting.kind); ++n) {
    check_step_s.push_back(decode_time(plan, usage.depth_tokens, n + 1.0, 1.0).total_s);
  }
  std::optional<SpeculativeSpeed> speed =
      speculative_speed(check_step_s, *draft_s, draft_acceptance(speeds, drafting.kind, usage.task));
  if (!speed) return std::nullopt;
  // Both the text and the estimate of a step may be off, independently: their logarithms add as squares.
  const SpeedSpread spread = batch_spread(plan, plain);
  Range& rate = speed->decode_tokens_per_s;
  rate.low = rate.typical * std::exp(-std::hypot(std::log(rate.low / rate.typical), std::log(spread.low)));
  rate.high = rate.typical * std::exp(std::hypot(std::log(rate.high / rate.typical), std::log(spread.high)));
  return speed;
}

}  // namespace canirun
