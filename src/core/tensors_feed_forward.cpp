// SPDX-License-Identifier: MIT
#include "core/tensors.hpp"

namespace canirun {
namespace {

void append_dense_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t inner = layer.feed_forward_length;
  if (model.gated_ffn && model.fused_gate_up) {
    append_matrix(out, TensorRole::ffn_up, width, 2 * inner);
  } else {
    if (model.gated_ffn) append_matrix(out, TensorRole::ffn_gate, width, inner);
    append_matrix(out, TensorRole::ffn_up, width, inner);
  }
  append_matrix(out, TensorRole::ffn_down, inner, width);
  if (model.ffn_bias) append_vector(out, TensorRole::ffn_bias, (model.gated_ffn ? 2 : 1) * inner + width);
}

void append_expert(Shapes& out, TensorRole role, std::uint32_t row, std::uint32_t rows, std::uint32_t experts) {
  out.push_back({.role = role, .ne0 = row, .ne1 = rows, .ne2 = experts, .policy = TypePolicy::expert});
}

void append_moe_shapes(const ModelSpec& model, const MoeSpec& moe, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t space = moe.latent_length > 0 ? moe.latent_length : width;  // what the experts see
  const std::uint32_t inner = moe.expert_feed_forward_length;
  const std::uint32_t experts = moe.expert_count;
  out.push_back({.role = TensorRole::router, .ne0 = width, .ne1 = experts, .policy = TypePolicy::f32});
  if (moe.router_bias) append_vector(out, TensorRole::router_bias, experts);
  if (moe.scaled) append_vector(out, TensorRole::router_bias, width + experts);
  if (moe.latent_length > 0) {
    append_matrix(out, TensorRole::other, width, space);
    append_matrix(out, TensorRole::other, space, width);
  }
  if (model.gated_ffn && moe.fused_gate_up) {
    append_expert(out, TensorRole::expert_gate_up, space, 2 * inner, experts);
  } else {
    if (model.gated_ffn) append_expert(out, TensorRole::expert_gate, space, inner, experts);
    append_expert(out, TensorRole::expert_up, space, inner, experts);
  }
  append_expert(out, TensorRole::expert_down, inner, space, experts);
  if (model.ffn_bias) append_vector(out, TensorRole::expert_bias, experts * ((model.gated_ffn ? 2 : 1) * inner + space));
  if (const std::uint32_t shared = moe.shared_feed_forward_length; shared > 0) {
    if (model.gated_ffn) append_matrix(out, TensorRole::shared_gate, width, shared);
    append_matrix(out, TensorRole::shared_up, width, shared);
    append_matrix(out, TensorRole::shared_down, shared, width);
    if (moe.shared_gate) append_vector(out, TensorRole::router_bias, width);
  }
}

}  // namespace

void append_feed_forward_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  const bool dense = layer.feed_forward == FeedForwardKind::dense || layer.feed_forward == FeedForwardKind::moe_and_dense;
  const bool experts = layer.feed_forward == FeedForwardKind::moe || layer.feed_forward == FeedForwardKind::moe_and_dense;
  if (dense) append_dense_shapes(model, layer, out);
  if (experts && model.moe) append_moe_shapes(model, *model.moe, out);
}

}  // namespace canirun
