// SPDX-License-Identifier: MIT
#include "formats/spec_from_tensors.hpp"

#include <algorithm>

#include "formats/block_tensors.hpp"

namespace canirun::formats {
namespace {

/// Layers whose tensors are queries, keys and values of heads.
bool has_plain_heads(const LayerSpec& layer) {
  return layer.attention == AttentionKind::full || layer.attention == AttentionKind::sliding_window ||
         layer.attention == AttentionKind::chunked || layer.attention == AttentionKind::parallel_mamba2;
}

void apply_model_tensors(ModelSpec& spec, const BlockTensors& model) {
  const NamedTensor* embedding = model.find("token_embd");
  if (spec.embedding_length == 0) spec.embedding_length = length_of(embedding, 0);
  if (spec.vocab_size == 0) spec.vocab_size = length_of(embedding, 1);
  spec.tied_embeddings = embedding != nullptr && !model.has("output");
  spec.head_bias = model.has("output", "bias");
  spec.rope_factor_count = 0;
  for (const std::string_view factors : {"rope_freqs", "rope_factors_long", "rope_factors_short"}) {
    spec.rope_factor_count += length_of(model.find(factors), 0);
  }
  const auto layers = static_cast<std::uint32_t>(spec.layers.size());
  spec.per_layer_embedding_length = layers > 0 ? length_of(model.find("per_layer_token_embd"), 0) / layers : 0;
}

void apply_attention(ModelSpec& spec, const LayerSpec& layer, const BlockTensors& block) {
  spec.norm_bias = spec.norm_bias || block.has("attn_norm", "bias");
  if (!has_plain_heads(layer) || block.has("attn_kv_a_mqa")) return;
  spec.qkv_bias =
      spec.qkv_bias || block.has("attn_q", "bias") || block.has("attn_qkv", "bias") || block.has("attn_k", "bias");
  spec.output_bias = spec.output_bias || block.has("attn_output", "bias") || block.has("attn_out", "bias");
  spec.attention_sinks = spec.attention_sinks || block.has("attn_sinks");
  spec.fused_qkv = spec.fused_qkv || block.has("attn_qkv");
  const std::uint64_t query = std::uint64_t{layer.head_count} * layer.key_length;
  spec.query_gate = spec.query_gate || (query > 0 && rows_of(block.find("attn_q")) == 2 * query);
  if (const NamedTensor* gate = block.find("attn_gate")) {
    (rows_of(gate) == layer.head_count ? spec.head_gate : spec.attention_gate) = true;
  }
  if (const NamedTensor* norm = block.find("attn_q_norm")) {
    const std::uint64_t length = length_of(norm, 0) * rows_of(norm);
    spec.qk_norm = length > layer.key_length ? QkNorm::over_all_heads : QkNorm::per_head;
  }
}

/// Has the feed-forward a matrix that gates another?
bool lacks_gate(const BlockTensors& block) {
  const bool fused = rows_of(block.find("ffn_up")) == 2 * std::uint64_t{length_of(block.find("ffn_down"), 0)};
  if (block.has("ffn_up") && !block.has("ffn_gate") && !fused) return true;
  return block.has_role(TensorRole::expert_up) && !block.has_role(TensorRole::expert_gate);
}

void apply_feed_forward(ModelSpec& spec, const BlockTensors& block) {
  if (lacks_gate(block)) spec.gated_ffn = false;
  const std::uint64_t inner = length_of(block.find("ffn_down"), 0);
  spec.fused_gate_up =
      spec.fused_gate_up || (inner > 0 && !block.has("ffn_gate") && rows_of(block.find("ffn_up")) == 2 * inner);
  spec.ffn_bias = spec.ffn_bias || block.has("ffn_up", "bias") || block.has("ffn_down", "bias") ||
                  block.has_role(TensorRole::expert_bias);
}

void apply_experts(ModelSpec& spec, const BlockTensors& block) {
  MoeSpec& moe = spec.moe ? *spec.moe : spec.moe.emplace();
  if (const std::uint32_t experts = length_of(block.find("ffn_gate_inp"), 1); experts > 1) moe.expert_count = experts;
  for (const BlockTensors::Entry& entry : block.entries()) {
    if (entry.place.role == TensorRole::expert_down) moe.expert_feed_forward_length = length_of(entry.tensor, 0);
  }
  if (const NamedTensor* shared = block.find("ffn_down_shexp")) moe.shared_feed_forward_length = length_of(shared, 0);
  moe.latent_length = length_of(block.find("ffn_latent_down"), 1);
  moe.router_bias =
      moe.router_bias || block.has("exp_probs_b", "bias") || block.has("exp_probs_b") || block.has("ffn_gate_inp", "bias");
  moe.shared_gate = moe.shared_gate || block.has("ffn_gate_inp_shexp");
  moe.fused_gate_up = moe.fused_gate_up || block.has("ffn_gate_up_exps");
  moe.scaled = moe.scaled || block.has("ffn_gate_inp", "scale");
}

void apply_recurrent(SsmSpec& ssm, const LayerSpec& layer, const BlockTensors& block) {
  const bool mamba2 = layer.attention == AttentionKind::mamba2 || layer.attention == AttentionKind::parallel_mamba2;
  if (mamba2 && !block.has("ssm_norm")) ssm.gated_norm = false;
  ssm.inner_norms = ssm.inner_norms || block.has("ssm_dt_norm");
  ssm.fused_beta_alpha = ssm.fused_beta_alpha || block.has("ssm_ba");
}

/// Norm vectors of the model's width. Counted, not named: there are as many names as architectures.
std::uint32_t norms_in(const BlockTensors& block, std::uint32_t width) {
  return static_cast<std::uint32_t>(
      std::count_if(block.entries().begin(), block.entries().end(), [&](const BlockTensors::Entry& entry) {
        return entry.place.role == TensorRole::attn_norm && entry.place.ending != "bias" &&
               length_of(entry.tensor, 0) == width;
      }));
}

void apply_side_paths(ModelSpec& spec, const BlockTensors& block) {
  spec.layer_output_scale = spec.layer_output_scale || block.has("layer_output_scale");
  if (block.has("altup_router")) {
    spec.altup = AltupSpec{.stream_count = length_of(block.find("altup_router"), 1),
                           .laurel_rank = length_of(block.find("laurel_l"), 1)};
  }
}

/// gpt-oss ships its experts in four bits, and every quant of it keeps them.
void apply_expert_type(ModelSpec& spec, const std::vector<NamedTensor>& tensors) {
  if (spec.architecture != "gpt-oss") return;
  const bool four_bits = std::all_of(tensors.begin(), tensors.end(), [](const NamedTensor& tensor) {
    const TensorRole role = place_of(tensor.name).role;
    const bool expert = role == TensorRole::expert_gate || role == TensorRole::expert_up || role == TensorRole::expert_down;
    return !expert || tensor.type == TensorType::mxfp4;
  });
  if (four_bits) spec.expert_type = TensorType::mxfp4;
}

/// What is found by looking at tensors starts as not there.
void reset_facts(ModelSpec& spec) {
  spec.qkv_bias = spec.output_bias = spec.ffn_bias = spec.norm_bias = spec.attention_sinks = false;
  spec.fused_qkv = spec.fused_gate_up = spec.query_gate = spec.attention_gate = spec.head_gate = false;
  spec.layer_output_scale = spec.next_token_embeddings = false;
  spec.gated_ffn = true;
  spec.qk_norm = QkNorm::none;
  spec.norms_per_layer = 0;
  spec.altup.reset();
}

}  // namespace

void apply_tensors(ModelSpec& spec, const std::vector<NamedTensor>& tensors) {
  const SortedTensors sorted = sort_tensors(tensors, spec.layers.size());
  reset_facts(spec);
  apply_model_tensors(spec, sorted.model);

  bool experts = false;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    LayerSpec& layer = spec.layers[i];
    const BlockTensors& block = sorted.blocks[i];
    apply_block(spec, layer, block);
    apply_attention(spec, layer, block);
    apply_feed_forward(spec, block);
    if (layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense) {
      apply_experts(spec, block);
      experts = true;
    }
    if (spec.ssm) apply_recurrent(*spec.ssm, layer, block);
    apply_side_paths(spec, block);
    spec.norms_per_layer = std::max(spec.norms_per_layer, norms_in(block, spec.embedding_length));
  }
  if (!experts) spec.moe.reset();
  apply_expert_type(spec, tensors);

  spec.next_token_layers = static_cast<std::uint32_t>(sorted.next_token.size());
  for (const BlockTensors& block : sorted.next_token) {
    spec.next_token_embeddings = spec.next_token_embeddings || block.has("nextn.embed_tokens");
  }
}

}  // namespace canirun::formats
