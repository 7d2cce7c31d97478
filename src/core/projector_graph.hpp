// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/projector.hpp>
#include "core/compute_buffer_graph.hpp"

namespace canirun {

/// Kinds of towers whose graphs are known.
enum class TowerKind : std::uint8_t { unknown, llava, gemma3, idefics3, internvl, pixtral, qwen2, qwen25, qwen3 };
TowerKind tower_kind(const ProjectorSpec& projector);

/// Records the forward pass of a vision tower over one square picture of `side` patches.
class TowerRecorder {
 public:
  TowerRecorder(const ProjectorSpec& projector, ScratchGraph& graph, std::uint32_t side, bool on_gpu, bool flash_attn);
  void record();

 private:
  NodeId op(Extent extent, std::initializer_list<NodeId> sources, bool can_overwrite = false);
  NodeId half(NodeId node);
  NodeId copy(NodeId of, Extent extent);
  NodeId project(NodeId of, std::uint32_t width);
  NodeId norm(NodeId of);
  NodeId layer_norm(NodeId of);
  NodeId convolution(NodeId picture);
  NodeId patches();
  NodeId merged_patches(NodeId picture);
  NodeId layer(NodeId residual, std::uint32_t index);
  NodeId rotate(NodeId of);
  NodeId attention(NodeId normed, bool windowed);
  NodeId attend(NodeId q, NodeId k, NodeId v, bool windowed);
  NodeId feed_forward(NodeId of);
  NodeId two_layers(NodeId of, std::uint32_t inner, std::uint32_t out);
  NodeId shuffle(NodeId of);
  NodeId pool(NodeId of);
  NodeId unfold(NodeId of);
  NodeId deepstack(NodeId of);
  NodeId head(NodeId of);

  const ProjectorSpec& p_;
  ScratchGraph& graph_;
  TowerKind kind_;
  std::uint32_t side_, positions_, merge_;
  std::int8_t site_;
  bool flash_, rms_;
  NodeId place_ = k_no_node, place_y_ = k_no_node, window_mask_ = k_no_node;
  std::vector<NodeId> layer_results_;  ///< of layers that hand theirs on
};

/// Patches per side that become one token.
std::uint32_t merge_of(const ProjectorSpec& projector);

}  // namespace canirun
