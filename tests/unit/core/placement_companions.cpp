// SPDX-License-Identifier: MIT
#include <canirun/companions.hpp>
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

TEST_CASE("a projector and adapters take their bytes where they lie") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, q4_k_m());
  const Machine machine = gpu_machine(64 * k_gib, {24 * k_gib});
  const PlacedMemory alone = place(machine, model, weights, EngineSettings{});
  Companions beside;
  CHECK(place_with(machine, model, weights, EngineSettings{}, beside).memory.parts.total() == alone.memory.parts.total());
  beside.projector_bytes = 900 * k_mib;
  beside.adapter_bytes = 100 * k_mib;
  const PlacedMemory placed = place_with(machine, model, weights, EngineSettings{}, beside);
  CHECK(placed.memory.pools[1].parts.weights_bytes == alone.memory.pools[1].parts.weights_bytes + 1000 * k_mib);
  CHECK(placed.memory.pools[1].used_bytes == alone.memory.pools[1].used_bytes + 1000 * k_mib);
  CHECK(placed.memory.pools[1].usable_bytes == alone.memory.pools[1].usable_bytes);
  CHECK(placed.placement.headroom_bytes == alone.placement.headroom_bytes - static_cast<std::int64_t>(1000 * k_mib));
  CHECK(placed.placement.max_context_tokens <= alone.placement.max_context_tokens);

  // Without a GPU they are on the host.
  const PlacedMemory host = place_with(host_machine(64 * k_gib), model, weights, EngineSettings{}, beside);
  CHECK(host.memory.pools[0].parts.weights_bytes ==
        place(host_machine(64 * k_gib), model, weights, EngineSettings{}).memory.pools[0].parts.weights_bytes +
            1000 * k_mib);
}

TEST_CASE("a draft model needs room for its own weights, cache and buffers, and may push layers out") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, q4_k_m());
  ModelSpec draft = llama_3_1_8b();
  draft.layers.resize(4);
  const WeightTable draft_weights = sum_weights(draft, q4_k_m());
  const Companions beside{.drafting = DraftKind::model, .draft = &draft, .draft_weights = &draft_weights};
  for (const std::uint64_t gib : {24U, 7U}) {
    const Machine machine = gpu_machine(64 * k_gib, {gib * k_gib});
    const PlacedMemory alone = place(machine, model, weights, EngineSettings{});
    const PlacedMemory both = place_with(machine, model, weights, EngineSettings{}, beside);
    CHECK(both.placement.gpu_layers <= alone.placement.gpu_layers);
    CHECK((both.placement.gpu_layers < alone.placement.gpu_layers) == (gib == 7U));
    CHECK(both.memory.parts.kv_cache_bytes > alone.memory.parts.kv_cache_bytes);
    CHECK(both.memory.parts.runtime_overhead_bytes == alone.memory.parts.runtime_overhead_bytes);
    for (const PoolMemory& pool : both.memory.pools) CHECK(pool.required_bytes <= pool.usable_bytes);
  }
}
