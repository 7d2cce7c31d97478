// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/memory.hpp>
#include <vector>

#include "core/compute_buffer.hpp"
#include "core/placement_layout.hpp"

namespace canirun {

using SiteMemory = std::array<MemoryParts, k_max_sites>;

/// Scratch buffers of layouts, by everything they follow from within one question: the layout and the context; and where
/// weights are fetched to be computed with, the largest of them.
class ScratchMemory {
 public:
  struct Entry {
    Layout layout;
    std::uint32_t cells = 0;
    SiteBytes bytes{};
    std::uint64_t largest_tensor_bytes = 0;
  };
  [[nodiscard]] const Entry* find(const Layout& layout, const ContextShape& shape) const;
  void keep(Entry entry) { entries_.push_back(std::move(entry)); }

 private:
  std::vector<Entry> entries_;
};

/// Everything about a question that does not change while placements are tried.
struct MemoryQuestion {
  const Machine& machine;
  const ModelSpec& model;
  const WeightTable* weights;  ///< never null while placements are tried
  EngineSettings settings;
  Sites sites;
  ContextShape shape;
  std::vector<LayerCache> caches;
  bool ranking = false;        ///< split placements may be told from one quick look at the scratch buffers
  ScratchMemory known = {};    ///< scratch buffers that hold at every quant
  ScratchMemory glanced = {};  ///< quick looks at split placements, for a ranking
};
MemoryQuestion memory_question(const Machine& machine, const ModelSpec& model, const WeightTable* weights,
                               const EngineSettings& settings);

/// The same question at another context length.
void set_context(MemoryQuestion& question, std::uint32_t context_tokens);

/// What each site has to hold under a layout whose scratch buffers are known.
SiteMemory site_memory(const MemoryQuestion& question, const Layout& layout, const SiteBytes& compute);

/// Bytes that have to be there: all but the mapped file copy of weights that were repacked, which the system takes back.
std::uint64_t required_bytes(const MemoryParts& parts);

/// The sites summed into the machine's pools.
MemoryEstimate pool_memory(const MemoryQuestion& question, const SiteMemory& memory);

}  // namespace canirun
