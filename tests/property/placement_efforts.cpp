// SPDX-License-Identifier: MIT
// A ranking looks less closely than an answer, and one placer serves all quants: neither may change what is said.
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"

using namespace canirun;

namespace {

std::vector<Machine> machines() {
  return {test::host_machine(64 * k_gib), test::gpu_machine(64 * k_gib, {8 * k_gib}),
          test::gpu_machine(64 * k_gib, {24 * k_gib}), test::gpu_machine(256 * k_gib, {24 * k_gib, 8 * k_gib, 48 * k_gib})};
}

bool same(const MemoryEstimate& a, const MemoryEstimate& b) {
  if (a.pools.size() != b.pools.size()) return false;
  for (std::size_t i = 0; i < a.pools.size(); ++i) {
    if (a.pools[i].used_bytes != b.pools[i].used_bytes) return false;
  }
  return a.parts.compute_bytes == b.parts.compute_bytes && a.parts.total() == b.parts.total();
}

double part_apart(std::uint64_t a, std::uint64_t b) {
  return std::abs(static_cast<double>(a) - static_cast<double>(b)) / static_cast<double>(std::max(a, b));
}

}  // namespace

TEST_CASE("one placer at one quant after the other answers as a fresh one does") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  std::size_t number = 0, compared = 0;
  for (const ModelSpec& model : catalog.models()) {
    if (model.layers.empty() || number++ % 5 != 0) continue;
    for (const Machine& machine : machines()) {
      Placer placer(machine, model, EngineSettings{});
      for (const char* name : {"Q4_K_M", "F16", "IQ2_XXS", "Q8_0"}) {
        const auto quant = catalog.quant(name);
        REQUIRE(quant);
        const WeightTable weights = sum_weights(model, *quant);
        const PlacedMemory one = placer.place(weights), fresh = place(machine, model, weights, EngineSettings{});
        INFO(model.id << " " << name << " on " << machine.pools.size() - 1 << " GPUs");
        CHECK(one.placement.status == fresh.placement.status);
        CHECK(one.placement.gpu_layers == fresh.placement.gpu_layers);
        CHECK(one.placement.expert_layers_on_cpu == fresh.placement.expert_layers_on_cpu);
        CHECK(one.placement.max_context_tokens == fresh.placement.max_context_tokens);
        CHECK(same(one.memory, fresh.memory));
        ++compared;
      }
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("a ranking says the same as an answer, and its memory is off by little") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  std::size_t number = 0, other_status = 0, compared = 0;
  for (const ModelSpec& model : catalog.models()) {
    if (model.layers.empty() || number++ % 3 != 0) continue;
    for (const Machine& machine : machines()) {
      Placer ranker(machine, model, EngineSettings{}), answerer(machine, model, EngineSettings{});
      for (const char* name : {"IQ2_XXS", "Q4_K_M", "Q8_0"}) {
        const WeightTable weights = sum_weights(model, *catalog.quant(name));
        const PlacedMemory ranked = ranker.place(weights, Effort::ranking), answered = answerer.place(weights);
        INFO(model.id << " " << name << " on " << machine.pools.size() - 1 << " GPUs");
        ++compared;
        other_status += ranked.placement.status != answered.placement.status ? 1U : 0U;
        if (ranked.placement.status == FitStatus::fits && answered.placement.status == FitStatus::fits &&
            machine.pools.size() <= 2) {
          CHECK(same(ranked.memory, answered.memory));
        }
        CHECK(part_apart(ranked.memory.parts.total(), answered.memory.parts.total()) < 0.04);
        CHECK_FALSE(ranked.placement.max_context_tokens.has_value());
      }
    }
  }
  // On the very edge a look at a few layers may fall on the other side.
  INFO(other_status << " of " << compared);
  CHECK(other_status * 200 <= compared);
}
