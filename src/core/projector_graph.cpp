// SPDX-License-Identifier: MIT
// Graphs: clip.cpp and models/{llava,siglip,internvl,pixtral,qwen2vl,qwen3vl}.cpp of llama.cpp's tools/mtmd, v0.5.0. Biases,
// scales and activations that are done in place take nothing and are left out.
#include "core/projector_graph.hpp"

#include <algorithm>

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint32_t k_colours = 3;

}  // namespace

TowerKind tower_kind(const ProjectorSpec& projector) {
  const std::string& type = projector.type;
  if (type == "mlp") return TowerKind::llava;
  if (type == "gemma3") return TowerKind::gemma3;
  if (type == "idefics3") return TowerKind::idefics3;
  if (type == "internvl") return TowerKind::internvl;
  if (type == "pixtral") return TowerKind::pixtral;
  if (type == "qwen2vl_merger") return TowerKind::qwen2;
  if (type == "qwen2.5vl_merger") return TowerKind::qwen25;
  return type == "qwen3vl_merger" ? TowerKind::qwen3 : TowerKind::unknown;
}

std::uint32_t merge_of(const ProjectorSpec& projector) {
  if (projector.merge != 0) return projector.merge;
  switch (tower_kind(projector)) {
    case TowerKind::gemma3:
      return 4;
    case TowerKind::qwen2:
    case TowerKind::qwen25:
    case TowerKind::qwen3:
      return 2;
    default:
      return 1;
  }
}

TowerRecorder::TowerRecorder(const ProjectorSpec& projector, ScratchGraph& graph, std::uint32_t side, bool on_gpu,
                             bool flash_attn)
    : p_(projector),
      graph_(graph),
      kind_(tower_kind(projector)),
      side_(side),
      positions_(side * side),
      merge_(merge_of(projector)),
      site_(on_gpu ? 1 : 0),
      flash_(flash_attn),
      rms_(kind_ == TowerKind::pixtral || kind_ == TowerKind::qwen25) {
  // The 6B tower of the large InternVL models norms by the root mean square.
  if (kind_ == TowerKind::internvl) rms_ = p_.embedding_length == 3200 && p_.layer_count == 45;
  if (kind_ == TowerKind::llava || kind_ == TowerKind::internvl) ++positions_;  // and the class token
}

NodeId TowerRecorder::op(Extent extent, std::initializer_list<NodeId> sources, bool can_overwrite) {
  const NodeId node = graph_.compute(extent, sources, can_overwrite);
  graph_[node].site = site_;
  return node;
}

/// The node holds half precision.
NodeId TowerRecorder::half(NodeId node) {
  graph_[node].bytes /= 2;
  return node;
}

/// A copy in another order.
NodeId TowerRecorder::copy(NodeId of, Extent extent) { return op(extent, {graph_.look(of)}); }

NodeId TowerRecorder::project(NodeId of, std::uint32_t width) {
  Extent extent = graph_[of].extent;
  extent[0] = width;
  return op(extent, {of});
}

NodeId TowerRecorder::norm(NodeId of) { return op(graph_[of].extent, {of}, rms_); }
NodeId TowerRecorder::layer_norm(NodeId of) { return op(graph_[of].extent, {of}); }

/// One patch a row, times the matrix, then turned round: three tensors.
NodeId TowerRecorder::convolution(NodeId picture) {
  const std::uint32_t patch = p_.patch_size * p_.patch_size * k_colours;
  const NodeId rows = half(op({patch, side_, side_, 1}, {picture}));
  const NodeId product =
      op({side_ * side_, p_.embedding_length, 1, 1}, {graph_.reshape(rows, {patch, side_ * side_, 1, 1})});
  return copy(product, {side_, side_, p_.embedding_length, 1});
}

/// Qwen: the two frames of a still picture are the same, and neighbours that will be one token come to lie together.
NodeId TowerRecorder::merged_patches(NodeId picture) {
  const std::uint32_t width = p_.embedding_length;
  const NodeId both = op({side_, side_, width, 1}, {convolution(picture), convolution(picture)}, true);
  const NodeId grouped = copy(both, {width * 2, side_ / 2, side_, 1});
  NodeId merged = copy(grouped, {width, positions_, 1, 1});
  if (kind_ == TowerKind::qwen3) {
    const std::uint32_t trained = p_.image_size / std::max(1U, p_.patch_size);
    NodeId learned = k_no_node;
    if (trained != side_) {
      learned = copy(op({side_, side_, width, 1}, {}), {width, positions_, 1, 1});
      learned = op({width * 2, side_ / 2, side_, 1}, {learned});
    } else {
      learned = op({width * 2, side_ / 2, side_, 1}, {});
    }
    merged = op({width, positions_, 1, 1}, {merged, copy(learned, {width, positions_, 1, 1})}, true);
  }
  return merged;
}

NodeId TowerRecorder::patches() {
  const std::uint64_t pixels = std::uint64_t{side_} * p_.patch_size * side_ * p_.patch_size;
  const NodeId picture = graph_.input(pixels * k_colours * k_f32_bytes);
  if (kind_ == TowerKind::qwen2 || kind_ == TowerKind::qwen25 || kind_ == TowerKind::qwen3) return merged_patches(picture);
  const std::uint32_t width = p_.embedding_length;
  NodeId patches = copy(convolution(picture), {width, side_ * side_, 1, 1});
  if (positions_ != side_ * side_) {
    const NodeId class_token = kind_ == TowerKind::internvl ? op({width, 1, 1, 1}, {}) : k_no_node;
    patches = op({width, positions_, 1, 1}, {patches, class_token});
  }
  if (kind_ != TowerKind::llava) return patches;
  const NodeId learned = op({width, positions_, 1, 1}, {graph_.input(positions_ * k_f32_bytes)});
  return layer_norm(op({width, positions_, 1, 1}, {patches, learned}, true));
}

/// Queries or keys of the towers that rotate; in two halves where rows and columns have numbers of their own.
NodeId TowerRecorder::rotate(NodeId of) {
  const bool qwen = kind_ == TowerKind::qwen2 || kind_ == TowerKind::qwen25 || kind_ == TowerKind::qwen3;
  if (!qwen && kind_ != TowerKind::pixtral) return of;
  if (place_ == k_no_node) place_ = graph_.input(positions_ * k_f32_bytes * (qwen ? 4U : 1U));
  const NodeId rotated = op(graph_[of].extent, {of, place_}, true);
  if (qwen) return rotated;
  if (place_y_ == k_no_node) place_y_ = graph_.input(positions_ * k_f32_bytes);
  return op(graph_[of].extent, {rotated, place_y_}, true);
}

NodeId TowerRecorder::attend(NodeId q, NodeId k, NodeId v, bool windowed) {
  for (const NodeId node : {q, k, v}) graph_.expand(node);
  const std::uint32_t heads = std::max(1U, p_.head_count), length = p_.embedding_length / heads;
  const Extent flat{p_.embedding_length, positions_, 1, 1};
  NodeId out = k_no_node;
  if (flash_) {
    const NodeId keys = half(copy(k, graph_[k].extent)), values = half(copy(v, graph_[v].extent));
    const NodeId mask = windowed ? half(op({positions_, positions_, 1, 1}, {window_mask_})) : k_no_node;
    out = graph_.reshape(op({length, heads, positions_, 1}, {graph_.look(q), keys, values, mask}), flat);
  } else {
    const Extent scores{positions_, positions_, heads, 1};
    const NodeId turned = copy(v, {positions_, length, heads, 1});
    const NodeId product = op(scores, {graph_.look(k), graph_.look(q)});
    const NodeId soft = op(scores, {product, windowed ? window_mask_ : k_no_node}, true);
    out = copy(op({length, positions_, heads, 1}, {turned, soft}), flat);
  }
  return project(out, p_.embedding_length);
}

NodeId TowerRecorder::attention(NodeId normed, bool windowed) {
  const std::uint32_t width = p_.embedding_length, heads = std::max(1U, p_.head_count);
  const Extent by_head{width / heads, heads, positions_, 1};
  if (kind_ == TowerKind::qwen3) {
    const NodeId all = project(normed, 3 * width);
    return attend(rotate(graph_.columns(all, by_head, width)), rotate(graph_.columns(all, by_head, width)),
                  graph_.columns(all, by_head, width), windowed);
  }
  const NodeId q = graph_.reshape(project(normed, width), by_head);
  const NodeId k = graph_.reshape(project(normed, width), by_head);
  const NodeId v = graph_.reshape(project(normed, width), by_head);
  return attend(rotate(q), rotate(k), v, windowed);
}

NodeId TowerRecorder::feed_forward(NodeId of) {
  if (!p_.gated) return two_layers(of, p_.feed_forward_length, p_.embedding_length);
  const NodeId gate = project(of, p_.feed_forward_length);
  const NodeId up = project(of, p_.feed_forward_length);
  return project(op(graph_[up].extent, {gate, up}), p_.embedding_length);
}

NodeId TowerRecorder::two_layers(NodeId of, std::uint32_t inner, std::uint32_t out) {
  return project(project(of, inner), out);
}

NodeId TowerRecorder::layer(NodeId residual, std::uint32_t index) {
  const bool windowed = p_.window_pattern != 0 && (index + 1) % p_.window_pattern != 0;
  const NodeId attended = op(graph_[residual].extent, {attention(norm(residual), windowed), residual}, true);
  const NodeId fed = feed_forward(norm(attended));
  const bool residual_first = kind_ != TowerKind::unknown;
  return residual_first ? op(graph_[fed].extent, {attended, fed}, true) : op(graph_[fed].extent, {fed, attended}, true);
}

void TowerRecorder::record() {
  NodeId hidden = patches();
  const std::uint32_t width = p_.embedding_length;
  if (p_.window_pattern != 0) {
    // Patches of a window come to lie together; which those are, the host says.
    const NodeId order = graph_.input(positions_ / 4 * k_f32_bytes);
    window_mask_ = graph_.input(std::uint64_t{positions_} * positions_ * k_f32_bytes);
    if (flash_) window_mask_ = half(op({positions_, positions_, 1, 1}, {window_mask_}));
    hidden = op({width * 4, positions_ / 4, 1, 1}, {graph_.reshape(hidden, {width * 4, positions_ / 4, 1, 1}), order});
    hidden = graph_.reshape(hidden, {width, positions_, 1, 1});
  }
  // The tower behind LLaVA ends one layer early.
  const std::uint32_t layers = kind_ == TowerKind::llava && p_.layer_count > 1 ? p_.layer_count - 1 : p_.layer_count;
  for (std::uint32_t i = 0; i < layers; ++i) {
    hidden = layer(hidden, i);
    if (std::find(p_.deepstack_layers.begin(), p_.deepstack_layers.end(), i) != p_.deepstack_layers.end()) {
      layer_results_.push_back(hidden);
    }
  }
  graph_.expand(head(hidden));
}

}  // namespace canirun
