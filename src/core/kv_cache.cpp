// SPDX-License-Identifier: MIT
// What a layer remembers between tokens. Formulas: llama-kv-cache.cpp, llama-kv-cache-iswa.cpp and
// llama-memory-recurrent.cpp of llama.cpp v0.5.0; they equal the engine's buffers to the byte.
#include "core/kv_cache.hpp"

#include <algorithm>
#include <array>
#include <canirun/units.hpp>
#include <string_view>

namespace canirun {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t k_state_element_bytes = 4;  // recurrent state is f32 whatever the cache type
constexpr std::uint32_t k_window_padding = 256;
constexpr std::uint64_t k_kda_streams = 3;  // Kimi delta attention convolves q, k and v

bool caches_tokens(const LayerSpec& layer) {
  switch (layer.attention) {
    case AttentionKind::full:
    case AttentionKind::sliding_window:
    case AttentionKind::chunked:
    case AttentionKind::mla:
    case AttentionKind::parallel_mamba2:
      return layer.owns_kv;
    default:
      return false;
  }
}

/// Elements of the convolution window and of the state matrix, one sequence.
std::uint64_t state_elements(const ModelSpec& model, const LayerSpec& layer) {
  const SsmSpec ssm = model.ssm.value_or(SsmSpec{});
  const std::uint64_t window = ssm.conv_kernel > 0 ? ssm.conv_kernel - 1U : 0U;
  switch (layer.attention) {
    case AttentionKind::gated_delta:
    case AttentionKind::mamba:
    case AttentionKind::mamba2:
    case AttentionKind::parallel_mamba2:
      return window * (ssm.inner_size + 2ULL * ssm.group_count * ssm.state_size) +
             std::uint64_t{ssm.state_size} * ssm.inner_size;
    case AttentionKind::wkv:
      return (window + ssm.state_size) * ssm.inner_size;
    case AttentionKind::kda:
      return k_kda_streams * window * ssm.inner_size + std::uint64_t{ssm.state_size} * ssm.inner_size;
    case AttentionKind::short_conv:
      return std::uint64_t{model.embedding_length} * (std::max(1U, model.short_conv_cache_length) - 1U);
    default:
      return 0;
  }
}

}  // namespace

bool remembers(const ModelSpec& model) {
  constexpr std::array k_forgetful{
      "bert"sv,        "dream"sv,        "eurobert"sv, "gemma-embedding"sv, "jina-bert-v2"sv,   "llada"sv, "llada-moe"sv,
      "modern-bert"sv, "jina-bert-v3"sv, "neo-bert"sv, "nomic-bert"sv,      "nomic-bert-moe"sv, "rnd1"sv};
  return std::find(k_forgetful.begin(), k_forgetful.end(), std::string_view(model.architecture)) == k_forgetful.end();
}

std::uint32_t cache_cells(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings,
                          const ContextShape& shape) {
  if (!remembers(model)) return shape.ubatch;
  const bool windowed = layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
  if (!windowed || settings.swa_full || model.sliding_window_tokens == 0) return shape.cells;
  const std::uint64_t windows =
      std::uint64_t{model.sliding_window_tokens} * (settings.kv_unified ? shape.sequences : 1U) + shape.ubatch;
  return static_cast<std::uint32_t>(pad_up(std::min<std::uint64_t>(shape.cells, windows), k_window_padding));
}

std::uint64_t cache_row_bytes(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings) {
  if (!remembers(model)) return 0;
  if (!caches_tokens(layer)) {
    // A layer without attention of Deci is in the cache all the same, with rows of no length: until V is made as wide
    // as the widest.
    const bool has_rows = layer.attention == AttentionKind::none && model.architecture == "deci" && !settings.flash_attn;
    return has_rows ? row_bytes(settings.kv_type_v, widest_value_row(model)) : 0;
  }
  if (layer.attention == AttentionKind::mla && model.mla) {
    const MlaSpec& mla = *model.mla;
    const bool indexes = mla.indexer_head_count != 0 && layer.indexes;
    return row_bytes(settings.kv_type_k, mla.kv_lora_rank + mla.rope_length) +
           (indexes ? row_bytes(settings.kv_type_k, mla.indexer_key_length) : 0);
  }
  const std::uint64_t keys = std::uint64_t{layer.head_count_kv} * layer.key_length;
  std::uint64_t values = std::uint64_t{layer.head_count_kv} * layer.value_length;
  if (!settings.flash_attn) values = std::max(values, widest_value_row(model));
  // The cache of a block indexer is made like any other: with one head of values, which nobody reads.
  const bool indexes = model.block_indexer && layer.indexes;
  return row_bytes(settings.kv_type_k, keys) + row_bytes(settings.kv_type_v, values) +
         (indexes ? row_bytes(settings.kv_type_k, model.block_indexer->key_length) +
                        row_bytes(settings.kv_type_v, layer.value_length)
                  : 0);
}

std::uint64_t widest_value_row(const ModelSpec& model) {
  // Without flash attention V is stored transposed, and then every layer is given the widest row of the model when
  // widths differ (n_embd_v_gqa_max).
  std::uint64_t widest = 0;
  for (const LayerSpec& layer : model.layers) {
    widest = std::max(widest, std::uint64_t{layer.head_count_kv} * layer.value_length);
  }
  return widest;
}

LayerCache layer_cache(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings,
                       const ContextShape& shape) {
  return {.kv_bytes = cache_row_bytes(model, layer, settings) * cache_cells(model, layer, settings, shape) * shape.streams,
          .state_bytes = state_elements(model, layer) * k_state_element_bytes * shape.sequences};
}

std::vector<LayerCache> layer_caches(const ModelSpec& model, const EngineSettings& settings) {
  const ContextShape shape = context_shape(settings, model);
  std::vector<LayerCache> caches;
  caches.reserve(model.layers.size());
  for (const LayerSpec& layer : model.layers) caches.push_back(layer_cache(model, layer, settings, shape));
  return caches;
}

std::uint64_t kv_bytes_per_token(const ModelSpec& model, const EngineSettings& settings) {
  std::uint64_t bytes = 0;
  for (const LayerSpec& layer : model.layers) {
    const bool windowed = layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
    if (!windowed || settings.swa_full) bytes += cache_row_bytes(model, layer, settings);
  }
  return bytes;
}

}  // namespace canirun
