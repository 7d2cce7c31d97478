// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>

namespace canirun {

/// Diffusion models and encoders look at all of their input at once and remember nothing. Source:
/// llama_model::create_memory.
bool remembers(const ModelSpec& model);

/// Cells a layer's cache has per stream: the context, or what a sliding window needs beside one micro-batch.
std::uint32_t cache_cells(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings,
                          const ContextShape& shape);

/// Bytes one cell of this layer takes (K and V, or the one MLA row); 0 for layers without a token cache.
std::uint64_t cache_row_bytes(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings);

/// Elements of the widest V row of the model, all K/V heads together.
std::uint64_t widest_value_row(const ModelSpec& model);

LayerCache layer_cache(const ModelSpec& model, const LayerSpec& layer, const EngineSettings& settings,
                       const ContextShape& shape);

/// Growth per token of context and sequence: layers whose cache is as long as the context.
std::uint64_t kv_bytes_per_token(const ModelSpec& model, const EngineSettings& settings);

}  // namespace canirun
