// SPDX-License-Identifier: MIT
// Sparse attention over blocks of tokens. Source: models/minimax-m3.cpp of llama.cpp v0.5.0, the path for batches.
#include <algorithm>
#include <canirun/units.hpp>

#include "core/compute_buffer_forward.hpp"
#include "core/kv_cache.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint64_t k_index_bytes = 8;
/// Positions the engine reserves for: those of a cache that nothing has been written to. It grows with the longest
/// sequence later on.
constexpr std::uint32_t k_reserved_positions = 256;

}  // namespace

/// Without flash attention, and where sequences share a cache, the engine attends to everything.
bool ForwardRecorder::picks_blocks() const {
  return model_.block_indexer && model_.block_indexer->block_length != 0 && spec_->indexes && q_.settings.flash_attn &&
         (sequences_ == 1 || !q_.settings.kv_unified);
}

/// Its queries or keys: projected, normed, rotated.
NodeId ForwardRecorder::index_vectors(NodeId normed, std::uint32_t heads) {
  const BlockIndexerSpec& indexer = *model_.block_indexer;
  Stored weight = weight_of(TensorRole::indexer);
  weight.bytes = weight.bytes / std::max(1U, indexer.head_count) * heads;
  const Extent flat{heads * indexer.key_length, tokens_, 1, 1};
  const NodeId projected = multiply(graph_.compute(flat, {normed}), weight, tokens_);
  return rope(norm(graph_.reshape(projected, {indexer.key_length, heads, tokens_, 1}), site_));
}

void ForwardRecorder::store_rows(NodeId value, NodeId& rows) {
  if (rows == k_no_node) rows = graph_.input(tokens_ * k_index_bytes);
  const NodeId stored = graph_.store(graph_.look(value), site_);
  graph_[stored].sources[1] = rows;
  graph_.expand(stored);
}

/// The node holds half precision.
NodeId ForwardRecorder::halve(NodeId node) {
  graph_[node].bytes /= 2;
  return node;
}

/// Scores the blocks for each token of a stream, opens the best in a mask of blocks, and widens that to a mask of cells.
NodeId ForwardRecorder::mask_of_blocks(NodeId index_query, std::uint32_t stream) {
  const BlockIndexerSpec& indexer = *model_.block_indexer;
  const std::uint32_t heads = indexer.head_count, length = indexer.key_length, rows = tokens_ / streams_;
  const std::uint32_t cells = cache_cells(model_, *spec_, q_.settings, q_.shape);
  const auto positions = static_cast<std::uint32_t>(pad_up(k_reserved_positions, indexer.block_length));
  const std::uint32_t blocks = positions / indexer.block_length, picked = std::min(indexer.top_blocks, blocks);
  if (stream == 0 && blocks_.bias == k_no_node) {
    blocks_.bias = graph_.input(std::uint64_t{blocks} * tokens_ * k_f32_bytes);
    blocks_.visible = graph_.input(std::uint64_t{positions} * tokens_ * k_f32_bytes);
    blocks_.cell_of_position = graph_.input(std::uint64_t{positions} * streams_ * k_f32_bytes);
    blocks_.block_of_cell = graph_.input(std::uint64_t{cells} * streams_ * k_f32_bytes);
    blocks_.mask = graph_.compute({cells, rows, 1, streams_}, {mask()});
  }
  const NodeId keys = cached({.bytes = cells * row_bytes(q_.settings.kv_type_k, length), .site = site_});
  const NodeId by_position =
      graph_.compute({length, positions, 1, 1}, {keys, graph_.part(blocks_.cell_of_position, {positions, 1, 1, 1})});
  const NodeId query = graph_.part(index_query, {length, heads * rows, 1, 1});
  NodeId scores =
      graph_.reshape(graph_.compute({positions, heads * rows, 1, 1}, {by_position, query}), {positions, heads, rows, 1});
  scores = graph_.in_place(scores, graph_.part(blocks_.visible, {positions, 1, rows, 1}));
  const Extent by_block{blocks, heads, rows, 1}, chosen{picked, heads, rows, 1};
  const NodeId bias = graph_.part(blocks_.bias, {blocks, 1, rows, 1});
  const NodeId best = graph_.compute(by_block, {scores});
  const NodeId picks = graph_.compute(chosen, {graph_.compute(by_block, {best, bias}, true)});

  const NodeId closed = graph_.compute({blocks, 1, rows, 1}, {bias}, true);
  const NodeId all_closed = halve(graph_.compute(by_block, {halve(graph_.compute({blocks, 1, rows, 1}, {closed}))}));
  const NodeId zeros = graph_.compute(chosen, {graph_.compute(chosen, {picks})}, true);
  const NodeId opened = graph_.change(graph_.look(all_closed), {graph_.look(zeros), graph_.look(picks)});
  const NodeId by_head = halve(graph_.compute({blocks, rows, heads, 1}, {graph_.look(opened)}));
  const NodeId turned = halve(graph_.compute({rows * heads, blocks, 1, 1}, {graph_.look(by_head)}));
  const NodeId by_cell =
      graph_.compute({rows * heads, cells, 1, 1}, {turned, graph_.part(blocks_.block_of_cell, {cells, 1, 1, 1})});
  const NodeId back = graph_.compute({cells, rows * heads, 1, 1}, {graph_.look(by_cell)});
  const NodeId both = graph_.in_place(graph_.look(back), graph_.part(blocks_.mask, {cells, rows, 1, 1}));
  return halve(graph_.compute({cells, rows, 1, heads}, {graph_.look(both)}));
}

NodeId ForwardRecorder::attend_blocks(NodeId normed, NodeId q, NodeId k, NodeId v) {
  const EngineSettings& settings = q_.settings;
  const std::uint32_t key_row = spec_->head_count_kv * spec_->key_length;
  const std::uint32_t value_row = spec_->head_count_kv * spec_->value_length;
  const NodeId index_query = index_vectors(normed, model_.block_indexer->head_count);
  store_rows(index_vectors(normed, 1), blocks_.key_rows);
  CacheInputs& inputs = cache_inputs();
  const bool rotates_v = rotates(settings.kv_type_v, spec_->value_length);
  if (rotates(settings.kv_type_k, spec_->key_length)) {
    q = rotate(q, inputs.key_rotation, key_rotation_side(spec_->key_length));
    k = rotate(k, inputs.key_rotation, key_rotation_side(spec_->key_length));
  }
  if (rotates_v) v = rotate(v, inputs.value_rotation, k_rotation_step);
  for (const NodeId node : {q, k, v}) graph_.expand(node);
  store_rows(k, inputs.key_rows);
  store_rows(v, inputs.value_rows);

  const std::uint64_t cells = cache_cells(model_, *spec_, settings, q_.shape);
  const std::uint32_t rows = tokens_ / streams_, width = spec_->head_count * spec_->value_length;
  NodeId all = k_no_node;
  for (std::uint32_t stream = 0; stream < streams_; ++stream) {
    const NodeId shown = graph_.part(q, {spec_->key_length, rows, spec_->head_count, 1});
    const NodeId keys = cached({.bytes = cells * row_bytes(settings.kv_type_k, key_row), .site = site_});
    const NodeId values = cached({.bytes = cells * row_bytes(settings.kv_type_v, value_row), .site = site_});
    const NodeId out = graph_.compute({width, rows, 1, 1}, {shown, keys, values, mask_of_blocks(index_query, stream)});
    const NodeId flat = graph_.compute({width, rows, 1, 1}, {graph_.look(out)});
    all = all == k_no_node ? flat : graph_.compute({width, (stream + 1) * rows, 1, 1}, {all, flat});
  }
  return rotates_v ? rotate(all, inputs.value_rotation, k_rotation_step) : all;
}

}  // namespace canirun
