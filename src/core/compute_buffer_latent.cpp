// SPDX-License-Identifier: MIT
// Multi-head latent attention. Sources: models/deepseek2.cpp, minicpm3.cpp, plm.cpp and kimi-linear.cpp of llama.cpp v0.5.0.
#include "core/compute_buffer_forward.hpp"

namespace canirun {

/// Queries as wide as `width` a head, through the low rank where there is one. An indexer picks by what comes in between.
NodeId ForwardRecorder::latent_queries(NodeId of, std::uint32_t width) {
  const MlaSpec& mla = *model_.mla;
  NodeId q = of;
  if (mla.q_lora_rank != 0) q = norm(project(TensorRole::mla_q_a, q, mla.q_lora_rank), site_);
  if (is_sparse() && spec_->indexes) indexer_.picks = pick_tokens(of, q);
  return project(mla.q_lora_rank != 0 ? TensorRole::mla_q_b : TensorRole::attn_q, q, width);
}

/// The keys' up-projection is absorbed into the queries: the cache holds one compressed row a token.
NodeId ForwardRecorder::latent_attention(NodeId of) {
  const MlaSpec& mla = *model_.mla;
  const std::uint32_t heads = spec_->head_count;
  const NodeId q = latent_queries(of, heads * (mla.nope_length + mla.rope_length));
  const NodeId q_nope = graph_.part(q, {mla.nope_length, tokens_, heads, 1});
  NodeId q_rope = graph_.part(q, {mla.rope_length, heads, tokens_, 1});

  const NodeId latent = project(TensorRole::mla_kv_a, of, mla.kv_lora_rank + mla.rope_length);
  NodeId k_rope = graph_.part(latent, {mla.rope_length, 1, tokens_, 1});
  if (has_rope()) {
    q_rope = rope(q_rope);
    k_rope = rope(k_rope);
  }
  const NodeId compressed = norm(graph_.part(latent, {mla.kv_lora_rank, tokens_, 1, 1}), site_);

  const std::uint32_t row = mla.kv_lora_rank + mla.rope_length;
  const NodeId absorbed = project(TensorRole::mla_k_b, q_nope, mla.kv_lora_rank);
  const NodeId query =
      graph_.compute({row, heads, tokens_, 1}, {graph_.part(absorbed, {mla.kv_lora_rank, heads, tokens_, 1}), q_rope});
  const NodeId values = graph_.reshape(compressed, {mla.kv_lora_rank, 1, tokens_, 1});
  const NodeId key = graph_.compute({row, 1, tokens_, 1}, {values, k_rope});
  const NodeId out = attend(query, key, values, true);
  return project(TensorRole::attn_output, out, model_.embedding_length);
}

/// Keys and values of all heads are raised from the latent vector, and cached in full.
NodeId ForwardRecorder::expanded_attention(NodeId of) {
  const MlaSpec& mla = *model_.mla;
  const std::uint32_t heads = spec_->head_count;
  const Extent key_extent{mla.nope_length + mla.rope_length, heads, tokens_, 1};
  const NodeId q = graph_.reshape(latent_queries(of, heads * key_extent[0]), key_extent);
  const NodeId latent = project(TensorRole::mla_kv_a, of, mla.kv_lora_rank + mla.rope_length);
  NodeId k_rope = graph_.part(latent, {mla.rope_length, 1, tokens_, 1});
  const NodeId compressed = norm(graph_.part(latent, {mla.kv_lora_rank, tokens_, 1, 1}), site_);
  const NodeId raised = project(TensorRole::mla_kv_b, compressed, heads * (mla.nope_length + mla.value_length));
  const Extent value_extent{mla.value_length, heads, tokens_, 1};
  const NodeId values = graph_.compute(value_extent, {graph_.part(raised, value_extent)});
  const NodeId query = has_rope() ? rope(q) : q;
  if (has_rope()) k_rope = rope(k_rope);
  const NodeId repeated = graph_.compute({mla.rope_length, heads, tokens_, 1}, {k_rope});
  const NodeId key = graph_.compute(key_extent, {graph_.part(raised, {mla.nope_length, heads, tokens_, 1}), repeated});
  return project(TensorRole::attn_output, attend(query, key, values, false), model_.embedding_length);
}

}  // namespace canirun
