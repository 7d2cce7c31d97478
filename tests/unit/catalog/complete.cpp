// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "catalog/device_record.hpp"
#include "embedded.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

/// A probed machine: a processor and one card, as a driver that says little would leave it.
Machine probed(const char* cpu_name, const char* pci_id, std::uint64_t mib) {
  Machine machine;
  machine.is_this_machine = true;
  machine.cpu.name = cpu_name;
  machine.cpu.physical_cores = 16;
  machine.cpu.logical_cores = 32;
  Device cpu;
  cpu.id = "cpu";
  cpu.name = cpu_name;
  cpu.how_known = "hwloc";
  MemoryPool host;
  host.id = "host";
  host.total_bytes = std::uint64_t{64} << 30U;
  machine.devices.push_back(cpu);
  machine.pools.push_back(host);
  if (pci_id != nullptr) {
    Device gpu;
    gpu.id = "gpu0";
    gpu.kind = DeviceKind::discrete_gpu;
    gpu.name = std::string("GPU ") + pci_id;
    gpu.pci_id = pci_id;
    gpu.pool = 1;
    gpu.how_known = "NVML";
    MemoryPool pool;
    pool.id = "gpu0";
    pool.kind = PoolKind::gpu;
    pool.total_bytes = mib << 20U;
    machine.devices.push_back(gpu);
    machine.pools.push_back(pool);
  }
  return machine;
}

bool has_note(const Machine& machine, const char* fact) {
  return std::any_of(machine.notes.begin(), machine.notes.end(), [&](const ProbeNote& note) { return note.fact == fact; });
}

}  // namespace

TEST_CASE("the record fills what the driver left open") {
  Machine machine = probed("AMD Ryzen 9 7950X 16-Core Processor", "10de:2684", 24564);
  complete_machine(machine, embedded());
  const Device& gpu = machine.devices[1];
  CHECK(gpu.record_id == "nvidia/geforce-rtx-4090");
  CHECK(gpu.name == "NVIDIA GeForce RTX 4090");
  CHECK(gpu.architecture == "ada");
  CHECK(gpu.compute_capability == "8.9");
  CHECK(gpu.fp32_flops_per_s.value_or(0) > 80e12);
  CHECK(gpu.how_known == "NVML + record nvidia/geforce-rtx-4090");
  CHECK(machine.pools[1].bandwidth_bytes_per_s == Approx(1008e9));
  CHECK(machine.pools[1].bandwidth_provenance.basis == Basis::published);
  CHECK(machine.pools[1].total_bytes == std::uint64_t{24564} << 20U);
  CHECK(machine.links.size() == 1);
  CHECK(machine.devices[0].record_id == "amd/ryzen-9-7950x");
  CHECK(machine.devices[0].architecture == "zen4");
  CHECK(machine.cpu.l3_cache_bytes == std::uint64_t{64} << 20U);
  CHECK(machine.pools[0].bandwidth_bytes_per_s == Approx(83.2e9));
  CHECK(machine.pools[0].bandwidth_provenance.basis == Basis::assumed);
}

TEST_CASE("nothing that was measured is changed") {
  Machine machine = probed("AMD Ryzen 9 7950X 16-Core Processor", "10de:2684", 24564);
  machine.devices[1].name = "NVIDIA GeForce RTX 4090 (shop's own)";
  machine.devices[1].tdp_w = 300;
  machine.devices[1].core_count = 1;
  machine.pools[0].bandwidth_bytes_per_s = 1e9;
  machine.pools[1].bandwidth_bytes_per_s = 2e9;
  machine.cpu.l3_cache_bytes = 3;
  complete_machine(machine, embedded());
  CHECK(machine.devices[1].name == "NVIDIA GeForce RTX 4090 (shop's own)");
  CHECK(machine.devices[1].tdp_w == 300);
  CHECK(machine.devices[1].core_count == 1);
  CHECK(machine.pools[0].bandwidth_bytes_per_s == 1e9);
  CHECK(machine.pools[1].bandwidth_bytes_per_s == 2e9);
  CHECK(machine.cpu.l3_cache_bytes == 3);
}

TEST_CASE("memory size, revision and processor tell boards with one PCI id apart") {
  Machine small = probed("x", "10de:2504", 8192);
  complete_machine(small, embedded());
  CHECK(small.devices[1].record_id == "nvidia/geforce-rtx-3060-8gb");

  Machine amd = probed("x", "1002:73bf", 16368);
  amd.devices[1].pci_revision = "c1";
  complete_machine(amd, embedded());
  CHECK(amd.devices[1].record_id == "amd/radeon-rx-6800-xt");

  const auto chip = [](const char* cpu_name, const char* pci_id) {
    Machine machine = probed(cpu_name, pci_id, 0);
    machine.pools.pop_back();
    machine.devices[1].kind = DeviceKind::integrated_gpu;
    machine.devices[1].pool = 0;
    complete_machine(machine, embedded());
    return machine;
  };
  CHECK(chip("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S", "1002:1586").devices[1].record_id == "amd/radeon-8060s-graphics");
  CHECK(chip("AMD Ryzen AI Max 385 w/ Radeon 8050S", "1002:1586").devices[1].record_id == "amd/radeon-8050s-graphics");
  CHECK(chip("AMD Ryzen AI 9 365 w/ Radeon 880M", "1002:150e").devices[1].record_id == "amd/radeon-880m-graphics");
  CHECK(chip("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S", "1002:1586").pools[0].bandwidth_bytes_per_s == Approx(256e9));
}

TEST_CASE("a MIG instance gets its share") {
  Machine machine = probed("x", "10de:2330", 20096);
  machine.devices[1].is_mig = true;
  machine.devices[1].share_of_card = 0.25;
  complete_machine(machine, embedded());
  CHECK(machine.devices[1].record_id == "nvidia/h100-80gb-hbm3");
  CHECK(machine.pools[1].bandwidth_bytes_per_s == Approx(3350e9 / 4));
  CHECK(machine.devices[1].fp32_flops_per_s.value_or(0) < 20e12);
}

TEST_CASE("unknown hardware stays unknown, with a note") {
  Machine machine = probed("Weird CPU 3000", "dead:beef", 1000);
  complete_machine(machine, embedded());
  CHECK(machine.devices[1].record_id.empty());
  CHECK_FALSE(machine.pools[0].bandwidth_bytes_per_s);
  CHECK_FALSE(machine.pools[1].bandwidth_bytes_per_s);
  CHECK(has_note(machine, "gpu0 record"));
  CHECK(has_note(machine, "cpu record"));
  Machine empty;
  complete_machine(empty, embedded());
  CHECK(empty.devices.empty());
}

TEST_CASE("boards and cores of Arm are found by what Linux calls them") {
  const auto record = [](const char* name, std::uint32_t cores, double bandwidth) {
    Machine machine = probed(name, nullptr, 0);
    machine.cpu.physical_cores = machine.cpu.logical_cores = cores;
    complete_machine(machine, embedded());
    CHECK(machine.pools[0].bandwidth_bytes_per_s.value_or(0) == Approx(bandwidth));
    return machine.devices[0].record_id;
  };
  CHECK(record("Raspberry Pi 5 Model B Rev 1.1 (4x Cortex-A76)", 4, 17.1e9) == "raspberry-pi/5-500");
  CHECK(record("Raspberry Pi 4 Model B Rev 1.4 (4x Cortex-A72)", 4, 12.8e9) == "raspberry-pi/4-400");
  CHECK(record("Xunlong Orange Pi 5 Plus (4x Cortex-A76 + 4x Cortex-A55)", 8, 33.8e9) ==
        "rockchip/rk3588-lpddr4x-orange-pi-5");
  CHECK(record("Xunlong Orange Pi 5 Max (4x Cortex-A76 + 4x Cortex-A55)", 8, 44e9) == "rockchip/rk3588-lpddr5");
  CHECK(record("Apple MacBook Pro (14-inch, M1 Pro, 2021) (10x M1 Pro)", 10, 200e9) == "apple/m1-pro");
  CHECK(record("Apple Mac Studio (M1 Ultra, 2022) (20x M1 Max)", 20, 800e9) == "apple/m1-ultra");
  CHECK(record("72x Neoverse-V2", 72, 384e9) == "nvidia/grace-480-gb");
  CHECK(record("c8g.metal-48xl (96x Neoverse-V2)", 96, 537.6e9) == "aws/graviton4-instance");
  CHECK(record("m7g.xlarge (4x Neoverse-V1)", 4, 48e9) == "aws/graviton3-instance");  // a slice: 12 GB/s for each core
  CHECK(record("Some Board (4x Cortex-A53)", 4, 0).empty());
  CHECK(record("(x", 4, 0).empty());
  CHECK(record("4x ", 4, 0).empty());
}

TEST_CASE("a number of fast cores is only known where others are slower") {
  Machine machine = probed("12th Gen Intel(R) Core(TM) i5-12400F", nullptr, 0);
  complete_machine(machine, embedded());
  CHECK_FALSE(machine.devices[0].record_id.empty());
  CHECK_FALSE(machine.cpu.performance_cores);
}

TEST_CASE("host bandwidth follows what is known about the modules") {
  Machine one_module = probed("AMD Ryzen 9 7950X 16-Core Processor", nullptr, 0);
  one_module.cpu.memory_transfers_per_s = 4800e6;
  one_module.cpu.memory_modules = 1;
  complete_machine(one_module, embedded());
  CHECK(one_module.pools[0].bandwidth_bytes_per_s == Approx(8 * 4800e6));
  CHECK(one_module.pools[0].bandwidth_provenance.basis == Basis::derived);

  Machine four_modules = probed("AMD Ryzen 9 7950X 16-Core Processor", nullptr, 0);
  four_modules.cpu.memory_transfers_per_s = 4800e6;
  four_modules.cpu.memory_modules = 4;
  complete_machine(four_modules, embedded());
  CHECK(four_modules.pools[0].bandwidth_bytes_per_s == Approx(2 * 8 * 4800e6));

  Machine guest = probed("AMD EPYC 7763 64-Core Processor", nullptr, 0);
  guest.cpu.virtualised = true;
  guest.cpu.physical_cores = 2;
  complete_machine(guest, embedded());
  CHECK(guest.pools[0].bandwidth_bytes_per_s.value_or(1e15) < 50e9);
  CHECK(guest.pools[0].bandwidth_provenance.basis == Basis::assumed);

  Machine two_sockets = probed("AMD EPYC 7763 64-Core Processor", nullptr, 0);
  two_sockets.cpu.sockets = 2;
  complete_machine(two_sockets, embedded());
  CHECK(two_sockets.pools[0].bandwidth_bytes_per_s == Approx(2 * 204.8e9));
}
