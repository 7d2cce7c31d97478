// SPDX-License-Identifier: MIT
// Memory against what the engine itself allocates, with a budget for the error.
#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "../support/machines.hpp"
#include "catalog/catalog.hpp"
#include "catalog/reference_record.hpp"

using namespace canirun;
using Row = catalog::MemoryRun;
using test::pool_of;

namespace {

Machine endless_machine(std::uint32_t gpus) {
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  Machine machine;
  machine.devices.push_back(Device{});
  machine.pools.push_back(pool_of(PoolKind::host, k_plenty));
  for (std::uint32_t i = 0; i < gpus; ++i) {
    Device gpu;
    gpu.kind = DeviceKind::discrete_gpu;
    gpu.pool = i + 1;
    machine.devices.push_back(gpu);
    machine.pools.push_back(pool_of(PoolKind::gpu, k_plenty));
  }
  return machine;
}

EngineSettings settings_of(const Row& row) {
  EngineSettings settings;
  settings.mode = row.max_output_rows ? EngineMode::server : EngineMode::library;
  settings.backend = row.gpus ? Backend::cuda : Backend::cpu;
  settings.context_tokens = row.context_tokens;
  settings.parallel = row.parallel;
  settings.kv_unified = row.kv_unified;
  settings.kv_type_k = *from_name<TensorType>(row.kv_type_k);
  settings.kv_type_v = *from_name<TensorType>(row.kv_type_v);
  settings.flash_attn = row.flash_attn;
  settings.swa_full = row.swa_full.value_or(false);
  settings.ubatch = row.ubatch;
  settings.max_output_rows = row.max_output_rows;
  settings.gpu_layers = row.gpu_layers.value_or(0);
  settings.cpu_moe_layers = row.cpu_moe_layers.value_or(0);
  settings.op_offload = row.op_offload.value_or(true);
  return settings;
}

/// What the row's total stands for: the GPUs where there are some, else the host without tokenizer and driver.
std::uint64_t counted_bytes(const MemoryEstimate& memory, bool on_gpus) {
  std::uint64_t bytes = 0;
  for (std::size_t i = on_gpus ? 1 : 0; i < memory.pools.size(); ++i) {
    const MemoryParts& parts = memory.pools[i].parts;
    bytes += parts.weights_bytes + parts.kv_cache_bytes + parts.recurrent_state_bytes + parts.compute_bytes;
    if (!on_gpus) bytes += parts.output_bytes;
  }
  return bytes;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

TEST_CASE("memory agrees with the engine's own allocation") {
  const catalog::Catalog catalog = catalog::Catalog::embedded();
  const std::vector<catalog::MemoryRuns> publications = catalog.reference_memory();
  REQUIRE(publications.size() == 1);
  const catalog::MemoryRuns& table = publications.front();
  REQUIRE(table.rows.size() > 120);
  std::vector<double> whole, split;
  for (const Row& row : table.rows) {
    INFO(row.model << " " << row.quant << " context " << row.context_tokens << " gpus " << row.gpus.value_or(0) << " layers "
                   << row.gpu_layers.value_or(0) << " experts on host " << row.cpu_moe_layers.value_or(0) << " flash "
                   << row.flash_attn << " kv " << row.kv_type_k << " total " << row.total_mib);
    const auto model = catalog.model(row.model);
    const auto quant = catalog.quant(row.quant);
    REQUIRE(model);
    REQUIRE(quant);
    const WeightTable weights = sum_weights(*model, *quant);
    const PlacedMemory placed = place(endless_machine(row.gpus.value_or(0)), *model, weights, settings_of(row));
    const MemoryParts& parts = placed.memory.parts;

    // K, V and state are exact, whatever the settings.
    const double cache_mib =
        static_cast<double>(parts.kv_cache_bytes + parts.recurrent_state_bytes) / static_cast<double>(k_mib);
    CHECK(cache_mib == Approx(row.cache_mib).margin(0.02));

    const double total =
        static_cast<double>(counted_bytes(placed.memory, row.gpus.has_value())) / static_cast<double>(k_mib);
    const double error = std::abs(total / row.total_mib - 1);
    const bool in_one_place = !row.gpus || (*row.gpu_layers == 999 && *row.cpu_moe_layers == 0);
    CHECK(error < (in_one_place ? 0.002 : 0.005));
    (in_one_place ? whole : split).push_back(error);
  }
  CHECK(quantile(whole, 0.5) < 0.0001);
  CHECK(quantile(whole, 0.9) < 0.0001);
  CHECK(quantile(split, 0.5) < 0.0001);
  CHECK(quantile(split, 0.9) < 0.0005);
}
