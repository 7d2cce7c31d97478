// SPDX-License-Identifier: MIT
#include "core/compute_buffer_schedule.hpp"

namespace canirun {
namespace {

constexpr std::int8_t k_cpu = 0;
/// Micro-batches in flight when layers on several GPUs work in turn (GGML_SCHED_MAX_COPIES).
constexpr std::uint32_t k_pipeline_copies = 4;

}  // namespace

GraphSchedule::GraphSchedule(ScratchGraph& graph, std::uint32_t site_count, bool pipelined)
    : graph_(graph), site_count_(site_count), copies_(pipelined ? k_pipeline_copies : 1), original_size_(graph.size()) {
  for (std::uint32_t site = 0; site < site_count_; ++site) arenas_[site].clear();
}

/// Operations without a site of their own take that of their neighbour in order; GPUs first, then anything.
void GraphSchedule::spread(bool forward, bool gpus_only) {
  std::int8_t current = k_no_site;
  const auto& order = graph_.order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    GraphNode& node = graph_[order[forward ? i : order.size() - 1 - i]];
    if (node.view) continue;
    if (node.site == k_no_site) {
      node.site = current;
    } else {
      current = gpus_only && node.site == k_cpu ? k_no_site : node.site;
    }
  }
}

void GraphSchedule::assign_sites() {
  if (site_count_ == 1) {
    for (const NodeId id : graph_.order()) graph_[id].site = k_cpu;
    for (const NodeId id : graph_.leaves()) graph_[id].site = k_cpu;
    return;
  }
  spread(true, true);
  spread(false, true);
  spread(true, false);
  spread(false, false);
  for (const NodeId id : graph_.order()) {
    GraphNode& node = graph_[id];
    if (node.site == k_no_site && !node.view) node.site = k_cpu;
    if (node.view) node.site = graph_[node.base].site;
    if (!graph_.has_blanks()) continue;
    for (const NodeId source : node.sources) {
      if (source == k_no_node) break;
      if (graph_[source].site == k_no_site && !graph_[source].view) graph_[source].site = node.site;
    }
  }
}

NodeId& GraphSchedule::copy_on(NodeId source, std::int8_t site) {
  return copies_of_[static_cast<std::size_t>(source) * site_count_ + static_cast<std::size_t>(site)];
}

/// A weight that has to be fetched starts a new split, so that the scratch copy of the one before is free again.
bool GraphSchedule::needs_new_split(const Split& split, NodeId id) const {
  if (split.inputs.empty()) return false;
  for (const NodeId source : graph_[id].sources) {
    if (source == k_no_node) break;
    if (graph_[source].weight && graph_[source].site != split.site) return true;
  }
  return false;
}

void GraphSchedule::fetch_from_elsewhere(Split& split, NodeId id) {
  for (std::size_t slot = 0; slot < graph_[id].sources.size(); ++slot) {
    const NodeId source = graph_[id].sources[slot];
    if (source == k_no_node) break;
    if (graph_[source].input && copies_ > 1 && copy_on(source, graph_[source].site) == k_no_node) {
      copy_on(source, graph_[source].site) = source;
      pipelined_inputs_.push_back(source);
    }
    if (graph_[source].site == split.site) continue;
    if (copy_on(source, split.site) == k_no_node) {
      GraphNode copy;
      copy.extent = graph_[source].extent;
      copy.bytes = graph_[source].bytes;
      copy.site = split.site;
      copy.contiguous = graph_[source].contiguous;
      copy.output = copies_ > 1;  // kept, because another micro-batch may be reading it
      copy_on(source, split.site) = graph_.append(copy);
      split.inputs.push_back(source);
    }
    graph_[id].sources[slot] = copy_on(source, split.site);
  }
}

void GraphSchedule::split() {
  copies_of_.assign(original_size_ * site_count_, k_no_node);
  const auto& order = graph_.order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const GraphNode& node = graph_[order[i]];
    if (node.view) continue;
    if (splits_.empty()) {
      splits_.push_back({.site = node.site, .begin = 0, .inputs = {}});
    } else if (node.site != splits_.back().site || needs_new_split(splits_.back(), order[i])) {
      splits_.push_back({.site = node.site, .begin = i, .inputs = {}});
    }
    fetch_from_elsewhere(splits_.back(), order[i]);
  }
}

/// The order in which things are held: at the start of a split everything it fetches, then its operations.
void GraphSchedule::plan() {
  const auto& order = graph_.order();
  plan_.reserve(order.size() + 2 * (graph_.size() - original_size_));
  for (std::size_t s = 0; s < splits_.size(); ++s) {
    const Split& split = splits_[s];
    for (const NodeId input : split.inputs) {
      GraphNode fetch;  // keeps the original until it has been read
      fetch.view = true;
      fetch.base = k_no_node;
      fetch.sources[0] = input;
      plan_.push_back(graph_.append(fetch));
      plan_.push_back(copy_on(input, split.site));
    }
    const std::size_t end = s + 1 < splits_.size() ? splits_[s + 1].begin : order.size();
    for (std::size_t i = split.begin; i < end; ++i) plan_.push_back(order[i]);
  }
}

void GraphSchedule::count_uses() {
  tenancy_.assign(graph_.size(), Tenancy{});
  for (const NodeId id : plan_) {
    const GraphNode& node = graph_[id];
    if (node.base != k_no_node) ++tenancy_[static_cast<std::size_t>(node.base)].views;
    for (const NodeId source : node.sources) {
      if (source == k_no_node) break;
      ++tenancy_[static_cast<std::size_t>(source)].children;
    }
  }
}

/// An element-wise operation takes over the memory of an operand nobody else reads. Never through a view: the engine
/// does not follow those.
bool GraphSchedule::overwrite_operand(NodeId id) {
  const GraphNode& node = graph_[id];
  if (!node.can_overwrite) return false;
  for (const NodeId source : node.sources) {
    if (source == k_no_node) break;
    const GraphNode& operand = graph_[source];
    Tenancy& theirs = tenancy_[static_cast<std::size_t>(source)];
    if (!theirs.held || operand.output || operand.extent != node.extent || !operand.contiguous) continue;
    if (theirs.children != 1 || theirs.views != 0) continue;
    Tenancy& mine = tenancy_[static_cast<std::size_t>(id)];
    mine.offset = theirs.offset;
    mine.held = true;
    theirs.held = false;
    graph_[id].site = operand.site;
    return true;
  }
  return false;
}

void GraphSchedule::hold(NodeId id) {
  const GraphNode& node = graph_[id];
  Tenancy& mine = tenancy_[static_cast<std::size_t>(id)];
  if (mine.held || node.view || node.stored || node.writes_store || node.base != k_no_node) return;
  if (overwrite_operand(id)) return;
  mine.offset = arenas_[static_cast<std::size_t>(node.site)].take(node.bytes);
  mine.held = true;
}

void GraphSchedule::let_go(NodeId id) {
  const GraphNode& node = graph_[id];
  Tenancy& mine = tenancy_[static_cast<std::size_t>(id)];
  if (node.output || !mine.held) return;
  arenas_[static_cast<std::size_t>(node.site)].give_back(mine.offset, node.bytes);
  mine.held = false;
}

void GraphSchedule::release_operands(NodeId id) {
  for (const NodeId source : graph_[id].sources) {
    if (source == k_no_node) break;
    Tenancy& operand = tenancy_[static_cast<std::size_t>(source)];
    if (--operand.children != 0 || operand.views != 0) continue;
    const NodeId base = graph_[source].base;
    if (base == k_no_node) {
      let_go(source);
      continue;
    }
    Tenancy& shown = tenancy_[static_cast<std::size_t>(base)];
    if (--shown.views == 0 && shown.children == 0) let_go(base);
  }
}

SiteBytes GraphSchedule::run() {
  assign_sites();
  split();
  plan();
  count_uses();
  if (copies_ > 1) {
    // All copies of what crosses are held from the start: first the inputs themselves, then what the splits fetch.
    for (const NodeId input : pipelined_inputs_) {
      graph_[input].output = true;
      for (std::uint32_t copy = 1; copy < copies_; ++copy) {
        arenas_[static_cast<std::size_t>(graph_[input].site)].take(graph_[input].bytes);
      }
      hold(input);
    }
    for (const Split& split : splits_) {
      for (const NodeId input : split.inputs) {
        for (std::uint32_t copy = 1; copy < copies_; ++copy)
          arenas_[static_cast<std::size_t>(split.site)].take(graph_[input].bytes);
        hold(copy_on(input, split.site));
      }
    }
  }
  for (const NodeId leaf : graph_.leaves()) hold(leaf);
  for (const NodeId id : plan_) {
    hold(id);
    release_operands(id);
  }
  SiteBytes bytes{};
  for (std::uint32_t site = 0; site < site_count_; ++site) bytes[site] = arenas_[site].high_water_bytes();
  return bytes;
}

}  // namespace canirun
