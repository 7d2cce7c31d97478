// SPDX-License-Identifier: MIT
#include <canirun/memory.hpp>
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

TEST_CASE("usable memory: what is free, clipped by limits, less what the system keeps") {
  MemoryPool gpu = pool_of(PoolKind::gpu, 24 * k_gib);
  CHECK(usable_bytes(gpu, true) == 24 * k_gib - 256 * k_mib);  // nothing known: the driver's share is left out
  gpu.free_bytes = 20 * k_gib;
  CHECK(usable_bytes(gpu, true) == 20 * k_gib - 128 * k_mib);  // measured: all but what is not known of the driver
  CHECK(usable_bytes(gpu, false) == 24 * k_gib - 256 * k_mib);
  gpu.limit_bytes = 10 * k_gib;
  CHECK(usable_bytes(gpu, true) == 10 * k_gib);

  MemoryPool host = pool_of(PoolKind::host, 64 * k_gib);
  CHECK(usable_bytes(host, true) == 62 * k_gib);
  host.free_bytes = 32 * k_gib;
  CHECK(usable_bytes(host, true) == 32 * k_gib - 512 * k_mib);
  host.free_bytes = 80 * k_gib;  // more free than there is: a broken probe must not help
  CHECK(usable_bytes(host, true) <= 64 * k_gib);
  host.free_bytes = 0;
  CHECK(usable_bytes(host, true) == 0);
  CHECK(usable_bytes(MemoryPool{}, true) == 0);
}

TEST_CASE("context shape follows the engine's rounding") {
  const ModelSpec model = llama_3_1_8b();
  EngineSettings settings;
  settings.context_tokens = 5000;
  CHECK(context_shape(settings, model).cells == 5120);
  CHECK(context_shape(settings, model).output_rows == 1);  // a server asks for one row a slot

  settings.mode = EngineMode::library;
  CHECK(context_shape(settings, model).output_rows == 512);  // a library reserves the whole micro-batch

  settings.context_tokens = 16384;
  settings.parallel = 4;
  CHECK(context_shape(settings, model).cells == 4096);
  CHECK(context_shape(settings, model).streams == 4);
  settings.kv_unified = true;
  CHECK(context_shape(settings, model).cells == 16384);
  CHECK(context_shape(settings, model).streams == 1);

  settings.context_tokens = 100;  // smaller than a batch
  CHECK(context_shape(settings, model).cells == 256);
  CHECK(context_shape(settings, model).ubatch == 100);

  settings.context_tokens = 8192;
  settings.engine = Engine::ollama;
  CHECK(context_shape(settings, model).batch == 512);
}

TEST_CASE("parts add up") {
  MemoryParts a{.weights_bytes = 1, .repacked_weights_bytes = 2, .kv_cache_bytes = 3, .recurrent_state_bytes = 4};
  const MemoryParts b{.compute_bytes = 10, .output_bytes = 20, .runtime_overhead_bytes = 30};
  a += b;
  a += b;
  CHECK(a.total() == 10 + 120);
  CHECK(a.weights_bytes == 1);
  CHECK(a.runtime_overhead_bytes == 60);
}

TEST_CASE("repacked weights are used, but the mapped copy can be reclaimed") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, q4_k_m());
  Machine machine = host_machine(64 * k_gib);
  const auto memory_with = [&](CpuIsa isa) {
    machine.cpu.isa = isa;
    return place(machine, model, weights, EngineSettings{}).memory;
  };
  const MemoryEstimate plain = memory_with(CpuIsa::scalar);
  CHECK(plain.parts.repacked_weights_bytes == 0);
  CHECK(plain.pools[0].required_bytes == plain.pools[0].used_bytes);

  const MemoryEstimate repacked = memory_with(CpuIsa::avx2);
  CHECK(in_mib(repacked.parts.repacked_weights_bytes) == Approx(3204).margin(1));  // measured by the engine
  CHECK(repacked.pools[0].used_bytes == plain.pools[0].used_bytes + repacked.parts.repacked_weights_bytes);
  CHECK(repacked.pools[0].required_bytes == plain.pools[0].required_bytes);

  // Beside a GPU runtime nothing is repacked.
  machine = gpu_machine(64 * k_gib, {4 * k_gib});
  machine.cpu.isa = CpuIsa::avx2;
  CHECK(place(machine, model, weights, EngineSettings{}).memory.parts.repacked_weights_bytes == 0);
}

TEST_CASE("CUDA keeps one layer of a quantised cache unpacked") {
  EngineSettings settings;
  const auto overhead_with = [&](TensorType type) {
    settings.kv_type_k = settings.kv_type_v = type;
    const WeightTable weights = sum_weights(llama_3_1_8b(), q4_k_m());
    return place(gpu_machine(32 * k_gib, {24 * k_gib}), llama_3_1_8b(), weights, settings)
        .memory.parts.runtime_overhead_bytes;
  };
  CHECK(overhead_with(TensorType::q8_0) - overhead_with(TensorType::f16) == 32 * k_mib);  // 8192 x 2 x 1024 x 2 bytes
  settings.flash_attn = false;
  CHECK(overhead_with(TensorType::q8_0) == overhead_with(TensorType::f16));
}
