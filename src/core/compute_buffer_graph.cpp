// SPDX-License-Identifier: MIT
#include "core/compute_buffer_graph.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;

std::uint64_t elements(Extent extent) { return std::uint64_t{extent[0]} * extent[1] * extent[2] * extent[3]; }

}  // namespace

void ScratchGraph::clear() {
  constexpr std::size_t k_usual_nodes = 640;
  nodes_.clear();
  nodes_.reserve(k_usual_nodes);
  order_.clear();
  order_.reserve(k_usual_nodes);
  leaves_.clear();
  leaves_.reserve(16);
  has_blanks_ = false;
}

NodeId ScratchGraph::append(const GraphNode& node) {
  nodes_.push_back(node);
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId ScratchGraph::input(std::uint64_t bytes) {
  GraphNode node;
  node.bytes = bytes;
  node.site = 0;  // inputs are written by the CPU
  node.input = true;
  return append(node);
}

NodeId ScratchGraph::blank(Extent extent) {
  GraphNode node;
  node.extent = extent;
  node.bytes = elements(extent) * k_f32_bytes;
  has_blanks_ = true;
  return append(node);
}

NodeId ScratchGraph::change(NodeId of, std::initializer_list<NodeId> sources) {
  const NodeId changed = compute((*this)[of].extent, sources);
  GraphNode& node = (*this)[changed];
  node.bytes = (*this)[of].bytes;
  node.base = (*this)[of].base == k_no_node ? of : (*this)[of].base;
  node.sources[sources.size()] = of;
  return changed;
}

NodeId ScratchGraph::in_place(NodeId of, NodeId other) {
  const NodeId changed = compute((*this)[of].extent, {of, other});
  GraphNode& node = (*this)[changed];
  node.bytes = (*this)[of].bytes;
  node.base = (*this)[of].base == k_no_node ? of : (*this)[of].base;
  return changed;
}

NodeId ScratchGraph::stored(const Stored& store, bool weight) {
  GraphNode node;
  node.bytes = store.bytes;
  node.site = store.site;
  node.stored = true;
  node.weight = weight;
  return append(node);
}

NodeId ScratchGraph::compute(Extent extent, std::initializer_list<NodeId> sources, bool can_overwrite) {
  GraphNode node;
  node.extent = extent;
  node.bytes = elements(extent) * k_f32_bytes;
  node.operation = true;
  node.can_overwrite = can_overwrite;
  std::size_t slot = 0;
  for (const NodeId source : sources) {
    if (source != k_no_node) node.sources[slot++] = source;
  }
  return append(node);
}

NodeId ScratchGraph::part(NodeId of, Extent extent) {
  const NodeId view = reshape(of, extent);
  (*this)[view].contiguous = false;
  return view;
}

NodeId ScratchGraph::look(NodeId of) {
  const NodeId view = part(of, (*this)[of].extent);
  (*this)[view].bytes = (*this)[of].bytes;
  return view;
}

NodeId ScratchGraph::columns(NodeId of, Extent extent, std::uint32_t per_row) {
  const NodeId view = part(of, extent);
  const GraphNode& source = (*this)[of];
  if (per_row < source.extent[0]) (*this)[view].bytes = source.bytes - (source.extent[0] - per_row) * k_f32_bytes;
  return view;
}

NodeId ScratchGraph::reshape(NodeId of, Extent extent) {
  const GraphNode& source = (*this)[of];
  GraphNode node;
  node.extent = extent;
  node.bytes = elements(extent) * k_f32_bytes;
  node.base = source.base == k_no_node ? of : source.base;
  node.contiguous = source.contiguous;
  node.view = true;
  node.sources[0] = of;
  return append(node);
}

NodeId ScratchGraph::store(NodeId value, std::int8_t site) {
  GraphNode node;
  node.operation = true;
  node.writes_store = true;
  node.site = site;
  node.sources[0] = value;
  return append(node);
}

void ScratchGraph::expand(NodeId id) {
  if (id == k_no_node || (*this)[id].visited) return;
  (*this)[id].visited = true;
  for (std::size_t slot = 0; slot < (*this)[id].sources.size(); ++slot) {
    const NodeId source = (*this)[id].sources[slot];
    if (source == k_no_node) break;
    expand(source);
  }
  const GraphNode& node = (*this)[id];
  if (node.operation || node.view) {
    order_.push_back(id);
  } else if (!node.stored) {
    leaves_.push_back(id);
  }
}

}  // namespace canirun
