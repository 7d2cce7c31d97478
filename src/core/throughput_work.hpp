// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/model.hpp>

#include "core/speed_lookup.hpp"

namespace canirun {

/// What one layer's token mixing does for one sequence, beside its weights.
struct MixingWork {
  double grouping = 1;         ///< query heads that share a K/V head
  double cache_bytes = 0;      ///< K and V (or the MLA rows) of all visible tokens, read once a token
  double state_bytes = 0;      ///< recurrent state, read and written once a token
  double attention_flops = 0;  ///< scores and weighted sum against all visible tokens
};

/// Tokens a new token of this layer looks at when `depth` are in the cache.
double visible_tokens(const ModelSpec& model, const LayerSpec& layer, double depth);

MixingWork mixing_work(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings, double depth);

/// Floating-point operations one token's attention takes per visible token of this layer.
double attention_flops_per_visible_token(const ModelSpec& model, const LayerSpec& layer);

/// Layers of this model norm what attention and feed-forward give, too.
bool norms_results(const ModelSpec& model);

/// Fixed work of a layer in units of a plain attention layer's overhead: more kernels, more units.
double overhead_units(const LayerSpec& layer, const DeviceSpeed& speed, bool norms_results = false);

/// Averages over the bytes that decode reads, weighted by storage type.
struct WeightMix {
  double weights_per_byte = 2;       ///< elements
  double decode_flops_per_byte = 0;  ///< to unpack and multiply
  double decode_slowdown = 1;        ///< per byte, of the backend's kernels for these types
  double prefill_slowdown = 1;       ///< per element, against q4_k
  double bf16_share = 0;             ///< of the elements
};
WeightMix weight_mix(const WeightTable& weights, const DeviceSpeed& speed);

}  // namespace canirun
