// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <limits>
#include <optional>

#include "core/site_memory.hpp"

namespace canirun {

/// Memory of a layout against what the pools have.
struct Fit {
  std::int64_t gpu_headroom = std::numeric_limits<std::int64_t>::max();  ///< of the tightest GPU pool
  std::int64_t headroom = 0;                                             ///< of the tightest pool
  std::uint32_t limiting_pool = 0;
  [[nodiscard]] bool fits() const { return headroom >= 0; }
};

/// Tries layouts until one fits. Weights and caches are summed anew for each; the scratch buffers, which take a walk
/// through the graph, are measured for few layouts and assumed to be alike for their neighbours in between.
class PlacementSearch {
 public:
  explicit PlacementSearch(MemoryQuestion& question, bool only_free);

  /// Finds the first layout that fits: all on the GPU, experts to the host, fewer layers, CPU. True when there is one;
  /// otherwise the layout that fills the GPUs is left, and its headroom says what is missing.
  bool find();

  /// Largest context, in steps of 256 up to the model's limit, at which the same kind of placement fits: everything on
  /// the GPU, or, where some of it is on the host and the engine may choose, any split. Null when none does.
  std::optional<std::uint32_t> largest_context();

  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const SiteMemory& memory() const { return memory_; }
  [[nodiscard]] const Fit& fit() const { return fit_; }
  [[nodiscard]] Fit fit_within(bool only_free) const;
  [[nodiscard]] bool everything_on_gpu() const;

 private:
  const Fit& measure(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);
  const Fit& glance(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);
  const Fit& assume(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);
  [[nodiscard]] SiteBytes scratch(bool coarse) const;
  [[nodiscard]] SiteBytes glanced_scratch() const;
  [[nodiscard]] bool fetches_nothing() const;
  [[nodiscard]] std::uint32_t first_gpu_layers() const;
  [[nodiscard]] std::uint32_t layer_count() const;
  [[nodiscard]] bool may_split() const;
  [[nodiscard]] bool may_move_experts() const;
  [[nodiscard]] bool may_move_layers() const;
  [[nodiscard]] bool is_hopeless() const;
  std::uint32_t experts_that_fit();
  std::uint32_t layers_that_fit();
  [[nodiscard]] bool shares_out() const;
  bool find_with_other_split(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);
  bool share_out(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);
  template <class Split>
  std::uint32_t most_shared(std::uint32_t most, Split&& split);
  [[nodiscard]] std::uint64_t bytes_of_layer(std::uint32_t index, bool with_experts) const;
  bool find_with_experts_on_host();
  bool find_with_fewer_layers();
  /// What the engine may still move between GPU and host for the kind of placement that was found.
  enum class Freedom : std::uint8_t { none, experts, layers };
  [[nodiscard]] Freedom freedom() const;
  std::int64_t headroom_at(std::uint32_t context_tokens, Freedom freedom, const Layout& found);
  bool find_at(std::uint32_t context_tokens);

  MemoryQuestion& question_;
  bool only_free_;
  Layout layout_;
  SiteMemory memory_{};
  SiteBytes compute_{};
  bool looked_ = false;  ///< compute_ holds the scratch buffers of some layout
  Fit fit_;
};

}  // namespace canirun
