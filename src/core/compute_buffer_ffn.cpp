// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
/// Experts of one token; far more than any model uses, so that a damaged record ends.
constexpr std::uint32_t k_most_used = 1024;

}  // namespace
NodeId ForwardRecorder::gated(NodeId of, TensorRole up, TensorRole gate, TensorRole down, std::uint32_t width) {
  NodeId inner = k_no_node;
  if (!model_.gated_ffn) {
    inner = add_bias(project(up, of, width), model_.ffn_bias);
    inner = graph_.compute(graph_[inner].extent, {inner}, true);
  } else if (model_.fused_gate_up && up == TensorRole::ffn_up) {
    inner = graph_.compute({width, graph_[of].extent[1], 1, 1}, {project(up, of, 2 * width)});
  } else {
    inner = graph_.compute({width, graph_[of].extent[1], 1, 1}, {project(gate, of, width), project(up, of, width)});
  }
  return add_bias(project(down, inner, model_.embedding_length), model_.ffn_bias && !model_.moe);
}

NodeId ForwardRecorder::expert_matmul(TensorRole role, NodeId of, NodeId chosen, std::uint32_t width) {
  const Extent extent{width, graph_[chosen].extent[0], graph_[chosen].extent[1], 1};
  const NodeId product = multiply(graph_.compute(extent, {of, chosen}), weight_of(role), extent[2]);
  if (!model_.ffn_bias) return product;
  return weigh(product, {.bytes = std::uint64_t{width} * model_.moe->expert_count * k_f32_bytes, .site = expert_site_});
}

/// Which experts, and with what weight.
NodeId ForwardRecorder::route(NodeId of, NodeId& weights) {
  const MoeSpec& moe = *model_.moe;
  const std::uint32_t rows = graph_[of].extent[1];
  const Extent all{moe.expert_count, rows, 1, 1};
  const Extent used{std::min(moe.expert_used_count, k_most_used), rows, 1, 1};
  const bool biased_logits = moe.router_bias && model_.ffn_bias;
  const NodeId logits = add_bias(project(TensorRole::router, of, moe.expert_count), biased_logits);
  NodeId probabilities = graph_.compute(all, {logits}, true);
  NodeId selection = traits_.weighs_before ? logits : probabilities;
  if (moe.router_bias && !biased_logits) {
    selection = graph_.compute(all, {probabilities}, true);
    run_on(selection, {.bytes = moe.expert_count * k_f32_bytes, .site = site_}, rows);
  }
  const NodeId sorted = graph_.compute(all, {selection});
  const NodeId chosen = graph_.part(sorted, used);
  // The first of each sorted row: where they are needed on another device, the rows are copied whole.
  graph_[chosen].bytes =
      graph_[sorted].bytes - (moe.expert_count - std::min(moe.expert_count, moe.expert_used_count)) * k_f32_bytes;
  const NodeId picked =
      graph_.compute({1, used[0], rows, 1}, {graph_.reshape(probabilities, {1, moe.expert_count, rows, 1}), chosen});
  const NodeId flat = graph_.reshape(picked, used);
  const NodeId sum = graph_.compute({1, rows, 1, 1}, {flat});
  weights = graph_.reshape(graph_.compute(used, {flat, sum}, true), {1, used[0], rows, 1});
  if (traits_.scales_weights) weights = graph_.compute(graph_[weights].extent, {weights}, true);
  graph_.expand(weights);
  return chosen;
}

NodeId ForwardRecorder::experts(NodeId of, NodeId router_input) {
  const MoeSpec& moe = *model_.moe;
  const std::uint32_t rows = graph_[of].extent[1];
  const std::uint32_t width = moe.expert_feed_forward_length;
  const std::uint32_t used = std::min(moe.expert_used_count, k_most_used);
  const std::uint32_t embedding = graph_[of].extent[0];
  NodeId weights = k_no_node;
  const NodeId chosen = route(router_input, weights);
  NodeId input = graph_.reshape(of, {embedding, 1, rows, 1});
  if (traits_.weighs_before) {
    const Extent each{embedding, used, rows, 1};
    input = graph_.compute(each, {graph_.compute(each, {input}), weights}, true);
  }
  NodeId inner = k_no_node;
  const Extent inner_extent{width, used, rows, 1};
  if (moe.fused_gate_up) {
    const NodeId both = expert_matmul(TensorRole::expert_gate_up, input, chosen, 2 * width);
    inner = graph_.compute(inner_extent, {graph_.part(both, inner_extent), graph_.part(both, inner_extent)});
  } else if (model_.gated_ffn) {
    const NodeId raised = expert_matmul(TensorRole::expert_up, input, chosen, width);
    const NodeId gate = expert_matmul(TensorRole::expert_gate, input, chosen, width);
    inner = graph_.compute(inner_extent, {gate, raised});
  } else {
    const NodeId raised = expert_matmul(TensorRole::expert_up, input, chosen, width);
    inner = graph_.compute(inner_extent, {raised}, true);
  }
  NodeId each = expert_matmul(TensorRole::expert_down, inner, chosen, embedding);
  if (!traits_.weighs_before) each = graph_.compute(graph_[each].extent, {each, weights}, true);
  graph_.expand(each);

  // The results of the experts are summed up one after the other.
  const Extent one{embedding, rows, 1, 1};
  std::vector<NodeId> parts;
  for (std::uint32_t i = 0; i < used; ++i) {
    parts.push_back(graph_.part(each, one));
    graph_.expand(parts.back());
  }
  NodeId sum = parts.front();
  for (std::uint32_t i = 1; i < used; ++i) {
    sum = graph_.compute(one, {sum, parts[i]}, true);
    graph_.expand(sum);
  }
  return used == 1 ? graph_.compute(one, {sum}) : sum;
}

/// A dense network and experts side by side, each between norms of its own. Source: models/gemma4.cpp.
NodeId ForwardRecorder::experts_beside_dense(NodeId residual) {
  const NodeId router_input = norm(residual, site_);
  const NodeId routed = experts(norm(residual, site_), router_input);
  const NodeId fed = gated(norm(residual, site_), TensorRole::ffn_up, TensorRole::ffn_gate, TensorRole::ffn_down,
                           spec_->feed_forward_length);
  return add(fed, norm(routed, site_));
}

NodeId ForwardRecorder::feed_forward(NodeId of) {
  const LayerSpec& spec = *spec_;
  if (spec.feed_forward == FeedForwardKind::dense || !model_.moe || model_.moe->expert_used_count == 0) {
    return gated(of, TensorRole::ffn_up, TensorRole::ffn_gate, TensorRole::ffn_down, spec.feed_forward_length);
  }
  const NodeId routed = experts(of, of);
  const std::uint32_t shared = model_.moe->shared_feed_forward_length;
  if (shared == 0) return routed;
  NodeId fed = gated(of, TensorRole::shared_up, TensorRole::shared_gate, TensorRole::shared_down, shared);
  if (model_.moe->shared_gate) {
    NodeId gate = project(TensorRole::router, of, 1);
    gate = graph_.compute(graph_[gate].extent, {gate}, true);
    fed = graph_.compute(graph_[fed].extent, {fed, gate}, true);
  }
  return add(routed, fed);
}

}  // namespace canirun
