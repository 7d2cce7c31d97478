// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/speed.hpp>

#include "core/batch_speed.hpp"

namespace canirun {

inline constexpr std::size_t k_weight_class_count = 12;

/// Constants of one device, engine and backend with the chain of records folded in: nothing is optional any more.
struct DeviceSpeed {
  double bandwidth_fraction = 0.5;
  double kv_bandwidth_fraction = 0.5;
  double kv_slowdown = 1;
  double kv_grouping_exponent = 0;
  double weight_slowdown = 1;
  double attention_flops_slowdown = 0;
  double layer_overhead_s = 100e-6, token_overhead_s = 300e-6;
  double overhead_slowdown = 1;
  double expert_slowdown = 1.2;
  double recurrent_layer_units = 1.5, moe_layer_units = 1.3, norm_layer_units = 1;

  double prefill_flops_per_s = 0;    ///< reached by q4_k products; 0: the device's rates are unknown
  double attention_flops_per_s = 0;  ///< reached by prefill attention
  double attention_grouping_exponent = 0, attention_head_exponent = 0;
  double score_bytes = 0;  ///< moved for each score in prefill; 0 with flash attention
  double prefill_layer_overhead_s = 100e-6;
  double prefill_expert_slowdown = 1.5, prefill_expert_rows = 20;
  double bf16_expert_slowdown = 1, bf16_expert_prefill_slowdown = 1;

  double pool_hop_s = 200e-6, host_hop_s = 40e-6;
  double pipeline_gain = 0.5;
  double engine_decode_slowdown = 1, engine_prefill_slowdown = 1;
  double fp32_flops_per_s = 0;  ///< peak of what is really used (threads, quota); 0: unknown
  std::array<double, k_weight_class_count> decode_flops_per_weight{};
  std::array<double, k_weight_class_count> decode_slowdown{};  ///< of a class of weights, by its bytes
  std::array<double, k_weight_class_count> prefill_slowdown{};
  SpeedSpread decode_spread, prefill_spread;
  double mixture_spread_exponent = 1, mixture_prefill_spread_exponent = 1;
  BatchSpeed batch;
  double own_product_flops_per_s = 0;      ///< of an engine with products of its own, in a batch; 0: those of a prompt
  const SpeedConstants* record = nullptr;  ///< most specific record found
  bool class_only = true;                  ///< the record is a class, not this family of devices
};

/// Constants for device `index` of the machine. Total: an empty book gives cautious defaults.
DeviceSpeed device_speed(const Machine& machine, const Device& device, Backend backend, const EngineSettings& settings,
                         const SpeedBook& book);

/// fp32 peak of the processor cores that will be used: cgroup quota, at most `threads`, hybrid parts' small cores at half.
double cpu_flops_per_s(const Machine& machine, const Device* device, std::optional<std::uint32_t> threads);

}  // namespace canirun
