// SPDX-License-Identifier: MIT
// Gemma 3n: several residual streams, of which each layer works on one and corrects the others. Source: models/gemma3n.cpp
// of llama.cpp v0.5.0.
#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint64_t k_half_bytes = 2;
/// The first layers keep only the strongest gates; how many is fixed in the engine.
constexpr std::size_t k_sparse_layers = 10;

}  // namespace

/// Gemma 3n has four; a file that claims thousands is not believed.
bool ForwardRecorder::has_streams() const {
  constexpr std::uint32_t k_most_streams = 64;
  return model_.altup && model_.altup->stream_count > 1 && model_.altup->stream_count <= k_most_streams;
}

/// Length of each token's vector.
NodeId ForwardRecorder::magnitude(NodeId of) {
  Extent one = graph_[of].extent;
  const NodeId squares = graph_.compute(one, {of}, true);
  one[0] = 1;
  const NodeId sums = graph_.compute(one, {squares});
  return graph_.compute(one, {sums}, true);
}

/// One stream of the stack.
NodeId ForwardRecorder::stream(NodeId stack) { return graph_.reshape(stack, {model_.embedding_length, tokens_, 1, 1}); }

/// All streams but one go through matrices of their own, and keep the length they had.
NodeId ForwardRecorder::project_streams(NodeId of, NodeId lengths) {
  const std::uint32_t others = model_.altup->stream_count - 1;
  const std::uint32_t width = model_.embedding_length;
  const std::uint64_t bytes = std::uint64_t{width} * width * others * k_half_bytes;
  const auto site = static_cast<std::int8_t>(q_.layout.output_site);  // both matrices go with the output
  NodeId projected = multiply(graph_.compute({width, tokens_, others, 1}, {of}), {.bytes = bytes, .site = site}, tokens_);
  const NodeId now = magnitude(projected);
  projected = graph_.compute(graph_[projected].extent, {projected, lengths}, true);
  return graph_.compute(graph_[projected].extent, {projected, now}, true);
}

NodeId ForwardRecorder::stack_streams(NodeId hidden) {
  const std::uint32_t streams = model_.altup->stream_count;
  const NodeId lengths = magnitude(hidden);
  const NodeId repeated = graph_.compute({model_.embedding_length, tokens_, streams - 1, 1}, {hidden});
  const NodeId others = project_streams(repeated, lengths);
  return graph_.compute({model_.embedding_length, tokens_, streams, 1}, {hidden, others});
}

NodeId ForwardRecorder::merge_streams(NodeId stack) {
  const std::uint32_t streams = model_.altup->stream_count;
  const NodeId lengths = magnitude(stream(stack));
  const NodeId rest = graph_.reshape(stack, {model_.embedding_length, tokens_, streams - 1, 1});
  const NodeId others = project_streams(rest, lengths);
  NodeId sum = stream(stack);
  for (std::uint32_t i = 1; i < streams; ++i) sum = add(sum, stream(others));
  return graph_.compute(graph_[sum].extent, {sum}, true);
}

/// A number for each stream and token. Both uses in a layer share their weights: fetched once, they are there for the other.
NodeId ForwardRecorder::modalities(NodeId of, Routing* first) {
  NodeId normed = first == nullptr ? norm(of, site_) : norm_again(of, first->normed);
  if (first == nullptr) routing_.normed = normed;
  normed = graph_.compute(graph_[normed].extent, {normed}, true);
  NodeId routed = k_no_node;
  const NodeId weight = first == nullptr ? k_no_node : graph_[first->routed].sources[0];
  if (weight != k_no_node && graph_[weight].stored) {
    routed = graph_.compute(graph_[first->routed].extent, {weight, normed});
    graph_[routed].site = graph_[first->routed].site;
  } else {
    routed = project_small(normed, model_.altup->stream_count, k_half_bytes);
  }
  if (first == nullptr) routing_.routed = routed;
  return graph_.compute(graph_[routed].extent, {routed}, true);
}

NodeId ForwardRecorder::project_small(NodeId of, std::uint32_t width, std::uint64_t element_bytes) {
  const std::uint64_t bytes = std::uint64_t{width} * graph_[of].extent[0] * element_bytes;
  return multiply(graph_.compute({width, tokens_, 1, 1}, {of}), {.bytes = bytes, .site = site_}, tokens_);
}

NodeId ForwardRecorder::predict_streams(NodeId stack) {
  const std::uint32_t streams = model_.altup->stream_count;
  const NodeId coefficients = project_small(modalities(stream(stack), nullptr), streams * streams, k_f32_bytes);
  const Extent permuted{streams, model_.embedding_length, tokens_, 1};
  const NodeId turned = graph_.compute(permuted, {graph_.part(stack, permuted)});
  const NodeId mixed = graph_.compute(permuted, {turned, graph_.reshape(coefficients, {streams, streams, tokens_, 1})});
  const NodeId back = graph_.compute(graph_[stack].extent, {graph_.part(mixed, graph_[stack].extent)});
  return add(back, stack);
}

NodeId ForwardRecorder::correct_streams(NodeId predictions, NodeId activated) {
  const std::uint32_t streams = model_.altup->stream_count;
  const NodeId chosen = modalities(activated, &routing_);
  const NodeId news = graph_.compute(graph_[activated].extent, {activated, stream(predictions)}, true);
  NodeId coefficients = project_small(chosen, streams, k_f32_bytes);
  coefficients = graph_.compute(graph_[coefficients].extent, {coefficients}, true);
  coefficients = graph_.compute({1, tokens_, streams, 1}, {graph_.part(coefficients, {1, tokens_, streams, 1})});
  const NodeId repeated = graph_.compute(graph_[predictions].extent, {news});
  const NodeId scaled = graph_.compute(graph_[predictions].extent, {repeated, coefficients}, true);
  return add(scaled, predictions);
}

/// Only gates well above the mean pass.
NodeId ForwardRecorder::strongest(NodeId gate) {
  const Extent one{1, tokens_, 1, 1};
  const NodeId mean = graph_.compute(one, {gate});
  const NodeId squares =
      graph_.compute(graph_[gate].extent, {graph_.compute(graph_[gate].extent, {gate, mean}, true)}, true);
  const NodeId deviation = graph_.compute(one, {graph_.compute(one, {squares})}, true);
  const NodeId cutoff = graph_.compute(one, {mean, deviation}, true);
  const NodeId above = graph_.compute(graph_[gate].extent, {gate, cutoff}, true);
  return graph_.compute(graph_[above].extent, {above}, true);
}

NodeId ForwardRecorder::altup_feed_forward(NodeId of) {
  const NodeId up = project(TensorRole::ffn_up, of, spec_->feed_forward_length);
  NodeId gate = project(TensorRole::ffn_gate, of, spec_->feed_forward_length);
  if (index_ < k_sparse_layers) gate = strongest(gate);
  gate = graph_.compute(graph_[gate].extent, {gate}, true);
  const NodeId inner = graph_.compute(graph_[up].extent, {up, gate}, true);
  return project(TensorRole::ffn_down, inner, model_.embedding_length);
}

NodeId ForwardRecorder::altup_layer(NodeId stack) {
  const std::uint32_t width = model_.embedding_length;
  const NodeId predictions = predict_streams(stack);
  const NodeId active = stream(predictions);
  const NodeId normed = norm(active, site_);

  const NodeId lowered = project_small(normed, model_.altup->laurel_rank, k_half_bytes);
  const NodeId laurel = add(norm(project_small(lowered, width, k_half_bytes), site_), normed);

  const NodeId attended = add(norm(mix_tokens(normed, active), site_), active);
  NodeId with_laurel = add(attended, laurel);
  with_laurel = graph_.compute(graph_[with_laurel].extent, {with_laurel}, true);
  const NodeId fed = norm(altup_feed_forward(norm(with_laurel, site_)), site_);
  const NodeId corrected = correct_streams(predictions, add(fed, with_laurel));

  const NodeId scaled = run_on(graph_.compute({width, tokens_, 1, 1}, {stream(corrected)}, true),
                               {.bytes = width * k_f32_bytes, .site = site_}, tokens_);
  NodeId gate = project(TensorRole::per_layer_small, scaled, model_.per_layer_embedding_length);
  gate = graph_.compute(graph_[gate].extent, {gate}, true);
  gate = graph_.compute(graph_[gate].extent, {gate, graph_.part(per_layer_, graph_[gate].extent)}, true);
  const NodeId first = norm(project(TensorRole::per_layer_small, gate, width), site_);
  const Extent rest_extent{width, tokens_, model_.altup->stream_count - 1, 1};
  const NodeId rest = graph_.compute(rest_extent, {graph_.reshape(corrected, rest_extent), first}, true);
  return graph_.compute(graph_[stack].extent, {stream(corrected), rest});
}

}  // namespace canirun
