// SPDX-License-Identifier: MIT
// What each tensor counts as: moved with its block or kept, repacked or not, read for a token or not.
#include <algorithm>

#include "core/weights.hpp"

namespace canirun {
namespace {

bool is_expert(TensorRole role) {
  return role == TensorRole::expert_gate || role == TensorRole::expert_up || role == TensorRole::expert_gate_up ||
         role == TensorRole::expert_down || role == TensorRole::expert_bias;
}

/// The rest of the feed-forward: dense and shared matrices, router, side paths, projections around the experts.
bool is_feed_forward(TensorRole role) { return role >= TensorRole::ffn_norm && role != TensorRole::next_token_prediction; }

/// What the CPU backend of x86 with AVX2 copies into a layout of its own. Source: repack.cpp of ggml, which takes these
/// types when eight rows fit, for plain products and for experts; MLA's products a head stay.
bool is_repackable(const TensorShape& shape, TensorType type) {
  const bool has_kernel =
      type == TensorType::q4_0 || type == TensorType::q4_k || type == TensorType::iq4_nl || type == TensorType::mxfp4;
  if (!has_kernel || shape.ne1 % 8 != 0 || shape.ne1 < 2) return false;
  return shape.role != TensorRole::token_embedding && shape.role != TensorRole::per_layer_embedding &&
         shape.role != TensorRole::mla_k_b && shape.role != TensorRole::mla_v_b;
}

}  // namespace

void add_tensor(BlockTally& tally, const ModelSpec& model, const TensorShape& shape, TensorType type, std::uint64_t bytes) {
  LayerWeights& weights = tally.weights;
  const bool repacks = is_repackable(shape, type);
  weights.largest_tensor_bytes = std::max(weights.largest_tensor_bytes, bytes);
  std::uint64_t& of_role = tally.roles[static_cast<std::size_t>(shape.role)];
  of_role = std::max(of_role, bytes);
  std::uint64_t read = bytes;
  if (is_expert(shape.role)) {
    weights.expert_bytes += bytes;
    weights.largest_expert_tensor_bytes = std::max(weights.largest_expert_tensor_bytes, bytes);
    if (repacks) weights.repackable_expert_bytes += bytes;
    const MoeSpec moe = model.moe.value_or(MoeSpec{});
    read = bytes / std::max(1U, moe.expert_count) * moe.expert_used_count;
  } else {
    (is_feed_forward(shape.role) ? weights.dense_ffn_bytes : weights.attention_bytes) += bytes;
    if (repacks) weights.repackable_bytes += bytes;
  }
  tally.read[static_cast<std::size_t>(type)] += read;
}

void add_model_tensor(WeightTable& table, const ModelSpec& model, QuantFormat format, const TensorShape& shape,
                      TensorType type, std::uint64_t bytes) {
  std::uint64_t& read = table.bytes_by_type[static_cast<std::size_t>(type)];
  table.file_bytes += bytes;
  switch (shape.role) {
    case TensorRole::token_embedding:
      if (!model.tied_embeddings) {
        table.token_embedding_bytes += bytes;
        return;
      }
      table.output_bytes += bytes;
      read += bytes;
      if (format == QuantFormat::gguf) {
        table.output_is_tied = true;
        table.token_embedding_bytes += bytes;
      }
      return;
    case TensorRole::per_layer_embedding:
      table.per_layer_embedding_bytes += bytes;
      return;
    case TensorRole::per_layer_small:  // llama.cpp keeps them with the first block
      table.layers.front().dense_ffn_bytes += bytes;
      read += bytes;
      return;
    default:
      table.output_bytes += bytes;
      read += bytes;
      if (is_repackable(shape, type)) table.output_repackable_bytes += bytes;
  }
}

TensorType most_read(const WeightTable& table) {
  const auto most = std::max_element(table.bytes_by_type.begin(), table.bytes_by_type.end());
  return static_cast<TensorType>(most - table.bytes_by_type.begin());
}

}  // namespace canirun
