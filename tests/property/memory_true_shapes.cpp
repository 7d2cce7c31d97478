// SPDX-License-Identifier: MIT
// Caches and scratch buffers of models in their true sizes, as the engine itself allocates them.
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"
#include "json/text.hpp"
#include "json/view.hpp"

using namespace canirun;

namespace {

json::Parsed reference() {
  std::ifstream file(std::string(CANIRUN_SOURCE_DIR) + "/tests/reference/memory.json");
  std::stringstream text;
  text << file.rdbuf();
  auto parsed = json::Parsed::parse(text.str());
  REQUIRE(parsed);
  return std::move(*parsed);
}

std::uint32_t number(const json::View& row, std::string_view key) {
  const auto value = row.at(key).count32();
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("models in their true sizes take what the engine allocates") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const auto quant = catalog.quant("Q4_K_M");
  REQUIRE(quant);
  const json::Parsed parsed = reference();
  std::size_t compared = 0;
  const json::View rows = json::View(parsed.root()).at("rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const json::View row = rows.at(i);
    const auto model = catalog.model(row.at("model").text().value_or(""));
    REQUIRE(model);
    EngineSettings settings;
    settings.context_tokens = number(row, "context_tokens");
    settings.ubatch = number(row, "ubatch");
    settings.parallel = number(row, "parallel");
    settings.max_output_rows = number(row, "max_output_rows");
    settings.flash_attn = row.at("flash_attn").flag().value_or(true);
    constexpr std::uint64_t k_plenty = 4096 * k_gib;
    const bool on_gpu = number(row, "gpus") > 0;
    const Machine machine = on_gpu ? test::gpu_machine(k_plenty, {k_plenty}) : test::host_machine(k_plenty);
    const MemoryEstimate memory = place(machine, *model, sum_weights(*model, *quant), settings).memory;
    INFO(model->id << ", flash attention " << settings.flash_attn << ", on " << (on_gpu ? "a GPU" : "the CPU"));
    CHECK(memory.parts.kv_cache_bytes + memory.parts.recurrent_state_bytes == row.at("cache_and_state_bytes").count());
    const std::uint64_t device = on_gpu ? memory.pools[1].parts.compute_bytes : 0;
    CHECK(static_cast<double>(device) ==
          Approx(static_cast<double>(*row.at("device_compute_bytes").count())).epsilon(0.001));
    CHECK(static_cast<double>(memory.pools[0].parts.compute_bytes) ==
          Approx(static_cast<double>(*row.at("host_compute_bytes").count())).epsilon(0.001));
    ++compared;
  }
  CHECK(compared >= 24);
}
