// SPDX-License-Identifier: MIT
// The command that is shown, read as llama.cpp reads it, gives the placement that was found.
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <optional>
#include <sstream>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"
#include "core/placement_layout.hpp"
#include "report/commands.hpp"

using namespace canirun;

namespace {

/// The word after a flag.
std::optional<std::string> value_of(const std::string& command, const std::string& flag) {
  std::istringstream words(command);
  for (std::string word; words >> word;) {
    if (word == flag && words >> word) return word;
  }
  return std::nullopt;
}

/// `-ts 2,1` as load_tensors() of llama-model.cpp takes it: shares that add up.
void apply_split(const std::string& text, Sites& sites) {
  std::istringstream numbers(text);
  double sum = 0;
  std::uint32_t site = 1;
  for (std::string number; std::getline(numbers, number, ','); ++site) {
    REQUIRE(site < sites.count);
    sum += std::stod(number);
    sites.split[site] = sum;
  }
  REQUIRE(site == sites.count);
  for (site = 1; site < sites.count; ++site) sites.split[site] /= sum;
}

void check_round_trip(const Machine& machine, const ModelSpec& model, const QuantScheme& quant, const WeightTable& weights) {
  const EngineSettings settings;
  const Placement placement = place(machine, model, weights, settings, Effort::ranking).placement;
  if (placement.status == FitStatus::does_not_fit) return;
  const std::string command = report::launch_commands(machine, model, quant, settings, placement).front().command;
  INFO(model.id << ": " << command);
  CHECK(value_of(command, "-c") == std::to_string(settings.context_tokens));
  const auto layers = value_of(command, "-ngl");
  REQUIRE(layers.has_value());
  const auto experts = value_of(command, "-ncmoe");
  Sites sites = engine_sites(machine, settings);
  if (const auto split = value_of(command, "-ts")) apply_split(*split, sites);
  Layout layout;
  lay_out(sites, model, static_cast<std::uint32_t>(std::stoul(*layers)),
          experts ? static_cast<std::uint32_t>(std::stoul(*experts)) : 0, layout);
  REQUIRE(layout.layer_site.size() == placement.layers.size());
  for (std::size_t i = 0; i < placement.layers.size(); ++i) {
    INFO("layer " << i);
    CHECK(sites.pool[layout.layer_site[i]] == placement.layers[i].pool);
    CHECK(sites.pool[layout.expert_site[i]] == placement.layers[i].expert_pool);
  }
  CHECK(sites.pool[layout.output_site] == placement.output_pool);
}

}  // namespace

TEST_CASE("the emitted command, parsed back, gives the same placement") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const auto quant = catalog.quant("Q4_K_M");
  REQUIRE(quant);
  const std::vector<Machine> machines{test::gpu_machine(64 * k_gib, {8 * k_gib}),
                                      test::gpu_machine(64 * k_gib, {24 * k_gib, 8 * k_gib}),
                                      test::gpu_machine(256 * k_gib, {12 * k_gib, 16 * k_gib, 6 * k_gib, 48 * k_gib})};
  std::size_t number = 0;
  for (const ModelSpec& model : catalog.models()) {
    if (model.layers.empty() || number++ % 3 != 0) continue;
    const WeightTable weights = sum_weights(model, *quant);
    for (const Machine& machine : machines) check_round_trip(machine, model, *quant, weights);
  }
}

TEST_CASE("more slots never need less") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const auto quant = catalog.quant("Q4_K_M");
  REQUIRE(quant);
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  const Machine machine = test::gpu_machine(k_plenty, {k_plenty});
  std::size_t number = 0;
  for (const ModelSpec& model : catalog.models()) {
    if (model.layers.empty() || number++ % 3 != 0) continue;
    const WeightTable weights = sum_weights(model, *quant);
    std::uint64_t cache_before = 0, state_before = 0;
    for (const std::uint32_t slots : {1U, 2U, 4U, 8U}) {
      EngineSettings settings;
      settings.parallel = slots;
      settings.context_tokens = 4096 * slots;  // the same for each
      const MemoryParts parts = place(machine, model, weights, settings, Effort::ranking).memory.parts;
      INFO(model.id << " with " << slots << " slots");
      CHECK(parts.kv_cache_bytes >= cache_before);
      CHECK(parts.recurrent_state_bytes >= state_before);
      cache_before = parts.kv_cache_bytes;
      state_before = parts.recurrent_state_bytes;
    }
  }
}
