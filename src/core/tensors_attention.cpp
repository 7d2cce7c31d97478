// SPDX-License-Identifier: MIT
#include "core/tensors.hpp"

namespace canirun {
namespace {

void append_qk_norms(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  if (model.qk_norm == QkNorm::none) return;
  const bool over_all = model.qk_norm == QkNorm::over_all_heads;
  append_vector(out, TensorRole::qk_norm, layer.key_length * (over_all ? layer.head_count : 1));
  append_vector(out, TensorRole::qk_norm, layer.key_length * (over_all ? layer.head_count_kv : 1));
}

/// Multi-head latent attention. Files made for the compressed cache hold the up-projection split into k_b and v_b, one
/// matrix a head; older ones, which cache full heads, hold it whole (kv_b).
void append_mla_shapes(const ModelSpec& model, const MlaSpec& mla, const LayerSpec& layer, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t heads = layer.head_count;
  const std::uint32_t query = heads * (mla.nope_length + mla.rope_length);
  if (mla.q_lora_rank > 0) {
    append_matrix(out, TensorRole::mla_q_a, width, mla.q_lora_rank);
    append_vector(out, TensorRole::qk_norm, mla.q_lora_rank);
    append_matrix(out, TensorRole::mla_q_b, mla.q_lora_rank, query);
  } else {
    append_matrix(out, TensorRole::attn_q, width, query);
  }
  append_matrix(out, TensorRole::mla_kv_a, width, mla.kv_lora_rank + mla.rope_length);
  append_vector(out, TensorRole::qk_norm, mla.kv_lora_rank);
  if (layer.attention == AttentionKind::mla) {
    out.push_back({.role = TensorRole::mla_k_b, .ne0 = mla.nope_length, .ne1 = mla.kv_lora_rank, .ne2 = heads});
    out.push_back({.role = TensorRole::mla_v_b, .ne0 = mla.kv_lora_rank, .ne1 = mla.value_length, .ne2 = heads});
  } else {
    append_matrix(out, TensorRole::mla_kv_b, mla.kv_lora_rank, heads * (mla.nope_length + mla.value_length));
  }
  append_matrix(out, TensorRole::attn_output, heads * mla.value_length, width);
  if (mla.indexer_head_count > 0 && layer.indexes) {
    append_vector(out, TensorRole::indexer, mla.indexer_key_length);
    append_vector(out, TensorRole::indexer, mla.indexer_key_length);
    append_matrix(out, TensorRole::indexer, width, mla.indexer_head_count);
    append_matrix(out, TensorRole::indexer, width, mla.indexer_key_length);
    append_matrix(out, TensorRole::indexer, mla.q_lora_rank, mla.indexer_head_count * mla.indexer_key_length);
  }
}

/// The projections are too small to be worth quantizing.
void append_block_indexer_shapes(std::uint32_t width, const BlockIndexerSpec& indexer, Shapes& out) {
  out.push_back({TensorRole::indexer, width, indexer.head_count * indexer.key_length, 1, TypePolicy::half});
  out.push_back({TensorRole::indexer, width, indexer.key_length, 1, TypePolicy::half});
  append_vector(out, TensorRole::indexer, 2 * indexer.key_length);  // norms
}

/// MHA, GQA and MQA, whatever the reach of the layer.
void append_head_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t query = layer.head_count * layer.key_length;
  const std::uint32_t key = layer.head_count_kv * layer.key_length;
  const std::uint32_t value = layer.head_count_kv * layer.value_length;
  const std::uint32_t result = layer.head_count * layer.value_length;
  if (model.fused_qkv) {
    append_matrix(out, TensorRole::attn_qkv, width, query + key + value);
  } else {
    append_matrix(out, TensorRole::attn_q, width, model.query_gate ? 2 * query : query);
    append_matrix(out, TensorRole::attn_k, width, key);
    if (!layer.value_is_key) append_matrix(out, TensorRole::attn_v, width, value);
  }
  if (model.qkv_bias) append_vector(out, TensorRole::attn_bias, query + key + value);
  append_matrix(out, TensorRole::attn_output, result, width);
  if (model.output_bias) append_vector(out, TensorRole::attn_bias, width);
  if (model.attention_gate) append_matrix(out, TensorRole::attn_gate, width, result);
  if (model.head_gate) append_matrix(out, TensorRole::attn_gate, width, layer.head_count);
  append_qk_norms(model, layer, out);
  if (model.attention_sinks) append_vector(out, TensorRole::attn_sinks, layer.head_count);
  if (model.block_indexer && layer.indexes) append_block_indexer_shapes(width, *model.block_indexer, out);
}

}  // namespace

void append_attention_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  switch (layer.attention) {
    case AttentionKind::full:
    case AttentionKind::mla:
      if (model.mla) return append_mla_shapes(model, *model.mla, layer, out);
      return append_head_shapes(model, layer, out);
    case AttentionKind::sliding_window:
    case AttentionKind::chunked:
    case AttentionKind::parallel_mamba2:
      return append_head_shapes(model, layer, out);
    default:
      return;
  }
}

}  // namespace canirun
