// SPDX-License-Identifier: MIT
#include "core/compute_buffer.hpp"

#include <algorithm>

#include "core/kv_cache.hpp"

namespace canirun {

SiteBytes compute_buffers(const ModelSpec& model, const WeightTable& weights, const EngineSettings& settings,
                          const ContextShape& shape, const Sites& sites, const Layout& layout) {
  const std::uint64_t u = std::uint64_t{shape.ubatch} * 4;
  const std::uint64_t e = model.embedding_length;
  std::uint64_t full = 0, window = 0, peak = (model.vocab_size + e) * std::uint64_t{shape.output_rows} * 4;
  for (const LayerSpec& layer : model.layers) {
    const std::uint64_t mask =
        std::uint64_t{cache_cells(model, layer, settings, shape)} * shape.ubatch * (settings.flash_attn ? 2 : 4);
    (layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked ? window : full) = mask;
  }
  const std::uint64_t mask = full + window;
  for (const LayerSpec& layer : model.layers) {
    const std::uint64_t q = std::uint64_t{layer.head_count} * layer.key_length;
    peak = std::max(peak, u * (3 * std::uint64_t{layer.feed_forward_length} + 2 * e + q) + mask);
    if (model.moe && layer.feed_forward != FeedForwardKind::dense) {
      const std::uint64_t used = model.moe->expert_used_count;
      peak = std::max(
          peak, u * std::max(3 * model.moe->expert_feed_forward_length * used + 2 * e + q, 2 * e * used + 3 * e + q) + mask);
    }
    const std::uint64_t kq = settings.flash_attn ? 0 : u * layer.head_count * shape.cells;
    peak = std::max(peak, u * (2 * q + 2 * e + 2 * std::uint64_t{layer.head_count_kv} * layer.key_length) + mask + kq);
  }
  SiteBytes bytes{};
  if (layout.gpu_layers == 0) {
    bytes[k_host_site] = peak + e * u;
    return bytes;
  }
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    if (layout.layer_site[i] == k_host_site) largest = std::max(largest, weights.layers[i].largest_tensor_bytes);
    if (layout.expert_site[i] == k_host_site) largest = std::max(largest, weights.layers[i].largest_expert_tensor_bytes);
  }
  for (std::uint32_t site = 1; site < sites.count; ++site) bytes[site] = peak + (settings.op_offload ? largest : 0);
  bytes[k_host_site] = 2 * e * u + mask;
  return bytes;
}

}  // namespace canirun
