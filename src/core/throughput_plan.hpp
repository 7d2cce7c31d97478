// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/speed.hpp>
#include <vector>

#include "core/placement_layout.hpp"
#include "core/speed_lookup.hpp"
#include "core/throughput_work.hpp"

namespace canirun {

/// What one place (the CPU, or one GPU) reads and computes for a token.
struct SiteLoad {
  std::uint32_t pool = 0;
  double bandwidth_bytes_per_s = 0;  ///< spec
  DeviceSpeed speed;
  WeightMix mix;
  double dense_bytes = 0;       ///< attention, dense FFN, shared experts, output
  double expert_bytes = 0;      ///< routed experts one token touches
  double all_expert_bytes = 0;  ///< routed experts that lie here
  double output_bytes = 0;      ///< part of dense_bytes that only the last token of a prompt needs
  double units = 0;             ///< overhead, in plain layers
  double layers = 0;            ///< with something to do here
  [[nodiscard]] bool used() const { return layers > 0 || dense_bytes > 0 || expert_bytes > 0; }
};

/// The placed model, ready to be timed at any depth. References outlive the call only.
struct ThroughputPlan {
  const Machine& machine;
  const ModelSpec& model;
  const EngineSettings& settings;
  Sites sites{};
  Layout layout{};
  std::vector<SiteLoad> loads{};  ///< one a site; [0] is the CPU
  double expert_share = 1;        ///< of the routed experts, touched by one token
  std::uint32_t gpu_hops = 0;     ///< from one GPU to the next, a token
  std::uint32_t host_hops = 0;    ///< between a GPU and the CPU, a token
  bool tensor_parallel = false;
};

ThroughputPlan make_plan(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                         const EngineSettings& settings, const Placement& placement, const SpeedBook& speeds);

/// Seconds of one decode step, by cause; `sites` holds the whole per place.
struct DecodeTime {
  /// What one place reads, and how long it works.
  struct Site {
    double weight_bytes = 0, kv_bytes = 0, seconds = 0;
  };
  std::vector<Site> sites;
  double total_s = 0;
  double bandwidth_s = 0, compute_s = 0, overhead_s = 0, link_s = 0;
  double roofline_s = 0;  ///< bytes over spec bandwidth
};
/// One step computes `tokens`: the next one of as many requests, each with `depth_tokens` of its own behind it, or
/// (`caches` = 1) several of one request, which share its cache.
DecodeTime decode_time(const ThroughputPlan& plan, double depth_tokens, double tokens = 1,
                       std::optional<double> caches = std::nullopt);

bool all_bandwidths_known(const ThroughputPlan& plan);
/// Low and high: every place's seconds are stretched by its own spread, so that a place that gets slower never makes an end
/// of the range faster.
SpeedSpread decode_spread(const ThroughputPlan& plan, const DecodeTime& time);
Range decode_range(const DecodeTime& time, const SpeedSpread& spread);
/// Of a step over several tokens: both the estimate of one token and what the others add may be off, independently, so that
/// their logarithms add as squares.
SpeedSpread batch_spread(const ThroughputPlan& plan, const DecodeTime& time);

/// Seconds to read a prompt; `site_s` of each place, before several GPUs work at once.
struct PrefillTime {
  std::vector<double> site_s;
  double total_s = 0;
};
/// `tokens` of prompt behind `depth_tokens` that are cached already.
PrefillTime prefill_time(const ThroughputPlan& plan, double tokens, double depth_tokens);
SpeedSpread prefill_spread(const ThroughputPlan& plan, const PrefillTime& time);

}  // namespace canirun
