// SPDX-License-Identifier: MIT
#include "core/compute_buffer_forward.hpp"

#include <algorithm>

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint64_t k_half_bytes = 2;
/// From this many rows on a GPU computes with weights that are on the host (GGML_OP_OFFLOAD_MIN_BATCH).
constexpr std::uint32_t k_offload_rows = 32;

}  // namespace

ForwardRecorder::ForwardRecorder(const ForwardQuestion& question, ScratchGraph& graph)
    : q_(question), model_(question.model), graph_(graph), traits_(graph_traits(question.model)) {
  offloads_ = question.settings.op_offload && question.sites.has_gpu();
  sequences_ = question.shape.sequences;
  streams_ = question.shape.streams;
  tokens_per_sequence_ = (question.shape.ubatch + sequences_ - 1) / sequences_;
  tokens_ = tokens_per_sequence_ * sequences_;
}

std::int8_t ForwardRecorder::site_for(std::int8_t weight_site, std::uint32_t rows) const {
  return weight_site == 0 && offloads_ && rows >= k_offload_rows ? std::int8_t{1} : weight_site;
}

/// Fixes where a node with a weight runs; a weight that lives elsewhere becomes an operand that has to be fetched, as the
/// last one, or as the first, which it is of a matrix product.
NodeId ForwardRecorder::run_on(NodeId id, const Stored& weight, std::uint32_t rows) {
  const std::int8_t site = site_for(weight.site, rows);
  graph_[id].site = site;
  if (site == weight.site) return id;
  const NodeId stored = graph_.stored(weight, true);
  auto& sources = graph_[id].sources;
  *std::find(sources.begin(), sources.end(), k_no_node) = stored;
  return id;
}

NodeId ForwardRecorder::multiply(NodeId id, const Stored& weight, std::uint32_t rows) {
  run_on(id, weight, rows);
  auto& sources = graph_[id].sources;
  const auto end = std::find(sources.begin(), sources.end(), k_no_node);
  if (graph_[id].site != weight.site) std::rotate(sources.begin(), end - 1, end);
  return id;
}

/// The cache of the layer as an operand: only where it may have to be fetched does it matter.
NodeId ForwardRecorder::cached(const Stored& cache) {
  const bool travels = cache.site != site_ || (q_.sites.has_gpu() && cache.site == 0);
  return travels ? graph_.stored(cache, false) : k_no_node;
}

/// Where the cache lies that a layer reads: its own, or that of the last layer of its kind that has one.
std::int8_t ForwardRecorder::cache_site(std::size_t layer) const {
  std::size_t owner = layer;
  while (owner > 0 && (!model_.layers[owner].owns_kv || model_.layers[owner].attention != model_.layers[layer].attention)) {
    --owner;
  }
  return static_cast<std::int8_t>(q_.layout.layer_site[model_.layers[owner].owns_kv ? owner : layer]);
}

NodeId ForwardRecorder::project(TensorRole role, NodeId of, std::uint32_t width) {
  Extent extent = graph_[of].extent;
  extent[0] = width;
  return multiply(graph_.compute(extent, {of}), weight_of(role), extent[1]);
}

/// A norm and its weight vector: element-wise operations that share one piece of memory.
NodeId ForwardRecorder::norm(NodeId of, std::int8_t site) {
  const Stored vector{.bytes = graph_[of].extent[0] * k_f32_bytes, .site = site};
  const NodeId normed = weigh(graph_.compute(graph_[of].extent, {of}, !traits_.layer_norm), vector);
  return model_.norm_bias ? weigh(normed, vector) : normed;
}

/// The same norm, of the same tensor, once more (Falcon-H1 before its state space): a weight fetched for the first is used
/// again.
NodeId ForwardRecorder::norm_again(NodeId of, NodeId first) {
  const NodeId weight = graph_[first].sources[1];
  if (weight == k_no_node || !graph_[weight].stored) return norm(of, site_);
  const NodeId normed = graph_.compute(graph_[of].extent, {of}, true);
  const NodeId weighed = graph_.compute(graph_[of].extent, {normed, weight}, true);
  graph_[weighed].site = graph_[first].site;
  return weighed;
}

/// Multiplication by, or addition of, a stored vector. Where nothing has to be fetched it changes nothing and is left
/// out; between two GPUs it decides which result crosses.
NodeId ForwardRecorder::weigh(NodeId of, const Stored& vector) {
  const bool travels = (offloads_ && vector.site == 0) || q_.sites.count > 2;
  if (!travels) {
    graph_[of].site = vector.site;
    return of;
  }
  const Extent extent = graph_[of].extent;
  return run_on(graph_.compute(extent, {of}, true), vector, extent[1] * extent[2] * extent[3]);
}

NodeId ForwardRecorder::add_bias(NodeId of, bool present) {
  if (!present) return of;
  return weigh(of, {.bytes = graph_[of].extent[0] * k_f32_bytes, .site = site_});
}

NodeId ForwardRecorder::add(NodeId first, NodeId second) {
  return graph_.compute(graph_[first].extent, {first, second}, true);
}

NodeId ForwardRecorder::pick_rows(NodeId of) {
  if (row_ids_ == k_no_node) row_ids_ = graph_.input(q_.shape.output_rows * k_f32_bytes);
  Extent extent = graph_[of].extent;
  extent[1] = q_.shape.output_rows;
  return graph_.compute(extent, {of, row_ids_});
}

NodeId ForwardRecorder::embed() {
  const NodeId tokens = graph_.input(tokens_ * k_f32_bytes);
  NodeId hidden = graph_.compute({model_.embedding_length, tokens_, 1, 1}, {tokens});
  graph_[hidden].site = 0;
  graph_.expand(hidden);
  // Room for embeddings given instead of tokens is always kept, and never used up. With each goes what the vision tower
  // adds in the first layers (Qwen3-VL); text has nothing there, and is made as wide.
  const std::uint32_t width = model_.embedding_length * (1 + traits_.deep_visual_layers);
  graph_.expand(graph_.input(width * std::uint64_t{tokens_} * k_f32_bytes));
  if (traits_.deep_visual_layers != 0) {
    visual_ = graph_.compute({width, tokens_, 1, 1}, {hidden});
    graph_.expand(visual_);
    hidden = graph_.columns(visual_, graph_[hidden].extent, model_.embedding_length);
  }
  if (traits_.norms_embedding) hidden = norm(hidden, static_cast<std::int8_t>(q_.layout.layer_site.front()));
  if (traits_.scales_embedding) hidden = graph_.compute(graph_[hidden].extent, {hidden}, true);
  return hidden;
}

/// Gemma's small embedding of each token for each layer: looked up, projected from the hidden state, summed.
void ForwardRecorder::embed_per_layer(NodeId hidden) {
  const auto layers = static_cast<std::uint32_t>(model_.layers.size());
  const std::uint32_t length = model_.per_layer_embedding_length;
  const NodeId tokens = graph_.input(tokens_ * k_f32_bytes);
  const NodeId looked_up = graph_.compute({length * layers, tokens_, 1, 1}, {tokens});
  graph_[looked_up].site = 0;
  const Extent by_layer{length, layers, tokens_, 1};
  const NodeId scaled = graph_.compute(by_layer, {graph_.reshape(looked_up, by_layer)}, true);
  graph_.expand(scaled);
  const auto site = static_cast<std::int8_t>(q_.layout.layer_site.front());
  // The matrix is stored in half precision; it goes with the first layer.
  const std::uint64_t matrix_bytes = std::uint64_t{model_.embedding_length} * length * layers * k_half_bytes;
  const NodeId product = graph_.compute({length * layers, tokens_, 1, 1}, {hidden});
  NodeId projected = multiply(product, {.bytes = matrix_bytes, .site = site}, tokens_);
  projected = graph_.compute(graph_[projected].extent, {projected}, true);
  projected = norm(graph_.reshape(projected, by_layer), site);
  const NodeId sum = add(projected, scaled);
  per_layer_ = graph_.compute({length, tokens_, layers, 1}, {graph_.part(sum, {length, tokens_, layers, 1})});
}

NodeId ForwardRecorder::add_layer_embedding(NodeId hidden) {
  NodeId gate = project(TensorRole::per_layer_small, hidden, model_.per_layer_embedding_length);
  gate = graph_.compute(graph_[gate].extent, {gate, graph_.part(per_layer_, graph_[gate].extent)}, true);
  const NodeId raised = project(TensorRole::per_layer_small, gate, model_.embedding_length);
  return add(hidden, norm(raised, site_));
}

/// A layer whose sizes are not known mixes nothing: a record that is wrong must not end the program.
NodeId ForwardRecorder::mix_tokens(NodeId normed, NodeId residual) {
  const bool has_state =
      model_.ssm && model_.ssm->conv_kernel > 0 && model_.ssm->inner_size >= std::max(1U, model_.ssm->time_step_rank);
  switch (spec_->attention) {
    case AttentionKind::none:
    case AttentionKind::wkv:
      return k_no_node;
    case AttentionKind::mla:
      return model_.mla ? latent_attention(normed) : attention(normed);
    case AttentionKind::kda:
      return kda(normed);
    case AttentionKind::gated_delta:
      return delta_net(normed);
    case AttentionKind::mamba:
      return mamba(normed);
    case AttentionKind::mamba2:
      return mamba2(normed);
    case AttentionKind::short_conv:
      return short_conv(normed);
    case AttentionKind::parallel_mamba2: {
      const NodeId attended = attention(normed);
      return has_state ? add(attended, mamba2(norm_again(residual, normed))) : attended;
    }
    case AttentionKind::full:
    case AttentionKind::sliding_window:
    case AttentionKind::chunked:
      return attention(normed);
  }
  return k_no_node;
}

/// Feed-forward beside attention instead of behind it; models differ in which sum comes first.
NodeId ForwardRecorder::parallel_sum(NodeId normed, NodeId residual, NodeId mixed) {
  const NodeId fed = feed_forward(traits_.parallel_norm ? norm(residual, site_) : normed);
  switch (traits_.parallel) {
    case ParallelSum::mixed_first:
      return add(add(mixed, fed), residual);
    case ParallelSum::fed_first:
      return add(add(fed, mixed), residual);
    case ParallelSum::mixed_residual:
      return add(fed, add(mixed, residual));
    default:
      return add(add(fed, residual), mixed);
  }
}

NodeId ForwardRecorder::layer(std::size_t index, NodeId residual, bool last) {
  index_ = index;
  spec_ = &model_.layers[index];
  site_ = static_cast<std::int8_t>(q_.layout.layer_site[index]);
  expert_site_ = static_cast<std::int8_t>(q_.layout.expert_site[index]);
  if (has_streams()) return altup_layer(residual);
  if (spec_->attention == AttentionKind::wkv && model_.ssm) return wkv_layer(residual, last);
  NodeId normed = traits_.norm_after ? residual : norm(residual, site_);
  if (traits_.early_norm) graph_.expand(normed);
  NodeId mixed = mix_tokens(normed, residual);
  if (last && !traits_.rows_at_end && !traits_.rows_after_sum) {
    if (mixed != k_no_node) mixed = pick_rows(mixed);
    if (traits_.parallel != ParallelSum::none && !traits_.parallel_norm) normed = pick_rows(normed);
    residual = pick_rows(residual);
  }
  if (traits_.norms_results && mixed != k_no_node) mixed = norm(mixed, site_);
  if (traits_.parallel != ParallelSum::none) return parallel_sum(normed, residual, mixed);
  if (mixed != k_no_node) {
    residual = traits_.residual_first ? add(residual, mixed) : add(mixed, residual);
    if (last && traits_.rows_after_sum) residual = pick_rows(residual);
    if (spec_->feed_forward == FeedForwardKind::none) return residual;
    normed = traits_.norm_after ? residual : k_no_node;
  }
  NodeId fed = k_no_node;
  if (spec_->feed_forward == FeedForwardKind::moe_and_dense && model_.moe && model_.moe->expert_used_count != 0) {
    fed = experts_beside_dense(residual);
  } else {
    fed = feed_forward(normed != k_no_node ? normed : norm(residual, site_));
  }
  if (traits_.norms_results) fed = norm(fed, site_);
  const NodeId out = traits_.fed_residual_first ? add(residual, fed) : add(fed, residual);
  const NodeId with_embedding = per_layer_ != k_no_node ? add_layer_embedding(out) : out;
  if (index < traits_.deep_visual_layers) {
    return add(with_embedding, graph_.columns(visual_, graph_[with_embedding].extent, model_.embedding_length));
  }
  return model_.layer_output_scale ? weigh(with_embedding, {.bytes = k_f32_bytes, .site = site_}) : with_embedding;
}

void ForwardRecorder::head(NodeId hidden) {
  const auto site = static_cast<std::int8_t>(q_.layout.output_site);
  if (traits_.rows_at_end && traits_.norm_after_rows) {
    graph_[hidden].output = traits_.keeps_hidden;
    hidden = norm(pick_rows(hidden), site);
  } else {
    hidden = norm(hidden, site);
    if (traits_.rows_at_end) {
      graph_[hidden].output = traits_.keeps_hidden;
      hidden = pick_rows(hidden);
    }
  }
  graph_[hidden].output = true;
  if (traits_.scales_output) hidden = graph_.compute(graph_[hidden].extent, {hidden}, true);
  const NodeId logits = graph_.compute({model_.vocab_size, q_.shape.output_rows, 1, 1}, {hidden});
  const std::uint64_t norm_bytes = std::min(model_.embedding_length * k_f32_bytes, q_.weights.output_bytes);
  multiply(logits, {.bytes = q_.weights.output_bytes - norm_bytes, .site = site}, q_.shape.output_rows);
  graph_[logits].output = true;
  graph_.expand(logits);
}

void ForwardRecorder::record() {
  NodeId hidden = embed();
  if (model_.per_layer_embedding_length != 0) embed_per_layer(hidden);
  if (has_streams()) hidden = stack_streams(hidden);
  for (const std::size_t i : typical_layers()) hidden = layer(i, hidden, i + 1 == model_.layers.size());
  if (has_streams()) hidden = pick_rows(merge_streams(hidden));
  head(hidden);
}

Stored ForwardRecorder::weight_of(TensorRole role) const {
  const bool expert = role == TensorRole::expert_up || role == TensorRole::expert_gate || role == TensorRole::expert_down ||
                      role == TensorRole::expert_gate_up;
  const std::int8_t site = expert ? expert_site_ : site_;
  const LayerWeights& weights = q_.weights.layers[index_];
  const auto& kinds = q_.weights.kinds;
  const auto index = static_cast<std::size_t>(role);
  if (weights.kind < kinds.size() && !q_.coarse) return {.bytes = kinds[weights.kind][index], .site = site};
  if (!kinds.empty()) {
    std::uint64_t largest = 0;  // one layer stands for all: it had better be the biggest
    for (const RoleBytes& kind : kinds) largest = std::max(largest, kind[index]);
    return {.bytes = largest, .site = site};
  }
  return {.bytes = expert ? weights.largest_expert_tensor_bytes : weights.largest_tensor_bytes, .site = site};
}

}  // namespace canirun
