// SPDX-License-Identifier: MIT
// What a kept record does to a machine: figures that were measured while it was quiet, and nothing that was not.
#include <catch2/catch.hpp>

#include "cli/calibration.hpp"

using namespace canirun;
using namespace canirun::cli;

namespace {

const catalog::Catalog& data() {
  static const catalog::Catalog loaded = catalog::Catalog::embedded();
  return loaded;
}

Machine card(PoolKind kind = PoolKind::gpu) {
  catalog::MachineWish wish;
  wish.on = "RTX 4090";
  Machine machine = catalog::machine_from_wish(wish, data()).value();
  machine.pools.at(1).kind = kind;
  return machine;
}

bench::MachineRecord copies(double bytes_per_s) {
  bench::MachineRecord record;
  record.key = "key";
  record.gpu_copies.push_back({.device = "gpu0",
                               .by = "CUDA",
                               .copy_bytes_per_s = bytes_per_s,
                               .spread = 0.01,
                               .busy = false,
                               .measured_on = "2026-05-04"});
  return record;
}

Machine after(Machine machine, const bench::MachineRecord& record) {
  apply_record(machine, record, data());
  return machine;
}

}  // namespace

TEST_CASE("slow copies lower the bandwidth of the card they were measured on", "[calibration]") {
  const double nominal = *card().pools[1].bandwidth_bytes_per_s;
  const Machine slow = after(card(), copies(0.3 * nominal));
  CHECK(*slow.pools[1].bandwidth_bytes_per_s == Approx(0.3 * nominal / k_copy_share));
  CHECK(slow.pools[1].bandwidth_provenance.basis == Basis::measured);
  CHECK(slow.pools[1].bandwidth_provenance.source.find("copies") == 0);
  CHECK(slow.pools[1].bandwidth_provenance.retrieved == "2026-05-04");
  CHECK(slow.pools[0].bandwidth_bytes_per_s == card().pools[0].bandwidth_bytes_per_s);

  // A healthy card stays what its record says; so does one that was busy, one of another name, and a shared memory.
  for (const double rate : {0.85 * nominal, 3 * nominal}) {
    const Machine same = after(card(), copies(rate));
    CHECK(*same.pools[1].bandwidth_bytes_per_s == nominal);
    CHECK(same.pools[1].bandwidth_provenance.basis == card().pools[1].bandwidth_provenance.basis);
  }
  bench::MachineRecord record = copies(0.3 * nominal);
  record.gpu_copies[0].busy = true;
  CHECK(*after(card(), record).pools[1].bandwidth_bytes_per_s == nominal);
  record = copies(0.3 * nominal);
  record.gpu_copies[0].device = "gpu7";
  CHECK(*after(card(), record).pools[1].bandwidth_bytes_per_s == nominal);
  CHECK(*after(card(PoolKind::unified), copies(0.3 * nominal)).pools[1].bandwidth_bytes_per_s == nominal);

  // Where nobody states one, copies say about what it is.
  Machine unknown = card();
  unknown.pools[1].bandwidth_bytes_per_s.reset();
  unknown.pools[1].bandwidth_provenance = {};
  CHECK(*after(unknown, copies(k_copy_share * 100e9)).pools[1].bandwidth_bytes_per_s == Approx(100e9));
}

TEST_CASE("Vulkan's copies on NVIDIA's cards lower nothing, nor do those of a file that does not say", "[calibration]") {
  const double nominal = *card().pools[1].bandwidth_bytes_per_s;
  bench::MachineRecord record = copies(0.25 * nominal);
  for (const char* by : {"Vulkan", ""}) {
    record.gpu_copies[0].by = by;
    CHECK(*after(card(), record).pools[1].bandwidth_bytes_per_s == nominal);
  }
  Machine radeon = card();
  radeon.devices[1].vendor = Vendor::amd;
  CHECK(*after(radeon, record).pools[1].bandwidth_bytes_per_s < nominal);
}

TEST_CASE("a model that read more than copies allow proves them wrong", "[calibration]") {
  const double nominal = *card().pools[1].bandwidth_bytes_per_s;
  bench::MachineRecord record = copies(0.25 * nominal);
  Measurement run;
  run.model = run.model_name = "qwen3-8b";
  run.quant = "Q4_K_M";
  run.backend = Backend::cuda;
  run.gpu_layers = 99;
  run.parallel = 1;
  run.decode = MeasuredRate{.tokens_per_s = 120, .tokens = 128, .depth_tokens = 0, .spread = std::nullopt};  // 600 GB/s
  run.source = "llama-bench";
  record.runs = {run};
  CHECK(*after(card(), record).pools[1].bandwidth_bytes_per_s == nominal);
  record.runs[0].decode->tokens_per_s = 45;  // 225 GB/s: what such a memory does
  CHECK(*after(card(), record).pools[1].bandwidth_bytes_per_s == Approx(0.25 * nominal / k_copy_share));
  CHECK(after(card(), record).corrections.size() == 1);
}

TEST_CASE("products count when nothing disturbed them and the kernels were good", "[calibration]") {
  bench::MachineRecord record;
  record.key = "key";
  record.compute = bench::MeasuredCompute{.fp32_flops_per_s = 1e12,
                                          .fp16_flops_per_s = 1e12,
                                          .int8_ops_per_s = 4e12,
                                          .kernels = "avx2",
                                          .threads = 8,
                                          .busy = false,
                                          .measured_on = "2026-05-04"};
  CHECK(after(card(), record).cpu.measured_fp32_flops_per_s == 1e12);
  CHECK(after(card(), record).cpu.measured_int8_ops_per_s == 4e12);
  record.compute->kernels = "plain";
  CHECK_FALSE(after(card(), record).cpu.measured_fp32_flops_per_s);
  record.compute->kernels = "avx2";
  record.compute->busy = true;
  CHECK_FALSE(after(card(), record).cpu.measured_fp32_flops_per_s);
}

TEST_CASE("runs on the processor stand for the time that was stolen from it", "[calibration]") {
  bench::MachineRecord record;
  record.key = "key";
  Measurement run;
  run.model = run.model_name = "qwen3-8b";
  run.quant = "Q4_K_M";
  run.parallel = 1;
  run.decode = MeasuredRate{.tokens_per_s = 60, .tokens = 128, .depth_tokens = 0, .spread = std::nullopt};
  run.source = "llama-bench";
  Machine machine = card();
  machine.cpu.stolen_share = 0.2;
  run.backend = Backend::cuda;
  run.gpu_layers = 99;
  record.runs = {run};
  CHECK(after(machine, record).cpu.stolen_share == 0.2);  // on the card alone
  run.backend = Backend::cpu;
  run.gpu_layers = 0;
  run.decode->tokens_per_s = 6;
  record.runs = {run};
  const Machine settled = after(machine, record);
  REQUIRE(settled.corrections.size() == 1);
  CHECK_FALSE(settled.cpu.stolen_share);
}
