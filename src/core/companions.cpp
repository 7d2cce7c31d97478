// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/companions.hpp>

#include "core/overhead.hpp"
#include "core/placement_layout.hpp"
#include "core/site_memory.hpp"

namespace canirun {
namespace {

/// What each pool has to hold for the companions, by pool.
std::vector<MemoryParts> companion_parts(const Machine& machine, const EngineSettings& settings,
                                         const Companions& companions) {
  std::vector<MemoryParts> parts(machine.pools.size());
  const Sites sites = engine_sites(machine, settings);
  const std::uint32_t first = sites.pool[sites.has_gpu() ? 1 : k_host_site];
  parts[first].weights_bytes += companions.projector_bytes;
  parts[first].compute_bytes += companions.projector_device_scratch_bytes;
  parts[sites.pool[k_host_site]].compute_bytes += companions.projector_host_scratch_bytes;

  // Layers lie on the GPUs by their share of free memory, and with them their part of an adapter.
  double before = 0;
  for (std::uint32_t site = 1; site < sites.count; ++site) {
    const double share = sites.split[site] - before;
    before = sites.split[site];
    parts[sites.pool[site]].weights_bytes +=
        static_cast<std::uint64_t>(static_cast<double>(companions.adapter_bytes) * share);
  }
  if (!sites.has_gpu()) parts[first].weights_bytes += companions.adapter_bytes;

  if (companions.draft != nullptr && companions.draft_weights != nullptr && !companions.draft->layers.empty()) {
    // It stands beside the model in one process: the driver's context is there already.
    EngineSettings alone = settings;
    alone.gpu_layers.reset();
    alone.cpu_moe_layers.reset();
    const PlacedMemory draft = place(machine, *companions.draft, *companions.draft_weights, alone, Effort::ranking);
    for (const PoolMemory& pool : draft.memory.pools) {
      MemoryParts own = pool.parts;
      own.runtime_overhead_bytes = 0;
      parts[pool.pool] += own;
    }
  }
  return parts;
}

/// The same machine with that much less in each pool.
Machine without(Machine machine, const std::vector<MemoryParts>& parts) {
  const auto less = [](std::uint64_t bytes, std::uint64_t taken) { return bytes - std::min(bytes, taken); };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    MemoryPool& pool = machine.pools[i];
    const std::uint64_t taken = required_bytes(parts[i]);
    pool.total_bytes = less(pool.total_bytes, taken);
    if (pool.free_bytes) pool.free_bytes = less(*pool.free_bytes, taken);
    if (pool.limit_bytes) pool.limit_bytes = less(*pool.limit_bytes, taken);
  }
  return machine;
}

}  // namespace

PlacedMemory place_with(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                        const EngineSettings& settings, const Companions& companions, Effort effort) {
  if (!companions.any() || machine.pools.empty()) return place(machine, model, weights, settings, effort);
  const std::vector<MemoryParts> parts = companion_parts(machine, settings, companions);
  PlacedMemory placed = place(without(machine, parts), model, weights, settings, effort);
  for (PoolMemory& pool : placed.memory.pools) {
    pool.parts += parts[pool.pool];
    placed.memory.parts += parts[pool.pool];
    placed.beside += parts[pool.pool];
    pool.used_bytes = pool.parts.total();
    pool.required_bytes = required_bytes(pool.parts);
    pool.usable_bytes = usable_for(machine.pools[pool.pool], settings.engine, true);
  }
  return placed;
}

}  // namespace canirun
