// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>

#include "core/placement_layout.hpp"

namespace canirun {

/// What the driver and its libraries take on a GPU per process, outside any buffer the engine asks for.
std::uint64_t device_overhead_bytes(const Device& device, Backend backend, Engine engine);

/// What the engine keeps in host memory beside weights, cache and buffers: tokenizer, metadata, graph nodes.
std::uint64_t host_overhead_bytes(const ModelSpec& model);

/// What a process may take of a pool for the given engine. vLLM takes a share of the whole card, whatever is free.
std::uint64_t usable_for(const MemoryPool& pool, Engine engine, bool only_free);

}  // namespace canirun
