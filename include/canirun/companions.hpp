// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/placement.hpp>
#include <canirun/throughput.hpp>
#include <cstdint>
#include <optional>

namespace canirun {

/// What a model may be run with, and what then takes memory beside it.
struct Companions {
  std::uint64_t projector_bytes = 0;  ///< vision or audio projector (mmproj): its file; on the first GPU where there is one
  /// Its scratch space for the picture the engine reserves at start: on the GPU and beside it in RAM. Unknown: 0.
  std::uint64_t projector_device_scratch_bytes = 0, projector_host_scratch_bytes = 0;
  std::uint64_t adapter_bytes = 0;  ///< LoRA adapters: their files; each layer's part lies with the layer
  /// Speculative decoding, and who drafts.
  std::optional<DraftKind> drafting;
  /// The model that drafts, where it is one (a small model, or layers of the model itself): its weights, and a cache and
  /// buffers of its own for the same context. Null: none. Both or neither.
  const ModelSpec* draft = nullptr;
  const WeightTable* draft_weights = nullptr;
  [[nodiscard]] bool any() const { return projector_bytes != 0 || adapter_bytes != 0 || draft != nullptr; }
};

/// As `place`, with room kept for the companions, which are counted in the memory that is returned: files as weights, the
/// draft model part by part.
PlacedMemory place_with(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                        const EngineSettings& settings, const Companions& companions, Effort effort = Effort::answer);

}  // namespace canirun
