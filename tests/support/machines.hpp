// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <initializer_list>

/// Machines nobody has, for tests that place models.
namespace canirun::test {

inline MemoryPool pool_of(PoolKind kind, std::uint64_t bytes) {
  MemoryPool pool;
  pool.kind = kind;
  pool.total_bytes = bytes;
  return pool;
}

inline Machine host_machine(std::uint64_t host_bytes) {
  Machine machine;
  machine.devices.push_back(Device{});
  machine.pools.push_back(pool_of(PoolKind::host, host_bytes));
  return machine;
}

inline Machine gpu_machine(std::uint64_t host_bytes, std::initializer_list<std::uint64_t> gpu_bytes) {
  Machine machine = host_machine(host_bytes);
  for (const std::uint64_t bytes : gpu_bytes) {
    Device gpu;
    gpu.kind = DeviceKind::discrete_gpu;
    gpu.vendor = Vendor::nvidia;
    gpu.architecture = "ada";
    gpu.pool = static_cast<std::uint32_t>(machine.pools.size());
    machine.devices.push_back(gpu);
    machine.pools.push_back(pool_of(PoolKind::gpu, bytes));
  }
  return machine;
}

}  // namespace canirun::test
