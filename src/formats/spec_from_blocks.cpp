// SPDX-License-Identifier: MIT
// What the tensors of one block say about its layer.
#include <algorithm>
#include <limits>
#include <optional>

#include "formats/block_tensors.hpp"

namespace canirun::formats {
namespace {

std::optional<std::uint32_t> to_count(std::uint64_t value) {
  if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

/// Which way this block mixes tokens. What tensors cannot tell (full, sliding window, chunked) stays as it was.
AttentionKind mixing_of(const BlockTensors& block, AttentionKind as_told) {
  const bool heads = block.has("attn_q") || block.has("attn_qkv") || block.has("attn_k");
  if (block.has("attn_kv_a_mqa"))
    return block.has("attn_kv_b") && !block.has("attn_k_b") ? AttentionKind::full : AttentionKind::mla;
  if (block.has("ssm_conv1d_q")) return AttentionKind::kda;
  if (block.has("ssm_ba") || block.has("ssm_alpha") || (block.has("ssm_beta") && block.has("attn_qkv"))) {
    return AttentionKind::gated_delta;
  }
  if (block.has("ssm_in")) {
    if (heads) return AttentionKind::parallel_mamba2;
    return block.has("ssm_x") ? AttentionKind::mamba : AttentionKind::mamba2;
  }
  if (block.has_role(TensorRole::short_conv)) return AttentionKind::short_conv;
  if (block.has("cross_attn_q_proj")) return AttentionKind::full;
  if (block.has("time_mix_key")) return AttentionKind::wkv;
  if (!heads) return AttentionKind::none;
  const bool any_heads = as_told == AttentionKind::sliding_window || as_told == AttentionKind::chunked;
  return any_heads ? as_told : AttentionKind::full;
}

FeedForwardKind feed_forward_of(const BlockTensors& block) {
  const bool experts = block.has_role(TensorRole::expert_down) || block.has_role(TensorRole::expert_up);
  const bool dense = block.has("ffn_down") || block.has("ffn_up") || block.has("channel_mix_value");
  if (experts) return dense ? FeedForwardKind::moe_and_dense : FeedForwardKind::moe;
  return dense ? FeedForwardKind::dense : FeedForwardKind::none;
}

/// Ranks and lengths of latent attention, from the shapes of its projections.
void apply_mla(ModelSpec& spec, LayerSpec& layer, const BlockTensors& block) {
  MlaSpec& mla = spec.mla ? *spec.mla : spec.mla.emplace();
  const std::uint64_t heads = std::max(1U, layer.head_count);
  if (const std::uint32_t rank = length_of(block.find("attn_kv_a_norm"), 0); rank > 0) mla.kv_lora_rank = rank;
  const std::uint64_t compressed = rows_of(block.find("attn_kv_a_mqa"));
  if (compressed > mla.kv_lora_rank) mla.rope_length = to_count(compressed - mla.kv_lora_rank).value_or(mla.rope_length);
  mla.q_lora_rank = length_of(block.find("attn_q_a"), 1);
  const std::uint64_t query = rows_of(block.has("attn_q_b") ? block.find("attn_q_b") : block.find("attn_q")) / heads;
  if (query > mla.rope_length) mla.nope_length = to_count(query - mla.rope_length).value_or(mla.nope_length);
  if (const NamedTensor* value = block.find("attn_v_b")) {
    mla.value_length = length_of(value, 1);
  } else if (const std::uint64_t both = rows_of(block.find("attn_kv_b")) / heads; both > mla.nope_length) {
    mla.value_length = to_count(both - mla.nope_length).value_or(mla.value_length);
  }
  if (block.has("indexer.proj")) {
    mla.indexer_head_count = length_of(block.find("indexer.proj"), 1);
    mla.indexer_key_length = length_of(block.find("indexer.attn_k"), 1);
  }
  layer.indexes = block.has("indexer.proj");
  if (layer.attention == AttentionKind::mla) {
    layer.head_count_kv = 1;
    layer.key_length = mla.kv_lora_rank + mla.rope_length;
    layer.value_length = mla.kv_lora_rank;
  }
}

/// Sparse attention over blocks of tokens; how long a block is and how many pass, the metadata say.
void apply_block_indexer(ModelSpec& spec, LayerSpec& layer, const BlockTensors& block) {
  layer.indexes = block.has("indexer.k_proj");
  if (!layer.indexes) return;
  BlockIndexerSpec& indexer = spec.block_indexer ? *spec.block_indexer : spec.block_indexer.emplace();
  indexer.key_length = length_of(block.find("indexer.k_proj"), 1);
  const std::uint64_t all_heads = length_of(block.find("indexer.q_proj"), 1);
  indexer.head_count = indexer.key_length > 0 ? to_count(all_heads / indexer.key_length).value_or(0) : 0;
}

/// Kimi delta attention states no sizes but its head length.
void apply_kda(ModelSpec& spec, const BlockTensors& block) {
  SsmSpec& ssm = spec.ssm ? *spec.ssm : spec.ssm.emplace();
  const std::uint32_t heads = length_of(block.find("ssm_beta"), 1);
  ssm.conv_kernel = length_of(block.find("ssm_conv1d_q"), 0);
  ssm.inner_size = to_count(rows_of(block.find("attn_v"))).value_or(0);
  ssm.time_step_rank = heads;
  ssm.group_count = heads;
  ssm.state_size = heads > 0 ? ssm.inner_size / heads : 0;
}

bool keeps_heads(AttentionKind kind) {
  switch (kind) {
    case AttentionKind::kda:
    case AttentionKind::mamba:
    case AttentionKind::mamba2:
    case AttentionKind::short_conv:
    case AttentionKind::none:
    case AttentionKind::wkv:
      return false;
    default:
      return true;
  }
}

}  // namespace

void apply_block(ModelSpec& spec, LayerSpec& layer, const BlockTensors& block) {
  layer.attention = mixing_of(block, layer.attention);
  if (block.has("attn_kv_a_mqa")) apply_mla(spec, layer, block);
  if (spec.architecture == "minimax-m3") apply_block_indexer(spec, layer, block);
  if (layer.attention == AttentionKind::kda) apply_kda(spec, block);
  if (layer.attention == AttentionKind::short_conv) {
    spec.short_conv_cache_length = length_of(block.find("shortconv.conv"), 0);
  }
  if (!keeps_heads(layer.attention)) {
    layer.head_count = layer.head_count_kv = layer.key_length = layer.value_length = 0;
  }
  if (block.has("cross_attn_q_proj")) layer.owns_kv = false;  // it attends to an image, whose cache does not grow with text
  layer.value_is_key = block.has("attn_k") && !block.has("attn_v") && !block.has("attn_qkv");
  layer.feed_forward = feed_forward_of(block);
  layer.feed_forward_length =
      length_of(block.has("channel_mix_value") ? block.find("channel_mix_value") : block.find("ffn_down"), 0);
}

}  // namespace canirun::formats
