// SPDX-License-Identifier: MIT
// Memory against what the engine itself allocates, with a budget for the error.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "cli/accuracy.hpp"

using namespace canirun;

namespace {

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

TEST_CASE("memory agrees with the engine's own allocation") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const std::vector<catalog::MemoryRuns> publications = catalog.reference_memory();
  REQUIRE(publications.size() == 1);
  REQUIRE(publications.front().rows.size() > 120);
  std::vector<double> whole, split;
  for (const catalog::MemoryRun& row : publications.front().rows) {
    INFO(row.model << " " << row.quant << " context " << row.context_tokens << " gpus " << row.gpus.value_or(0) << " layers "
                   << row.gpu_layers.value_or(0) << " experts on host " << row.cpu_moe_layers.value_or(0) << " flash "
                   << row.flash_attn << " kv " << row.kv_type_k << " total " << row.total_mib);
    const Result<cli::MemoryFigures> figures = cli::figures_of(catalog, row);
    REQUIRE(figures);
    // K, V and state are exact, whatever the settings.
    CHECK(figures->cache_mib == Approx(row.cache_mib).margin(0.02));
    const double error = std::abs(figures->total_mib / row.total_mib - 1);
    CHECK(error < (figures->in_one_place ? 0.002 : 0.005));
    (figures->in_one_place ? whole : split).push_back(error);
  }
  CHECK(quantile(whole, 0.5) < 0.0001);
  CHECK(quantile(whole, 0.9) < 0.0001);
  CHECK(quantile(split, 0.5) < 0.0001);
  CHECK(quantile(split, 0.9) < 0.0005);
}
