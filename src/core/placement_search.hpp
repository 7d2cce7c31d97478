// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <limits>

#include "core/site_memory.hpp"

namespace canirun {

/// Memory of a layout against what the pools have.
struct Fit {
  std::int64_t gpu_headroom = std::numeric_limits<std::int64_t>::max();  ///< of the tightest GPU pool
  std::int64_t host_headroom = std::numeric_limits<std::int64_t>::max();
  std::int64_t headroom = 0;  ///< of the tightest pool
  std::uint32_t limiting_pool = 0;
  [[nodiscard]] bool fits() const { return headroom >= 0; }
};

/// Tries layouts until one fits. One object per question; the layout that was tried last stays in `layout`.
class PlacementSearch {
 public:
  explicit PlacementSearch(MemoryQuestion& question, bool only_free);

  /// Finds the first layout that fits: all on the GPU, experts to the host, fewer layers, CPU. True when there is one;
  /// otherwise the layout that fills the GPUs is left, and the host headroom says what is missing.
  bool find();

  /// Headroom of a layout with the current context.
  Fit try_layers(std::uint32_t gpu_layers, std::uint32_t expert_layers_on_cpu);

  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const SiteMemory& memory() const { return memory_; }
  [[nodiscard]] const Fit& fit() const { return fit_; }
  [[nodiscard]] Fit fit_within(bool only_free) const;
  [[nodiscard]] std::uint32_t first_gpu_layers() const;  ///< forced, or all
  [[nodiscard]] bool everything_on_gpu() const;

 private:
  bool find_with_experts_on_host();
  bool find_with_fewer_layers();

  MemoryQuestion& question_;
  bool only_free_;
  Layout layout_;
  SiteMemory memory_{};
  Fit fit_;
};

/// Largest context, in steps of 256 up to the model's limit, with the same kind of placement; null when there is none.
std::optional<std::uint32_t> largest_context(MemoryQuestion& question, bool everything_on_gpu, std::uint32_t gpu_layers,
                                             std::uint32_t expert_layers_on_cpu);

}  // namespace canirun
