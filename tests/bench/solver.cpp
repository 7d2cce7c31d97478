// SPDX-License-Identifier: MIT
// How long the solver takes, and how that grows. Prints figures, checks none: see tests/README.md for how to build it.
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"

using namespace canirun;

namespace {

struct Subject {
  ModelSpec model;
  WeightTable weights;
};

const catalog::Catalog& records() {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  return catalog;
}

Subject subject(const std::string& model, const std::string& quant) {
  auto spec = records().model(model);
  const auto scheme = records().quant(quant);
  REQUIRE(spec);
  REQUIRE(scheme);
  WeightTable weights = sum_weights(*spec, *scheme);
  return {.model = *std::move(spec), .weights = std::move(weights)};
}

/// Eight cards of which no two are alike.
Machine eight_unequal() {
  return test::gpu_machine(256 * k_gib,
                           {24 * k_gib, 16 * k_gib, 12 * k_gib, 8 * k_gib, 48 * k_gib, 20 * k_gib, 10 * k_gib, 32 * k_gib});
}

PlacedMemory solve(const Machine& machine, const Subject& one) {
  return place(machine, one.model, one.weights, EngineSettings{});
}

}  // namespace

TEST_CASE("one model on one machine") {
  const Machine single = test::gpu_machine(64 * k_gib, {24 * k_gib});
  const Machine host = test::host_machine(64 * k_gib);
  const Subject small = subject("llama-3.1-8b", "Q4_K_M");
  const Subject dense = subject("llama-3.3-70b", "Q4_K_M");
  const Subject experts = subject("qwen3-30b-a3b", "Q4_K_M");
  const Subject hybrid = subject("qwen3-next-80b-a3b", "Q4_K_M");
  BENCHMARK("8B, all on the GPU") { return solve(single, small); };
  BENCHMARK("8B, on the host") { return solve(host, small); };
  BENCHMARK("70B, some layers on the GPU") { return solve(single, dense); };
  BENCHMARK("30B of experts, all on the GPU") { return solve(single, experts); };
  BENCHMARK("80B of experts and states, experts on the host") { return solve(single, hybrid); };
}

TEST_CASE("more GPUs") {
  const Subject dense = subject("llama-3.3-70b", "Q4_K_M");
  for (const std::size_t count : {1U, 2U, 4U, 8U}) {
    Machine machine = test::gpu_machine(256 * k_gib, {});
    for (std::size_t i = 0; i < count; ++i) {
      const Machine one = test::gpu_machine(k_gib, {24 * k_gib});
      machine.pools.push_back(one.pools.back());
      machine.devices.push_back(one.devices.back());
      machine.devices.back().pool = static_cast<std::uint32_t>(machine.pools.size() - 1);
    }
    BENCHMARK("70B on " + std::to_string(count) + " GPUs of 24 GiB") { return solve(machine, dense); };
  }
  const Machine unequal = eight_unequal();
  BENCHMARK("70B on eight unequal GPUs") { return solve(unequal, dense); };
}

TEST_CASE("a ranking: every model of the catalog at every quant") {
  struct Ranked {
    ModelSpec model;
    std::vector<WeightTable> weights;
  };
  const Machine unequal = eight_unequal();
  const Machine single = test::gpu_machine(64 * k_gib, {24 * k_gib});
  std::vector<Ranked> models;
  for (const ModelSpec& model : records().models()) {
    if (model.layers.empty() || models.size() >= 200) continue;
    Ranked ranked{.model = model, .weights = {}};
    for (const char* quant :
         {"IQ1_S", "IQ1_M",  "IQ2_XXS", "IQ2_XS", "IQ2_M",  "Q2_K",   "IQ3_XXS", "Q3_K_S", "Q3_K_M", "Q3_K_L",
          "IQ3_M", "IQ4_XS", "IQ4_NL",  "Q4_0",   "Q4_K_S", "Q4_K_M", "Q5_K_M",  "Q6_K",   "Q8_0",   "F16"}) {
      const auto scheme = records().quant(quant);
      REQUIRE(scheme);
      ranked.weights.push_back(sum_weights(model, *scheme));
    }
    models.push_back(std::move(ranked));
  }
  const auto rank = [&](const Machine& machine, std::size_t count) {
    std::size_t fitting = 0;
    for (std::size_t i = 0; i < std::min(count, models.size()); ++i) {
      Placer placer(machine, models[i].model, EngineSettings{});
      for (const WeightTable& weights : models[i].weights) {
        fitting += placer.place(weights, Effort::ranking).placement.status == FitStatus::fits ? 1U : 0U;
      }
    }
    return fitting;
  };
  WARN(models.size() << " models at " << models.front().weights.size() << " quants");
  for (const std::size_t count : {50U, 100U, 200U}) {
    BENCHMARK(std::to_string(count) + " models on one GPU of 24 GiB") { return rank(single, count); };
    BENCHMARK(std::to_string(count) + " models on eight unequal GPUs") { return rank(unequal, count); };
  }
}
