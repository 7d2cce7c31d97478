// SPDX-License-Identifier: MIT
#include "core/throughput_work.hpp"

#include <algorithm>

#include "core/kv_cache.hpp"

namespace canirun {
namespace {

bool attends(AttentionKind kind) {
  return kind == AttentionKind::full || kind == AttentionKind::sliding_window || kind == AttentionKind::chunked ||
         kind == AttentionKind::mla || kind == AttentionKind::parallel_mamba2;
}

bool is_recurrent(AttentionKind kind) {
  return kind == AttentionKind::gated_delta || kind == AttentionKind::kda || kind == AttentionKind::mamba ||
         kind == AttentionKind::mamba2 || kind == AttentionKind::short_conv || kind == AttentionKind::wkv;
}

/// Row of the layer as read: a layer without a cache of its own reads an equal one of an earlier layer.
double row_bytes_read(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings) {
  if (layer.owns_kv) return static_cast<double>(cache_row_bytes(model, layer, settings));
  LayerSpec owner = layer;
  owner.owns_kv = true;
  return static_cast<double>(cache_row_bytes(model, owner, settings));
}

}  // namespace

double visible_tokens(const ModelSpec& model, const LayerSpec& layer, double depth) {
  if (!attends(layer.attention)) return 0;
  const double window = model.sliding_window_tokens;
  const bool limited = layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
  return limited && window > 0 ? std::min(depth, window) : depth;
}

double attention_flops_per_visible_token(const ModelSpec& model, const LayerSpec& layer) {
  if (!attends(layer.attention)) return 0;
  if (layer.attention == AttentionKind::mla && model.mla) {
    return 2.0 * layer.head_count * (2.0 * model.mla->kv_lora_rank + model.mla->rope_length);
  }
  return 2.0 * layer.head_count * (double{1} * layer.key_length + layer.value_length);
}

MixingWork mixing_work(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings, double depth) {
  MixingWork work;
  const double visible = visible_tokens(model, layer, depth);
  if (visible > 0) {
    work.grouping = layer.attention == AttentionKind::mla ? layer.head_count
                                                          : double{1} * layer.head_count / std::max(1U, layer.head_count_kv);
    work.cache_bytes = visible * row_bytes_read(model, layer, settings);
    work.attention_flops = visible * attention_flops_per_visible_token(model, layer);
  }
  if (is_recurrent(layer.attention) || layer.attention == AttentionKind::parallel_mamba2) {
    const ContextShape one{.batch = 1, .ubatch = 1, .cells = 1, .streams = 1, .sequences = 1, .output_rows = 1};
    work.state_bytes = 2.0 * static_cast<double>(layer_cache(model, layer, settings, one).state_bytes);
  }
  return work;
}

bool norms_results(const ModelSpec& model) {
  constexpr std::uint32_t k_norms = 4;
  return model.norms_per_layer >= k_norms;
}

double overhead_units(const LayerSpec& layer, const DeviceSpeed& speed, bool norms_results) {
  constexpr double k_feed_forward_only = 0.5, k_mla_extra = 0.3;
  double units = 1;
  if (layer.attention == AttentionKind::none) units = k_feed_forward_only;
  if (is_recurrent(layer.attention)) units = speed.recurrent_layer_units;
  if (layer.attention == AttentionKind::parallel_mamba2) units = 1 + speed.recurrent_layer_units;
  if (layer.attention == AttentionKind::mla) units += k_mla_extra;
  if (layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense) {
    units += speed.moe_layer_units - 1;
  }
  if (norms_results) units += speed.norm_layer_units - 1;
  return units;
}

WeightMix weight_mix(const WeightTable& weights, const DeviceSpeed& speed) {
  double bytes = 0, elements = 0, flops = 0, slow_bytes = 0, slow_elements = 0, bf16_elements = 0;
  for (std::size_t i = 0; i < weights.bytes_by_type.size(); ++i) {
    if (weights.bytes_by_type[i] == 0) continue;
    const auto type = static_cast<TensorType>(i);
    const TensorTypeTraits block = traits(type);
    const auto slot = static_cast<std::size_t>(weight_class(type));
    const auto here = static_cast<double>(weights.bytes_by_type[i]);
    const double count = here / block.block_bytes * block.block_elements;
    bytes += here;
    elements += count;
    flops += count * speed.decode_flops_per_weight[slot];
    if (weight_class(type) == WeightClass::bf16) bf16_elements += count;
    slow_bytes += here * speed.decode_slowdown[slot];
    slow_elements += count * speed.prefill_slowdown[slot];
  }
  if (bytes <= 0) return {};
  return {.weights_per_byte = elements / bytes,
          .decode_flops_per_byte = flops / bytes,
          .decode_slowdown = slow_bytes / bytes,
          .prefill_slowdown = slow_elements / elements,
          .bf16_share = bf16_elements / elements};
}

}  // namespace canirun
