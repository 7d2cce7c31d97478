// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace canirun {

using NodeId = std::int32_t;
inline constexpr NodeId k_no_node = -1;
inline constexpr std::int8_t k_no_site = -1;

/// Elements per dimension, the row first.
using Extent = std::array<std::uint32_t, 4>;

/// What an operation reads that the engine allocated before: a weight matrix, or the cache of a layer.
struct Stored {
  std::uint64_t bytes = 0;
  std::int8_t site = 0;
};

/// One tensor of the graph, with what decides its lifetime. Contents do not exist.
struct GraphNode {
  Extent extent{1, 1, 1, 1};
  std::uint64_t bytes = 0;
  std::array<NodeId, 7> sources{k_no_node, k_no_node, k_no_node, k_no_node, k_no_node, k_no_node, k_no_node};
  NodeId base = k_no_node;       ///< of a view, or of an operation that writes into it: the tensor whose memory it shows
  std::int8_t site = k_no_site;  ///< where it runs; fixed by weights and caches, else decided by the scheduler
  bool operation = false;        ///< computed, not an input or something stored
  bool view = false;             ///< only another look at `base`: no operation, no memory
  bool writes_store = false;     ///< its result lies in a cache: an operation without memory of its own
  bool stored = false;           ///< allocated before (weight, cache)
  bool weight = false;
  bool input = false;
  bool output = false;         ///< kept to the end
  bool can_overwrite = false;  ///< may take over the memory of an operand of the same layout
  bool contiguous = true;
  bool visited = false;
};

/// Records the operations of one forward pass in the order the engine runs them: an operation is put down when a
/// result that needs it is asked for, operands first.
class ScratchGraph {
 public:
  void clear();

  NodeId input(std::uint64_t bytes);
  /// Memory that no operation computes and nobody writes: it lies where it is first used, from the start on.
  NodeId blank(Extent extent);
  NodeId stored(const Stored& store, bool weight);
  /// A new f32 tensor computed from `sources`; `can_overwrite` for element-wise operations. Extents are taken by value here
  /// and below: mostly that of another node is given, and nodes move when one is added.
  NodeId compute(Extent extent, std::initializer_list<NodeId> sources, bool can_overwrite = false);
  /// The same memory seen with another shape (reshape): an element-wise operation on it may still overwrite it.
  NodeId reshape(NodeId of, Extent extent);
  /// A part of it, or a permuted look.
  NodeId part(NodeId of, Extent extent);
  /// The same, in another order of dimensions.
  NodeId look(NodeId of);
  /// A part of each row, `extent` of it in any shape: where it has to be copied, what lies between goes with it.
  NodeId columns(NodeId of, Extent extent, std::uint32_t per_row);
  /// An operation that changes a part of `of` where it lies; `sources` come before `of`.
  NodeId change(NodeId of, std::initializer_list<NodeId> sources);
  /// An operation that writes its result over its first operand.
  NodeId in_place(NodeId of, NodeId other);
  /// Stores a tensor into a cache on `site`.
  NodeId store(NodeId value, std::int8_t site);
  /// Asks for a result now.
  void expand(NodeId node);

  GraphNode& operator[](NodeId id) { return nodes_[static_cast<std::size_t>(id)]; }
  const GraphNode& operator[](NodeId id) const { return nodes_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const std::vector<NodeId>& order() const { return order_; }    ///< operations and views
  [[nodiscard]] const std::vector<NodeId>& leaves() const { return leaves_; }  ///< inputs and blanks
  [[nodiscard]] bool has_blanks() const { return has_blanks_; }
  NodeId append(const GraphNode& node);

 private:
  std::vector<GraphNode> nodes_;
  std::vector<NodeId> order_;
  std::vector<NodeId> leaves_;
  bool has_blanks_ = false;
};

}  // namespace canirun
