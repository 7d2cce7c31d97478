// SPDX-License-Identifier: MIT
// What has to hold for every model of the catalog, whatever the settings.
#include <canirun/names.hpp>
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <random>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"

using namespace canirun;

namespace {

Machine machine_with(std::uint64_t host_bytes, std::initializer_list<std::uint64_t> gpu_bytes) {
  Machine machine = test::gpu_machine(host_bytes, gpu_bytes);
  machine.cpu.isa = CpuIsa::avx2;
  return machine;
}

/// Lower is better.
int rank(FitStatus status) { return static_cast<int>(status); }

bool same_parts(const MemoryParts& a, const MemoryParts& b) {
  return a.weights_bytes == b.weights_bytes && a.repacked_weights_bytes == b.repacked_weights_bytes &&
         a.kv_cache_bytes == b.kv_cache_bytes && a.recurrent_state_bytes == b.recurrent_state_bytes &&
         a.compute_bytes == b.compute_bytes && a.output_bytes == b.output_bytes &&
         a.runtime_overhead_bytes == b.runtime_overhead_bytes;
}

/// Every fourth model with known dimensions, with its weights at Q4_K_M: enough of each architecture, and quick.
struct Sample {
  ModelSpec model;
  WeightTable weights;
};
std::vector<Sample> sample() {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const auto quant = catalog.quant("Q4_K_M");
  REQUIRE(quant);
  std::vector<Sample> models;
  std::size_t number = 0;
  std::vector<std::string> seen;
  for (ModelSpec& model : catalog.models()) {
    if (model.layers.empty()) continue;
    const bool first_of_kind = std::find(seen.begin(), seen.end(), model.architecture) == seen.end();
    if (first_of_kind) seen.push_back(model.architecture);
    if (!first_of_kind && number++ % 4 != 0) continue;
    WeightTable weights = sum_weights(model, *quant);
    models.push_back({.model = std::move(model), .weights = std::move(weights)});
  }
  REQUIRE(models.size() > 60);
  return models;
}

}  // namespace

TEST_CASE("memory of pools adds up to memory of parts, and a given placement is estimated alike") {
  const std::vector<Machine> machines{machine_with(64 * k_gib, {}), machine_with(64 * k_gib, {24 * k_gib}),
                                      machine_with(128 * k_gib, {24 * k_gib, 12 * k_gib})};
  for (const Sample& one : sample()) {
    for (const Machine& machine : machines) {
      INFO(one.model.id << " on " << machine.pools.size() - 1 << " GPUs");
      const EngineSettings settings;
      const PlacedMemory placed = place(machine, one.model, one.weights, settings);
      MemoryParts sum;
      for (const PoolMemory& pool : placed.memory.pools) {
        sum += pool.parts;
        CHECK(pool.used_bytes == pool.parts.total());
        CHECK(pool.required_bytes <= pool.used_bytes);
      }
      CHECK(same_parts(sum, placed.memory.parts));
      CHECK(placed.placement.layers.size() == one.model.layers.size());

      const bool has_room = placed.placement.headroom_bytes >= 0;
      CHECK(has_room == (placed.placement.status != FitStatus::does_not_fit));
      CHECK(placed.placement.fits_now == has_room);
      if (!has_room) continue;
      const MemoryEstimate again = estimate_memory(machine, one.model, one.weights, settings, placed.placement);
      CHECK(same_parts(again.parts, placed.memory.parts));
      for (const PoolMemory& pool : placed.memory.pools) CHECK(pool.required_bytes <= pool.usable_bytes);
    }
  }
}

TEST_CASE("a longer context never needs less, nor does a wider cache type") {
  const Machine machine = machine_with(4096 * k_gib, {4096 * k_gib});
  for (const Sample& one : sample()) {
    std::uint64_t before = 0, cache_before = 0;
    for (const std::uint32_t context : {512U, 4096U, 5000U, 8192U, 65536U}) {
      EngineSettings settings;
      settings.context_tokens = context;
      const MemoryParts parts = place(machine, one.model, one.weights, settings).memory.parts;
      INFO(one.model.id << " " << one.model.architecture << " context " << context);
      CHECK(parts.kv_cache_bytes >= cache_before);
      // Holes between scratch tensors may close at one length and open at another: a hundredth is left for them.
      CHECK(parts.total() + parts.total() / 100 >= before);
      before = parts.total();
      cache_before = parts.kv_cache_bytes;

      settings.kv_type_k = settings.kv_type_v = TensorType::q8_0;
      const MemoryParts narrow = place(machine, one.model, one.weights, settings).memory.parts;
      CHECK(narrow.kv_cache_bytes <= parts.kv_cache_bytes);
      CHECK(narrow.recurrent_state_bytes == parts.recurrent_state_bytes);
    }
  }
}

TEST_CASE("more memory never gives a worse answer") {
  for (const Sample& one : sample()) {
    int gpu_before = rank(FitStatus::does_not_fit);
    for (const std::uint64_t gib : {4U, 8U, 12U, 24U, 48U, 96U, 512U}) {
      const Placement placement =
          place(machine_with(64 * k_gib, {gib * k_gib}), one.model, one.weights, EngineSettings{}).placement;
      INFO(one.model.id << " with " << gib << " GiB of video memory");
      CHECK(rank(placement.status) <= gpu_before);
      gpu_before = rank(placement.status);
    }
    int host_before = rank(FitStatus::does_not_fit);
    for (const std::uint64_t gib : {4U, 16U, 64U, 256U, 2048U}) {
      const Placement placement = place(machine_with(gib * k_gib, {}), one.model, one.weights, EngineSettings{}).placement;
      INFO(one.model.id << " with " << gib << " GiB of memory");
      CHECK(rank(placement.status) <= host_before);
      CHECK(placement.gpu_layers == 0);
      host_before = rank(placement.status);
    }
  }
}

TEST_CASE("one more card, however small, never takes anything off the GPUs") {
  for (const Sample& one : sample()) {
    for (const std::uint64_t gib : {12U, 24U}) {
      const Placement alone =
          place(machine_with(1024 * k_gib, {gib * k_gib}), one.model, one.weights, EngineSettings{}).placement;
      for (const std::uint64_t second : {4U, 8U, 24U}) {
        for (const bool small_first : {false, true}) {
          const std::uint64_t front = small_first ? second : gib, back = small_first ? gib : second;
          const Machine machine = machine_with(1024 * k_gib, {front * k_gib, back * k_gib});
          const Placement both = place(machine, one.model, one.weights, EngineSettings{}).placement;
          INFO(one.model.id << " on " << gib << " GiB and " << second << " GiB" << (small_first ? " before it" : ""));
          CHECK(rank(both.status) <= rank(alone.status));
          // A layer may be lost to the buffers of the second card, and is to be found again on it.
          if (alone.expert_layers_on_cpu > 0) CHECK(both.expert_layers_on_cpu <= alone.expert_layers_on_cpu + 1);
          CHECK(both.gpu_layers + 1 >= alone.gpu_layers);
        }
      }
    }
  }
}

TEST_CASE("splitting a model moves bytes and loses none") {
  std::mt19937 random(20261128);
  for (const Sample& one : sample()) {
    const Machine machine = machine_with(4096 * k_gib, {4096 * k_gib, 2048 * k_gib});
    EngineSettings settings;
    settings.gpu_layers = 0;
    const MemoryParts on_host = place(machine, one.model, one.weights, settings).memory.parts;
    const auto layers = static_cast<std::uint32_t>(one.model.layers.size());
    for (int round = 0; round < 3; ++round) {
      settings.gpu_layers = std::uniform_int_distribution<std::uint32_t>(0, layers)(random);
      settings.cpu_moe_layers = std::uniform_int_distribution<std::uint32_t>(0, layers)(random);
      const PlacedMemory placed = place(machine, one.model, one.weights, settings);
      INFO(one.model.id << " layers on GPU " << *settings.gpu_layers << ", experts on host " << *settings.cpu_moe_layers);
      const MemoryParts& parts = placed.memory.parts;
      CHECK(parts.kv_cache_bytes == on_host.kv_cache_bytes);
      CHECK(parts.recurrent_state_bytes == on_host.recurrent_state_bytes);
      // A tied output is copied when it goes to a GPU; nothing else may change the sum.
      const bool copied = one.weights.output_is_tied && placed.placement.output_pool != 0;
      CHECK(parts.weights_bytes == on_host.weights_bytes + (copied ? one.weights.token_embedding_bytes : 0));
    }
  }
}

TEST_CASE("the largest context fits, and is the largest") {
  const Machine machine = machine_with(32 * k_gib, {16 * k_gib});
  for (const Sample& one : sample()) {
    EngineSettings settings;
    settings.context_tokens = 4096;
    const PlacedMemory placed = place(machine, one.model, one.weights, settings);
    const auto most = placed.placement.max_context_tokens;
    if (placed.placement.status == FitStatus::does_not_fit || !most) continue;
    INFO(one.model.id << " largest context " << *most);
    CHECK(*most <= std::max(256U, one.model.context_limit_tokens));
    CHECK(*most % 256 == 0);
    settings.context_tokens = *most;
    CHECK(rank(place(machine, one.model, one.weights, settings).placement.status) <= rank(placed.placement.status));
  }
}
