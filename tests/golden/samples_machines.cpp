// SPDX-License-Identifier: MIT
// Samples name only the members they are about; new members of the vocabulary must not break them.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <canirun/units.hpp>

#include "samples.hpp"

namespace canirun::samples {
namespace {

Provenance published(std::string source) {
  return {.basis = Basis::published, .source = std::move(source), .retrieved = "2026-11-23"};
}

MemoryPool host_pool(std::uint64_t total, std::optional<std::uint64_t> free, std::optional<double> bandwidth) {
  MemoryPool pool;
  pool.id = "host";
  pool.kind = PoolKind::host;
  pool.total_bytes = total;
  pool.free_bytes = free;
  pool.bandwidth_bytes_per_s = bandwidth;
  if (bandwidth) {
    pool.description = "two channels DDR5-5200";
    pool.bandwidth_provenance = published("SMBIOS type 17");
  }
  return pool;
}

MemoryPool gpu_pool(const std::string& id, std::uint64_t total, std::optional<std::uint64_t> free, double bandwidth) {
  MemoryPool pool;
  pool.id = id;
  pool.kind = PoolKind::gpu;
  pool.total_bytes = total;
  pool.free_bytes = free;
  pool.bandwidth_bytes_per_s = bandwidth;
  pool.description = "384 bits GDDR6X";
  pool.bandwidth_provenance = published("https://example.org/spec-sheet");
  return pool;
}

Device cpu_device(const std::string& name) {
  Device device;
  device.id = "cpu";
  device.kind = DeviceKind::cpu;
  device.vendor = Vendor::amd;
  device.name = name;
  device.basis = Basis::measured;
  device.how_known = "/proc/cpuinfo";
  return device;
}

}  // namespace

Machine workstation() {
  Machine machine;
  machine.origin = "this machine";
  machine.is_this_machine = true;
  machine.os = "Debian 12";
  machine.kernel = "Linux 6.1";
  machine.cpu = {.name = "AMD Ryzen 9 7950X", .physical_cores = 16, .logical_cores = 32, .isa = CpuIsa::avx512_vnni};
  machine.pools = {host_pool(64 * k_gib, 58 * k_gib, 83.2e9), gpu_pool("gpu0", 24 * k_gib, 22 * k_gib, 1008e9)};
  Device card;
  card.id = "gpu0";
  card.kind = DeviceKind::discrete_gpu;
  card.vendor = Vendor::nvidia;
  card.name = "NVIDIA GeForce RTX 4090";
  card.record_id = "nvidia/geforce-rtx-4090";
  card.architecture = "ada";
  card.pool = 1;
  card.pci_id = "10de:2684";
  card.pci_bus = "0000:01:00.0";
  card.compute_capability = "8.9";
  card.fp32_flops_per_s = 82.6e12;
  card.fp16_flops_per_s = 165.2e12;
  card.bus_width_bits = 384;
  card.memory_clock_hz = 10501e6;
  card.power_limit_w = 450;
  card.pcie_generation = 4;
  card.pcie_lanes = 16;
  card.driver_version = "580.95";
  card.runtime = "cuda";
  card.basis = Basis::measured;
  card.how_known = "NVML";
  machine.devices = {cpu_device("AMD Ryzen 9 7950X"), card};
  machine.links = {
      {.from_pool = 0, .to_pool = 1, .kind = "pcie4 x16", .bandwidth_bytes_per_s = 26e9, .basis = Basis::derived}};
  return machine;
}

Machine laptop() {
  Machine machine;
  machine.origin = "this machine";
  machine.is_this_machine = true;
  machine.os = "Debian 12";
  machine.cpu = {
      .name = "Intel Core i5-8250U", .physical_cores = 4, .logical_cores = 8, .usable_cores = 2.0, .isa = CpuIsa::avx2};
  machine.cpu.usable_cores_reason = "cgroup cpu.max 200000 100000";
  machine.pools = {host_pool(16 * k_gib, 11 * k_gib, std::nullopt)};
  machine.pools[0].limit_bytes = 12 * k_gib;
  machine.pools[0].limit_reason = "cgroup memory.max";
  machine.devices = {cpu_device("Intel Core i5-8250U")};
  machine.notes = {
      {.fact = "memory bandwidth", .reason = "/sys/firmware/dmi/tables/DMI: permission denied; give it with --bandwidth"},
      {.fact = "nvidia", .reason = "no such device on the PCI bus"}};
  return machine;
}

Machine two_cards() {
  Machine machine = workstation();
  machine.origin = "--on 2x RTX 3090";
  machine.is_this_machine = false;
  machine.os = machine.kernel = "";
  machine.pools = {host_pool(64 * k_gib, std::nullopt, 83.2e9), gpu_pool("gpu0", 24 * k_gib, std::nullopt, 936e9),
                   gpu_pool("gpu1", 24 * k_gib, std::nullopt, 936e9)};
  Device card = machine.devices[1];
  card.name = "NVIDIA GeForce RTX 3090";
  card.architecture = "ampere";
  card.driver_version.reset();
  card.pci_bus.reset();
  card.how_known = "--on";
  card.basis = Basis::published;
  Device second = card;
  second.id = "gpu1";
  second.pool = 2;
  machine.devices = {machine.devices[0], card, second};
  return machine;
}

}  // namespace canirun::samples
