// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/engine.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace canirun {

/// Bytes by what they are for. `weights` holds every copy the engine keeps (tied output included), `repacked` the CPU
/// backend's second copy, `output` the logits buffer, `runtime_overhead` the driver's context, outside any buffer.
struct MemoryParts {
  std::uint64_t weights_bytes = 0;
  std::uint64_t repacked_weights_bytes = 0;
  std::uint64_t kv_cache_bytes = 0;
  std::uint64_t recurrent_state_bytes = 0;
  std::uint64_t compute_bytes = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t runtime_overhead_bytes = 0;
  [[nodiscard]] std::uint64_t total() const {
    return weights_bytes + repacked_weights_bytes + kv_cache_bytes + recurrent_state_bytes + compute_bytes + output_bytes +
           runtime_overhead_bytes;
  }
  MemoryParts& operator+=(const MemoryParts& other);
};

struct PoolMemory {
  std::uint32_t pool = 0;  ///< index into Machine::pools
  MemoryParts parts;
  std::uint64_t used_bytes = 0;  ///< parts.total()
  std::uint64_t required_bytes =
      0;  ///< what must be there for it to run: used less what can be reclaimed (the mapped copy of repacked weights)
  std::uint64_t usable_bytes = 0;  ///< what a model may take of the pool
};

/// Invariant: sum over pools == parts, part by part.
struct MemoryEstimate {
  MemoryParts parts;
  std::vector<PoolMemory> pools;
  std::uint64_t kv_bytes_per_token = 0;  ///< growth per token of context and sequence, full-attention layers
};

/// How well an engine's memory is known, and from where.
struct MemoryKnowledge {
  Basis basis = Basis::derived;
  std::string source;
};
MemoryKnowledge memory_knowledge(Engine engine);

/// Context as the engine really allocates it. Source: llama-context.cpp constructor.
struct ContextShape {
  std::uint32_t batch = 0, ubatch = 0;
  std::uint32_t cells = 0;    ///< per stream, full attention
  std::uint32_t streams = 1;  ///< KV streams (1 when unified)
  std::uint32_t sequences = 1;
  std::uint32_t output_rows = 0;  ///< logits rows the graph reserves
};
ContextShape context_shape(const EngineSettings& settings, const ModelSpec& model);

/// Cache bytes of one layer: K and V (or MLA row) for all streams, and the fixed state for all sequences.
struct LayerCache {
  std::uint64_t kv_bytes = 0;
  std::uint64_t state_bytes = 0;
};
/// Layers whose token caches are alike.
struct CacheKind {
  const LayerSpec* layer = nullptr;  ///< the first of them; lives in the model
  std::uint64_t row_bytes = 0;       ///< of one cell
  std::uint32_t cells = 0;           ///< per stream
  std::uint32_t layers = 0;
};
/// In the order in which they first occur; layers without a token cache are in none.
std::vector<CacheKind> cache_kinds(const ModelSpec& model, const EngineSettings& settings);
std::vector<LayerCache> layer_caches(const ModelSpec& model, const EngineSettings& settings);

}  // namespace canirun
