// SPDX-License-Identifier: MIT
// Memory against what the engine itself allocates, on imitated GPUs that hold everything: where it lies is given, so
// only the amounts are compared.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <cmath>

#include "catalog/reference_record.hpp"
#include "cli/accuracy.hpp"
#include "cli/accuracy_parts.hpp"

namespace canirun::cli {
namespace {

using catalog::MemoryRun;

MemoryPool endless_pool(PoolKind kind) {
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  MemoryPool pool;
  pool.kind = kind;
  pool.total_bytes = k_plenty;
  return pool;
}

Machine endless_machine(std::uint32_t gpus, const std::string& architecture) {
  Machine machine;
  machine.devices.emplace_back();
  machine.pools.push_back(endless_pool(PoolKind::host));
  for (std::uint32_t i = 0; i < gpus; ++i) {
    Device gpu;
    gpu.kind = DeviceKind::discrete_gpu;
    gpu.pool = i + 1;
    gpu.architecture = architecture;
    machine.devices.push_back(std::move(gpu));
    machine.pools.push_back(endless_pool(PoolKind::gpu));
  }
  return machine;
}

EngineSettings settings_of(const MemoryRun& run) {
  EngineSettings settings;
  settings.mode = run.max_output_rows ? EngineMode::server : EngineMode::library;
  settings.backend = run.gpus ? Backend::cuda : Backend::cpu;
  settings.context_tokens = run.context_tokens;
  settings.parallel = run.parallel;
  settings.kv_unified = run.kv_unified;
  settings.kv_type_k = from_name<TensorType>(run.kv_type_k).value_or(TensorType::f16);
  settings.kv_type_v = from_name<TensorType>(run.kv_type_v).value_or(TensorType::f16);
  settings.flash_attn = run.flash_attn;
  settings.swa_full = run.swa_full.value_or(false);
  settings.ubatch = run.ubatch;
  settings.max_output_rows = run.max_output_rows;
  settings.gpu_layers = run.gpu_layers.value_or(0);
  settings.cpu_moe_layers = run.cpu_moe_layers.value_or(0);
  settings.op_offload = run.op_offload.value_or(true);
  return settings;
}

/// What the row's total stands for: the GPUs where there are some, else the host without tokenizer and driver.
double counted_mib(const MemoryEstimate& memory, bool on_gpus) {
  std::uint64_t bytes = 0;
  for (std::size_t i = on_gpus ? 1 : 0; i < memory.pools.size(); ++i) {
    const MemoryParts& parts = memory.pools[i].parts;
    bytes += parts.weights_bytes + parts.kv_cache_bytes + parts.recurrent_state_bytes + parts.compute_bytes;
    if (!on_gpus) bytes += parts.output_bytes;
  }
  return static_cast<double>(bytes) / static_cast<double>(k_mib);
}

struct Errors {
  std::vector<double> cache, total;
};

void add_row(report::Accuracy& accuracy, std::string part, std::string placement, std::vector<double> errors) {
  if (errors.empty()) return;
  accuracy.memory.push_back({.part = std::move(part),
                             .placement = std::move(placement),
                             .runs = static_cast<std::uint32_t>(errors.size()),
                             .median_error = quantile(errors, 0.5),
                             .p90_error = quantile(errors, 0.9),
                             .largest_error = *std::max_element(errors.begin(), errors.end())});
}

}  // namespace

Result<MemoryFigures> figures_of(const catalog::Catalog& catalog, const MemoryRun& run) {
  const Result<ModelSpec> model = catalog.model(run.model);
  if (!model) return tl::unexpected<Error>(model.error());
  const Result<QuantScheme> quant = catalog.quant(run.quant);
  if (!quant) return tl::unexpected<Error>(quant.error());
  const WeightTable weights = sum_weights(*model, *quant);
  const MemoryEstimate memory =
      place(endless_machine(run.gpus.value_or(0), run.gpu_architecture.value_or("")), *model, weights, settings_of(run))
          .memory;
  const std::uint64_t cache = memory.parts.kv_cache_bytes + memory.parts.recurrent_state_bytes;
  return MemoryFigures{
      .cache_mib = static_cast<double>(cache) / static_cast<double>(k_mib),
      .total_mib = counted_mib(memory, run.gpus.has_value()),
      .in_one_place = !run.gpus || (run.gpu_layers.value_or(0) == 999 && run.cpu_moe_layers.value_or(0) == 0)};
}

void add_memory(const catalog::Catalog& catalog, report::Accuracy& accuracy) {
  Errors whole, split, real;
  // The log rounds to a hundredth of a MiB: nearer than that is the same.
  const auto error = [](double estimated, double allocated) {
    constexpr double k_rounding_mib = 0.01;
    return std::max(0.0, std::abs(estimated - allocated) - k_rounding_mib) / allocated;
  };
  for (const catalog::MemoryRuns& publication : catalog.reference_memory()) {
    accuracy.memory_source += (accuracy.memory_source.empty() ? "" : "; ") + publication.provenance.source;
    for (const MemoryRun& run : publication.rows) {
      const Result<MemoryFigures> figures = figures_of(catalog, run);
      if (!figures) {
        accuracy.unanswered.push_back(figures.error().text());
        continue;
      }
      Errors& errors = run.gpu_architecture ? real : figures->in_one_place ? whole : split;
      if (run.cache_mib > 0) errors.cache.push_back(error(figures->cache_mib, run.cache_mib));
      if (run.total_mib > 0) errors.total.push_back(error(figures->total_mib, run.total_mib));
    }
  }
  add_row(accuracy, "KV cache, state", "in one place", std::move(whole.cache));
  add_row(accuracy, "everything", "in one place", std::move(whole.total));
  add_row(accuracy, "KV cache, state", "split", std::move(split.cache));
  add_row(accuracy, "everything", "split", std::move(split.total));
  add_row(accuracy, "KV cache, state", "on a real GPU", std::move(real.cache));
  add_row(accuracy, "everything", "on a real GPU", std::move(real.total));
}

}  // namespace canirun::cli
