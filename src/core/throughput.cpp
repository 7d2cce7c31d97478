// SPDX-License-Identifier: MIT
// Speed of a placed model: the plan says what lies where, decode_time and prefill_time time it, and the spread of the
// measured runs around the fit makes the ranges. Formulas: throughput_decode.cpp, throughput_prefill.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/speed.hpp>
#include <cmath>

#include "core/throughput_plan.hpp"

namespace canirun {
namespace {

Bottleneck bottleneck_of(const DecodeTime& time) {
  const std::array<std::pair<double, Bottleneck>, 4> parts{{{time.bandwidth_s, Bottleneck::memory_bandwidth},
                                                            {time.compute_s, Bottleneck::compute},
                                                            {time.overhead_s, Bottleneck::overhead},
                                                            {time.link_s, Bottleneck::link}}};
  return std::max_element(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

std::vector<PoolTime> pool_times(const ThroughputPlan& plan, const DecodeTime& time) {
  std::vector<PoolTime> pools;
  for (std::size_t i = 0; i < plan.loads.size(); ++i) {
    const DecodeTime::Site& site = time.sites[i];
    if (site.seconds <= 0) continue;
    pools.push_back({.pool = plan.loads[i].pool,
                     .weight_bytes = site.weight_bytes,
                     .kv_bytes = site.kv_bytes,
                     .effective_bandwidth_bytes_per_s = (site.weight_bytes + site.kv_bytes) / site.seconds,
                     .seconds = site.seconds});
  }
  return pools;
}

/// The place that takes most of the time: its constants explain the figure.
const SiteLoad& main_load(const ThroughputPlan& plan, const DecodeTime& time) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < plan.loads.size(); ++i) {
    if (time.sites[i].seconds > time.sites[best].seconds) best = i;
  }
  return plan.loads[best];
}

std::string how_known(const SiteLoad& load) {
  const SpeedConstants* record = load.speed.record;
  if (record == nullptr) return "no constants for this device: cautious defaults";
  if (load.speed.class_only) return fmt::format("constants of {} (nothing measured on this family)", record->id);
  return fmt::format("constants of {}, fitted on {} measured runs of {} {}", record->id, record->rows, record->parts,
                     record->parts == 1 ? "device" : "devices");
}

Basis basis_of(const ThroughputPlan& plan) {
  Basis basis = Basis::derived;
  for (const SiteLoad& load : plan.loads) {
    if (!load.used()) continue;
    basis = weakest(basis, plan.machine.pools[load.pool].bandwidth_provenance.basis);
    if (load.speed.class_only) basis = Basis::assumed;
  }
  return basis;
}

/// Up to what one request can have.
std::vector<std::uint32_t> depths_to_show(const EngineSettings& settings) {
  const std::uint32_t deepest = context_of_a_request(settings);
  std::vector<std::uint32_t> depths;
  for (const std::uint32_t depth : {0U, 4096U, 32768U, 131072U}) {
    if (depth <= deepest) depths.push_back(depth);
  }
  if (depths.back() != deepest) depths.push_back(deepest);
  return depths;
}

/// One place's measured over estimated.
SpeedSpread site_spread(const ThroughputPlan& plan, const SiteLoad& load, SpeedSpread DeviceSpeed::* member) {
  constexpr double k_class_only_widening = 0.75;  // nothing measured on this family: a class average may be this far off
  SpeedSpread here = load.speed.*member;
  if (plan.model.moe) {
    const double exponent = member == &DeviceSpeed::decode_spread ? load.speed.mixture_spread_exponent
                                                                  : load.speed.mixture_prefill_spread_exponent;
    here.low = std::pow(here.low, exponent);
    here.high = std::pow(here.high, exponent);
  }
  if (load.speed.class_only) {
    here.low *= k_class_only_widening;
    here.high /= k_class_only_widening;
  }
  return here;
}

/// What of `total_s` no place accounts for (handing over, sampling) is stretched as the place that scatters most.
SpeedSpread stretched(const ThroughputPlan& plan, const std::vector<double>& site_s, double total_s,
                      SpeedSpread DeviceSpeed::* member) {
  double seconds = 0, at_low_s = 0, at_high_s = 0;
  SpeedSpread widest{.low = 1, .high = 1};
  for (std::size_t i = 0; i < site_s.size(); ++i) {
    if (site_s[i] <= 0) continue;
    const SpeedSpread here = site_spread(plan, plan.loads[i], member);
    seconds += site_s[i];
    at_low_s += site_s[i] / here.low;
    at_high_s += site_s[i] / here.high;
    widest = {.low = std::min(widest.low, here.low), .high = std::max(widest.high, here.high)};
  }
  if (seconds <= 0) return {};
  const double rest_s = std::max(0.0, total_s - seconds);
  const double all_s = seconds + rest_s;
  return {.low = std::min(1.0, all_s / (at_low_s + rest_s / widest.low)),
          .high = std::max(1.0, all_s / (at_high_s + rest_s / widest.high))};
}

}  // namespace

SpeedSpread decode_spread(const ThroughputPlan& plan, const DecodeTime& time) {
  std::vector<double> site_s;
  for (const DecodeTime::Site& site : time.sites) site_s.push_back(site.seconds);
  return stretched(plan, site_s, time.total_s, &DeviceSpeed::decode_spread);
}

SpeedSpread batch_spread(const ThroughputPlan& plan, const DecodeTime& time) {
  const SpeedSpread one = decode_spread(plan, time);
  SpeedSpread others{.low = 1, .high = 1};
  for (const SiteLoad& load : plan.loads) {
    if (!load.used()) continue;
    others = {.low = std::min(others.low, load.speed.batch.spread.low),
              .high = std::max(others.high, load.speed.batch.spread.high)};
  }
  return {.low = std::exp(-std::hypot(std::log(one.low), std::log(others.low))),
          .high = std::exp(std::hypot(std::log(one.high), std::log(others.high)))};
}

SpeedSpread prefill_spread(const ThroughputPlan& plan, const PrefillTime& time) {
  return stretched(plan, time.site_s, 0, &DeviceSpeed::prefill_spread);
}

Range decode_range(const DecodeTime& time, const SpeedSpread& spread) {
  const double ceiling = 1 / time.roofline_s;
  const double typical = std::min(1 / time.total_s, ceiling);
  return {.low = typical * spread.low, .typical = typical, .high = std::min(typical * spread.high, ceiling)};
}

bool all_bandwidths_known(const ThroughputPlan& plan) {
  return std::all_of(plan.loads.begin(), plan.loads.end(),
                     [](const SiteLoad& load) { return !load.used() || load.bandwidth_bytes_per_s > 0; });
}

std::optional<ThroughputEstimate> estimate_throughput(const Machine& machine, const ModelSpec& model,
                                                      const WeightTable& weights, const EngineSettings& settings,
                                                      const PlacedMemory& placed, const UsageProfile& usage,
                                                      const SpeedBook& speeds) {
  if (machine.pools.empty() || model.layers.empty() || weights.layers.empty()) return std::nullopt;
  const ThroughputPlan plan = make_plan(machine, model, weights, settings, placed.placement, speeds);
  if (!all_bandwidths_known(plan)) return std::nullopt;

  const DecodeTime decode = decode_time(plan, usage.depth_tokens);
  if (!(decode.total_s > 0) || !(decode.roofline_s > 0)) return std::nullopt;
  const SpeedSpread spread = decode_spread(plan, decode);

  ThroughputEstimate estimate;
  estimate.decode_tokens_per_s = decode_range(decode, spread);
  estimate.roofline_tokens_per_s = 1 / decode.roofline_s;
  estimate.bottleneck = bottleneck_of(decode);
  estimate.pools = pool_times(plan, decode);

  const double prompt = std::max(1U, usage.prompt_tokens);
  const double cached = std::max(0.0, usage.depth_tokens - prompt);
  const PrefillTime prefill = prefill_time(plan, prompt, cached);
  const SpeedSpread prefill_ends = prefill_spread(plan, prefill);
  const double rate = prompt / prefill.total_s;
  estimate.prefill_tokens_per_s = {.low = rate * prefill_ends.low, .typical = rate, .high = rate * prefill_ends.high};
  estimate.time_to_first_token_s = {
      .low = prompt / estimate.prefill_tokens_per_s.high + 1 / estimate.decode_tokens_per_s.high,
      .typical = prefill.total_s + 1 / estimate.decode_tokens_per_s.typical,
      .high = prompt / estimate.prefill_tokens_per_s.low + 1 / estimate.decode_tokens_per_s.low};

  for (const std::uint32_t depth : depths_to_show(settings)) {
    estimate.by_depth.push_back(
        {.depth_tokens = depth, .decode_tokens_per_s = decode_range(decode_time(plan, depth), spread)});
  }
  estimate.basis = basis_of(plan);
  estimate.how_known = how_known(main_load(plan, decode));
  return estimate;
}

}  // namespace canirun
