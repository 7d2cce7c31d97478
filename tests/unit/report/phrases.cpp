// SPDX-License-Identifier: MIT
#include "report/phrases.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::report;

TEST_CASE("short names") {
  CHECK(short_name("NVIDIA GeForce RTX 4090") == "RTX 4090");
  CHECK(short_name("AMD Ryzen 9 7950X 16-Core Processor") == "Ryzen 9 7950X 16-Core");
  CHECK(short_name("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz") == "Core i5-8250U");
  CHECK(short_name("Apple M2 Pro") == "M2 Pro");
  CHECK(short_name("") == "");
  CHECK(short_name("AMD ") == "AMD ");
}

TEST_CASE("parts that are there, in GiB") {
  MemoryParts parts;
  CHECK(parts_phrase(parts).empty());
  parts.weights_bytes = 4ULL << 30U;
  parts.compute_bytes = 512ULL << 20U;
  parts.output_bytes = 1ULL << 20U;
  CHECK(parts_phrase(parts) == "weights 4.0, buffers 0.5");
}

TEST_CASE("where the layers went") {
  Machine machine;
  ModelSpec model;
  model.layers.resize(48);
  Placement placement;
  placement.status = FitStatus::fits;
  CHECK(placement_phrase(machine, model, placement) == "all 48 layers on the CPU");
  CHECK(fit_heading(machine, placement) == "fits in memory");

  Device card;
  card.kind = DeviceKind::discrete_gpu;
  card.name = "NVIDIA GeForce RTX 3090";
  machine.devices = {card, card};
  MemoryPool pool;
  pool.kind = PoolKind::gpu;
  pool.total_bytes = 24ULL << 30U;
  machine.pools = {MemoryPool{}, pool, pool};
  CHECK(machine_phrase(machine) == "2x RTX 3090, 48.0 GiB");
  placement.gpu_layers = 49;
  CHECK(fit_heading(machine, placement) == "fits on 2 GPUs");
  CHECK(placement_phrase(machine, model, placement) == "all 48 layers on the GPU");
  placement.status = FitStatus::fits_offloaded;
  placement.gpu_layers = 31;
  CHECK(placement_phrase(machine, model, placement) == "31 of 48 layers on the GPU, the rest on the CPU");
  placement.expert_layers_on_cpu = 12;
  CHECK(placement_phrase(machine, model, placement) == "experts of 12 of 48 layers in host memory, the rest on the GPU");
  placement = {};
  CHECK(fit_heading(machine, placement) == "does not fit");
  placement.fits_idle = true;
  CHECK(fit_heading(machine, placement) == "fits only when idle");
  CHECK(fit_mark(placement) == Mark::partly);
}
