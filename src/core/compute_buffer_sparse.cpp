// SPDX-License-Identifier: MIT
// Sparse attention: an indexer with a cache of its own picks the tokens a layer looks at. Sources: models/deepseek32.cpp,
// glm-dsa.cpp and build_attn() of llama-graph.cpp, llama.cpp v0.5.0.
#include <algorithm>

#include "core/compute_buffer_forward.hpp"
#include "core/kv_cache.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint64_t k_half_bytes = 2;
constexpr std::uint64_t k_index_bytes = 8;

}  // namespace

bool ForwardRecorder::is_sparse() const {
  return spec_->attention == AttentionKind::mla && model_.mla && model_.mla->indexer_head_count != 0;
}

/// The matrices of the indexer share a role and a type; the largest, which raises the queries, is known.
Stored ForwardRecorder::indexer_weight(std::uint64_t elements) const {
  const MlaSpec& mla = *model_.mla;
  const std::uint64_t largest = std::uint64_t{mla.q_lora_rank} * mla.indexer_head_count * mla.indexer_key_length;
  Stored weight = weight_of(TensorRole::indexer);
  weight.bytes = largest == 0 ? 0
                              : static_cast<std::uint64_t>(static_cast<double>(weight.bytes) *
                                                           static_cast<double>(elements) / static_cast<double>(largest));
  return weight;
}

/// Multiplication with a Hadamard matrix as wide as a key.
NodeId ForwardRecorder::rotate_index(NodeId of) {
  const std::uint64_t side = model_.mla->indexer_key_length;
  if (indexer_.key_rotation == k_no_node) indexer_.key_rotation = graph_.input(side * side * k_f32_bytes);
  return graph_.compute(graph_[of].extent, {indexer_.key_rotation, of});
}

/// Scores all cached tokens for each new one, and picks the best. Its keys are stored at once.
NodeId ForwardRecorder::pick_tokens(NodeId normed, NodeId query) {
  const MlaSpec& mla = *model_.mla;
  const std::uint32_t heads = mla.indexer_head_count, length = mla.indexer_key_length;
  const std::uint64_t width = model_.embedding_length;
  NodeId q = multiply(graph_.compute({heads * length, tokens_, 1, 1}, {query}), weight_of(TensorRole::indexer), tokens_);
  q = rotate_index(rope(graph_.reshape(q, {length, heads, tokens_, 1})));

  NodeId k = multiply(graph_.compute({length, tokens_, 1, 1}, {normed}), indexer_weight(width * length), tokens_);
  const Stored vector{.bytes = length * k_f32_bytes, .site = site_};
  k = weigh(weigh(graph_.compute(graph_[k].extent, {k}), vector), vector);  // a norm with a bias: not done in place
  k = rotate_index(rope(graph_.reshape(k, {length, 1, tokens_, 1})));
  if (indexer_.key_rows == k_no_node) indexer_.key_rows = graph_.input(tokens_ * k_index_bytes);
  const NodeId stored = graph_.store(graph_.look(k), site_);
  graph_[stored].sources[1] = indexer_.key_rows;
  graph_.expand(stored);

  const Extent weights_extent{heads, tokens_ / streams_, 1, streams_};
  NodeId weights = multiply(graph_.compute({heads, tokens_, 1, 1}, {normed}), indexer_weight(width * heads), tokens_);
  weights = graph_.compute(weights_extent, {graph_.part(weights, weights_extent)}, true);
  const std::uint32_t cells = cache_cells(model_, *spec_, q_.settings, q_.shape);
  if (indexer_.mask == k_no_node) indexer_.mask = graph_.input(std::uint64_t{cells} * tokens_ * k_half_bytes);
  const Stored keys{.bytes = std::uint64_t{cells} * streams_ * row_bytes(q_.settings.kv_type_k, length), .site = site_};
  const NodeId shown = graph_.part(q, {length, heads, tokens_ / streams_, streams_});
  const NodeId scores =
      graph_.compute({cells, tokens_ / streams_, 1, streams_}, {shown, cached(keys), weights, indexer_.mask});
  const Extent picked{std::min(cells, mla.indexer_top_k), tokens_ / streams_, 1, streams_};
  return graph_.compute(picked, {graph_.compute(picked, {scores})});
}

/// A mask that hides everything, opened for what was picked, then laid over the usual one.
NodeId ForwardRecorder::mask_of_picks() {
  const NodeId usual = mask();
  const Extent extent = graph_[usual].extent;
  const std::uint64_t bytes = graph_[usual].bytes;
  const NodeId closed = graph_.compute(extent, {usual}, true);
  graph_[closed].bytes = bytes;
  if (indexer_.picks == k_no_node) return usual;
  const Extent zeros_extent{1, graph_[indexer_.picks].extent[0], extent[1], extent[3]};
  const NodeId zeros = graph_.compute(zeros_extent, {graph_.blank(zeros_extent)}, true);
  const NodeId opened = graph_.change(graph_.look(closed), {zeros, graph_.look(indexer_.picks)});
  const NodeId both = graph_.compute(extent, {graph_.look(opened), usual}, true);
  graph_[both].bytes = bytes;
  return both;
}

}  // namespace canirun
