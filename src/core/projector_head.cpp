// SPDX-License-Identifier: MIT
// From the vision tower to the language model. Sources as in projector_graph.cpp.
#include <algorithm>

#include "core/projector_graph.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;

}  // namespace

/// Neighbours side by side in one longer vector.
NodeId TowerRecorder::shuffle(NodeId of) {
  const std::uint32_t wide = p_.embedding_length * merge_ * merge_, side = side_ / merge_;
  const NodeId by_row = copy(of, {wide, side, side, 1});
  return copy(by_row, {wide, side * side, 1, 1});
}

/// Gemma 3: means over squares of patches, then a matrix that is stored the other way round, and copied for that.
NodeId TowerRecorder::pool(NodeId of) {
  const std::uint32_t width = p_.embedding_length, side = side_ / merge_;
  const NodeId turned_matrix = op({width, p_.projection_length, 1, 1}, {});
  graph_[turned_matrix].bytes = std::uint64_t{width} * p_.projection_length * p_.weight_bytes_per_element;
  const NodeId planes = copy(of, {side_, side_, width, 1});
  const NodeId means = op({side, side, width, 1}, {planes});
  const NodeId tokens = copy(means, {width, side * side, 1, 1});
  const NodeId normed = op(graph_[tokens].extent, {tokens}, true);
  return op({p_.projection_length, side * side, 1, 1}, {turned_matrix, normed});
}

/// Mistral Small: a norm, then patches of patches through one matrix.
NodeId TowerRecorder::unfold(NodeId of) {
  const std::uint32_t width = p_.embedding_length, side = side_ / merge_;
  const NodeId planes = copy(op(graph_[of].extent, {of}, true), {side_, side_, width, 1});
  const NodeId rows =
      op({width * merge_ * merge_, side, side, 1}, {graph_.part(planes, {merge_, merge_, width, 1}), planes});
  return project(graph_.reshape(rows, {width * merge_ * merge_, side * side, 1, 1}), width);
}

/// Results of some layers go the same way as the last one's, and lie behind it in the vector.
NodeId TowerRecorder::deepstack(NodeId of) {
  const std::uint32_t group = merge_ * merge_, wide = p_.embedding_length * group;
  NodeId all = k_no_node;
  std::uint32_t length = 0;
  for (const NodeId result : layer_results_) {
    const NodeId normed = layer_norm(graph_.reshape(result, {wide, positions_ / group, 1, 1}));
    const NodeId feature = two_layers(normed, wide, p_.projection_length);
    length += p_.projection_length;
    all = all == k_no_node ? feature : op({length, positions_ / group, 1, 1}, {all, feature});
  }
  return all == k_no_node ? of : op({length + p_.projection_length, positions_ / group, 1, 1}, {of, all});
}

NodeId TowerRecorder::head(NodeId hidden) {
  const std::uint32_t width = p_.embedding_length, patches = side_ * side_;
  switch (kind_) {
    case TowerKind::llava: {
      const NodeId ids = graph_.input(patches * k_f32_bytes);
      return two_layers(op({width, patches, 1, 1}, {graph_.reshape(hidden, {width, positions_, 1, 1}), ids}),
                        p_.projection_length, p_.projection_length);
    }
    case TowerKind::gemma3:
      return pool(norm(hidden));
    case TowerKind::idefics3:
      return project(shuffle(norm(hidden)), p_.projection_length);
    case TowerKind::internvl: {
      const NodeId without_class = copy(hidden, {width, patches, 1, 1});
      return two_layers(layer_norm(shuffle(without_class)), p_.projection_length, p_.projection_length);
    }
    case TowerKind::pixtral: {
      const NodeId tokens = two_layers(merge_ > 1 ? unfold(hidden) : hidden, p_.projection_length, p_.projection_length);
      // A token that ends the line goes behind each.
      const std::uint32_t side = side_ / merge_;
      const Extent breaks{p_.projection_length, 1, side, 1};
      const NodeId ends = op(breaks, {graph_.blank(breaks)}, true);
      return op({p_.projection_length, side + 1, side, 1}, {tokens, ends});
    }
    case TowerKind::qwen2:
    case TowerKind::qwen25:
    case TowerKind::qwen3: {
      const std::uint32_t tokens = positions_ / 4;
      const NodeId last = graph_.reshape(norm(hidden), {width * 4, tokens, 1, 1});
      NodeId out = two_layers(last, width * 4, p_.projection_length);
      if (p_.window_pattern != 0) out = op(graph_[out].extent, {graph_.look(out), graph_.input(tokens * k_f32_bytes)});
      return deepstack(out);
    }
    case TowerKind::unknown:
      break;
  }
  // Whatever it is: the widest that is usual.
  const std::uint32_t group = merge_ * merge_, wide = width * group;
  return two_layers(layer_norm(copy(hidden, {wide, std::max(1U, positions_ / group), 1, 1})),
                    std::max(wide, p_.projection_length), p_.projection_length);
}

}  // namespace canirun
