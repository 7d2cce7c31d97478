// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/placement.hpp>
#include <cstdint>

namespace canirun {

/// What a model may be run with, and what then takes memory beside it.
struct Companions {
  std::uint64_t projector_bytes = 0;  ///< vision or audio projector (mmproj): its file; on the first GPU where there is one
  std::uint64_t adapter_bytes = 0;    ///< LoRA adapters: their files; each layer's part lies with the layer
  /// A small model that drafts for speculative decoding: its weights, and a cache and buffers of its own for the same
  /// context. Null: none. Both or neither.
  const ModelSpec* draft = nullptr;
  const WeightTable* draft_weights = nullptr;
  [[nodiscard]] bool any() const { return projector_bytes != 0 || adapter_bytes != 0 || draft != nullptr; }
};

/// As `place`, with room kept for the companions, which are counted in the memory that is returned: files as weights, the
/// draft model part by part. The projector's scratch space, which depends on the picture, is not in it.
PlacedMemory place_with(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                        const EngineSettings& settings, const Companions& companions, Effort effort = Effort::answer);

}  // namespace canirun
