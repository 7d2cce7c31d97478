// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <vector>

#include "core/compute_buffer_arena.hpp"
#include "core/compute_buffer_graph.hpp"
#include "core/placement_layout.hpp"

namespace canirun {

using SiteBytes = std::array<std::uint64_t, k_max_sites>;

/// Spreads a recorded graph over the sites as the engine's scheduler does, adds the copies that cross from one to the
/// other, and plays the allocation through. Rules: ggml-backend.cpp (ggml_backend_sched_split_graph) and ggml-alloc.c.
class GraphSchedule {
 public:
  GraphSchedule(ScratchGraph& graph, std::uint32_t site_count, bool pipelined);
  SiteBytes run();

 private:
  struct Split {
    std::int8_t site = 0;
    std::size_t begin = 0;  ///< in order()
    std::vector<NodeId> inputs;
  };
  /// Where a tensor lives while the plan is played.
  struct Tenancy {
    std::uint64_t offset = 0;
    std::int32_t children = 0, views = 0;
    bool held = false;
  };

  void spread(bool forward, bool gpus_only);
  void assign_sites();
  void split();
  void fetch_from_elsewhere(Split& split, NodeId node);
  [[nodiscard]] bool needs_new_split(const Split& split, NodeId node) const;
  NodeId& copy_on(NodeId source, std::int8_t site);
  void plan();
  void count_uses();
  void hold(NodeId id);
  bool overwrite_operand(NodeId id);
  void release_operands(NodeId id);
  void let_go(NodeId id);

  ScratchGraph& graph_;
  std::uint32_t site_count_;
  std::uint32_t copies_;  ///< of everything that crosses between sites
  std::vector<Split> splits_;
  std::vector<NodeId> copies_of_;
  std::size_t original_size_;
  std::vector<NodeId> plan_;
  std::vector<NodeId> pipelined_inputs_;
  std::vector<Tenancy> tenancy_;
  std::array<Arena, k_max_sites> arenas_;
};

}  // namespace canirun
