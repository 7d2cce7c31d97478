// SPDX-License-Identifier: MIT
#include "cli/calibration.hpp"

#include <algorithm>
#include <canirun/names.hpp>
#include <functional>
#include <map>

#include "bench/cpu_features.hpp"
#include "bench/gpu_copies.hpp"
#include "cli/system.hpp"

namespace canirun::cli {
namespace {

/// Each costs two estimates, and every command on this machine waits for them.
constexpr std::size_t k_most_used_runs = 96, k_most_of_one_model = 12;

/// A figure of the part's record is only given up for a quiet machine's; a guess or a quick look for any.
bool is_better(const bench::MeasuredMemory& measured, const MemoryPool& pool) {
  const Basis known = pool.bandwidth_provenance.basis;
  const bool has_nominal = pool.bandwidth_bytes_per_s && (known == Basis::published || known == Basis::derived);
  if (!has_nominal) return true;
  return !measured.busy && measured.read_bytes_per_s <= *pool.bandwidth_bytes_per_s;
}

void set_bandwidth(MemoryPool& pool, double bytes_per_s, const std::string& source, const std::string& date) {
  pool.bandwidth_bytes_per_s = bytes_per_s;
  pool.bandwidth_provenance = {.basis = Basis::measured, .source = source, .retrieved = date};
}

void set_memory(Machine& machine, const bench::MeasuredMemory& measured) {
  if (machine.pools.empty() || machine.pools.front().kind != PoolKind::host) return;  // a GPU reads unified memory faster
  MemoryPool& host = machine.pools.front();
  if (is_better(measured, host)) {
    set_bandwidth(host, measured.read_bytes_per_s, "canirun bench on this machine", measured.measured_on);
  }
}

/// Of a pool, by index.
using ProvenBandwidth = std::function<std::optional<double>(std::uint32_t pool)>;

/// Cards with memory of their own. Where several share one memory, copies say less of reads: a Snapdragon X reads 149 GB/s
/// and copies 65 (clpeak, github.com/krrishnarraj/clpeak/issues/210, read 2026-11).
/// `proven`: what a model that ran there read; copies that claim less are wrong about the memory.
void set_gpu_memory(Machine& machine, const bench::MeasuredCopies& measured, const ProvenBandwidth& proven) {
  if (measured.busy) return;
  for (const Device& device : machine.devices) {
    if (device.id != measured.device || device.pool >= machine.pools.size()) continue;
    MemoryPool& pool = machine.pools[device.pool];
    if (pool.kind != PoolKind::gpu || !bench::copies_tell_bandwidth(device.vendor, measured.by)) continue;
    const Basis basis = pool.bandwidth_provenance.basis;
    const bool is_nominal = basis == Basis::published || basis == Basis::derived;
    const std::optional<double> known = is_nominal ? pool.bandwidth_bytes_per_s : std::nullopt;
    const double by_copies = bandwidth_by_copies(measured.copy_bytes_per_s, known);
    if (known && by_copies >= *known) continue;
    if (known && proven(device.pool).value_or(0) > by_copies) continue;
    set_bandwidth(pool, by_copies, "copies on this machine (canirun bench); reads are taken to reach the same share",
                  measured.measured_on);
  }
}

/// Beside other work the cores reach less than they can, and so do the plain kernels on any day.
void set_products(Machine& machine, const bench::MeasuredCompute& measured) {
  if (measured.busy || measured.kernels.empty() || measured.kernels == name_of(bench::Kernels::plain)) return;
  machine.cpu.measured_fp32_flops_per_s = measured.fp32_flops_per_s;
  machine.cpu.measured_int8_ops_per_s = measured.int8_ops_per_s;
}

/// Runs of the processor were stolen from as its estimates are: those that follow them must not be slowed down twice.
void forget_stolen_time_where_measured(Machine& machine) {
  const bool any = std::any_of(machine.corrections.begin(), machine.corrections.end(),
                               [](const SpeedCorrection& each) { return each.placement == PlacementKind::cpu; });
  if (any) machine.cpu.stolen_share.reset();
}

}  // namespace

KnownRuns known_runs(const bench::MachineRecord& record, const catalog::Catalog& catalog) {
  KnownRuns known;
  std::map<std::string, const ModelSpec*> models;
  std::map<std::string, const QuantScheme*> quants;
  const auto model_of = [&](const std::string& id) {
    const auto [at, is_new] = models.try_emplace(id, nullptr);
    if (!is_new) return at->second;
    Result<ModelSpec> spec = catalog.model(id);
    if (spec && spec->id == id && !spec->layers.empty()) {
      at->second = known.models.emplace_back(std::make_unique<const ModelSpec>(std::move(*spec))).get();
    }
    return at->second;
  };
  const auto quant_of = [&](const std::string& id) {
    const auto [at, is_new] = quants.try_emplace(id, nullptr);
    if (!is_new) return at->second;
    Result<QuantScheme> scheme = catalog.quant(id);
    if (scheme) at->second = known.quants.emplace_back(std::make_unique<const QuantScheme>(std::move(*scheme))).get();
    return at->second;
  };
  std::map<std::pair<const ModelSpec*, const QuantScheme*>, std::size_t> count;
  for (auto run = record.runs.rbegin(); run != record.runs.rend() && known.cases.size() < k_most_used_runs; ++run) {
    if (!why_not_calibrating(*run).empty()) continue;
    const ModelSpec* model = model_of(run->model);
    const QuantScheme* quant = quant_of(run->quant);
    if (model == nullptr || quant == nullptr || ++count[{model, quant}] > k_most_of_one_model) continue;
    known.cases.push_back({*run, *model, *quant});
  }
  return known;
}

void apply_record(Machine& machine, const bench::MachineRecord& record, const catalog::Catalog& catalog) {
  if (record.memory) set_memory(machine, *record.memory);
  if (record.compute) set_products(machine, *record.compute);
  const KnownRuns known = known_runs(record, catalog);
  const SpeedBook& speeds = catalog.books().speeds;
  for (const bench::MeasuredCopies& copies : record.gpu_copies) {
    set_gpu_memory(machine, copies,
                   [&](std::uint32_t pool) { return proven_bandwidth(machine, known.cases, pool, speeds); });
  }
  if (known.cases.empty() || machine.pools.empty()) return;

  // A read test beside other work finds too little; a model that was run reads at least what it needs.
  MemoryPool& host = machine.pools.front();
  const Basis basis = host.bandwidth_provenance.basis;
  if (host.kind == PoolKind::host && (basis == Basis::measured || basis == Basis::assumed)) {
    const std::optional<double> proven = proven_bandwidth(machine, known.cases, 0, speeds);
    if (proven && *proven > host.bandwidth_bytes_per_s.value_or(0)) {
      set_bandwidth(host, *proven, "a model that ran on this machine", known.cases.front().run.measured_on);
    }
  }
  machine.corrections = calibrate(machine, known.cases, speeds);
  forget_stolen_time_where_measured(machine);
}

std::filesystem::path calibration_path() {
  const std::filesystem::path folder = own_data_folder();
  return folder.empty() ? folder : folder / "calibration.json";
}

Result<void> apply_calibration(Machine& machine, const catalog::Catalog& catalog) {
  const Result<std::optional<bench::CalibrationFile>> file = bench::load_calibration(calibration_path());
  if (!file) return tl::unexpected<Error>(file.error());
  if (!*file) return {};
  if (const bench::MachineRecord* record = (*file)->find(machine_key(machine))) apply_record(machine, *record, catalog);
  return {};
}

}  // namespace canirun::cli
