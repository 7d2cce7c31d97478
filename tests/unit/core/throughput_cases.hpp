// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>

#include "weights_models.hpp"

/// Small machines and constants, so that the arithmetic of a speed can be checked by hand.
namespace canirun::speed_cases {

inline constexpr double k_gpu_bandwidth = 1000e9, k_host_bandwidth = 80e9;

inline MemoryPool pool_of(std::string id, PoolKind kind, std::uint64_t gib, double bandwidth) {
  MemoryPool pool;
  pool.id = std::move(id);
  pool.kind = kind;
  pool.total_bytes = gib << 30U;
  pool.bandwidth_bytes_per_s = bandwidth;
  pool.bandwidth_provenance.basis = Basis::published;
  return pool;
}

inline Machine bare_machine() {
  Machine machine;
  machine.os = "Linux";
  machine.cpu.physical_cores = 16;
  machine.cpu.logical_cores = 32;
  machine.cpu.isa = CpuIsa::avx2;
  machine.cpu.max_clock_hz = 5e9;
  machine.pools.push_back(pool_of("host", PoolKind::host, 64, k_host_bandwidth));
  Device cpu;
  cpu.id = "cpu";
  cpu.vendor = Vendor::amd;
  cpu.architecture = "zen4";
  machine.devices.push_back(cpu);
  return machine;
}

inline Machine gpu_machine(std::uint32_t gpus = 1) {
  Machine machine = bare_machine();
  for (std::uint32_t i = 0; i < gpus; ++i) {
    Device device;
    device.id = "gpu" + std::to_string(i);
    device.kind = DeviceKind::discrete_gpu;
    device.vendor = Vendor::nvidia;
    device.architecture = "ada";
    device.compute_capability = "8.9";
    device.pool = i + 1;
    device.fp32_flops_per_s = 80e12;
    device.fp16_flops_per_s = 160e12;
    device.int8_ops_per_s = 640e12;
    machine.devices.push_back(device);
    machine.pools.push_back(pool_of(device.id, PoolKind::gpu, 24, k_gpu_bandwidth));
  }
  return machine;
}

/// Half of the bandwidth, no cost for unpacking, round overheads.
inline SpeedBook round_book() {
  SpeedConstants any;
  any.id = "class/any";
  any.bandwidth_fraction = 0.5;
  any.kv_bandwidth_fraction = 0.5;
  any.layer_overhead_s = 0;
  any.token_overhead_s = 1e-3;
  any.expert_slowdown = 1;
  any.prefill_unit = ComputeUnit::fp32;
  any.prefill_fraction = 0.5;
  any.prefill_layer_overhead_s = 0;
  any.prefill_attention_fraction = 0.5;
  any.pool_hop_s = 2e-3;
  any.host_hop_s = 0;
  any.pipeline_gain = 0;
  any.decode_spread = SpeedSpread{.low = 0.8, .high = 1.25};
  any.prefill_spread = SpeedSpread{.low = 0.5, .high = 2};
  SpeedConstants ada;
  ada.id = "ada";
  ada.inherits = "class/any";
  ada.rows = 10;
  ada.parts = 2;
  SpeedConstants cpu = ada;
  cpu.id = "cpu/x86";
  SpeedBook book;
  book.architectures = {any, ada, cpu};
  return book;
}

/// Everything of the model on one pool, or spread evenly over the GPUs.
inline PlacedMemory on_pool(const ModelSpec& model, std::uint8_t pool) {
  PlacedMemory placed;
  placed.placement.status = FitStatus::fits;
  placed.placement.layers.assign(model.layers.size(), {.pool = pool, .expert_pool = pool});
  placed.placement.output_pool = pool;
  placed.placement.gpu_layers = pool == 0 ? 0 : static_cast<std::uint32_t>(model.layers.size()) + 1;
  return placed;
}
inline PlacedMemory over_gpus(const ModelSpec& model, std::uint8_t gpus) {
  PlacedMemory placed = on_pool(model, 1);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const auto pool = static_cast<std::uint8_t>(1 + i * gpus / model.layers.size());
    placed.placement.layers[i] = {.pool = pool, .expert_pool = pool};
  }
  placed.placement.output_pool = gpus;
  return placed;
}

inline QuantScheme plain(TensorType type) {
  QuantScheme scheme;
  scheme.id = std::string(name_of(type));
  scheme.base = type;
  return scheme;
}

inline UsageProfile at_depth(std::uint32_t depth, std::uint32_t prompt = 512) {
  UsageProfile usage;
  usage.depth_tokens = depth;
  usage.prompt_tokens = prompt;
  return usage;
}

}  // namespace canirun::speed_cases
