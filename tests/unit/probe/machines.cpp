// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "probe/probe.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

namespace {
constexpr std::uint64_t k_kib = 1024;

Machine look_at(const Recorded& recorded, const std::string& nvml = "") {
  ProbeOptions options;
  options.root = recorded.root();
  options.nvml_library = nvml;
  return probe_machine(options);
}
}  // namespace

TEST_CASE("a desktop with an NVIDIA card, its driver not asked") {
  const Recorded recorded("desktop-nvidia");
  const Machine machine = look_at(recorded);

  CHECK(machine.os == "Ubuntu 24.04.1 LTS");
  CHECK(machine.kernel == "6.8.0-45-generic");
  CHECK_FALSE(machine.is_this_machine);
  CHECK(machine.cpu.name == "AMD Ryzen 9 7950X 16-Core Processor");
  CHECK(machine.cpu.signature == "AuthenticAMD-25-97-2");
  CHECK(machine.cpu.physical_cores == 16);
  CHECK(machine.cpu.logical_cores == 32);
  CHECK(machine.cpu.sockets == 1);
  CHECK(machine.cpu.isa == CpuIsa::avx512_vnni);
  CHECK(machine.cpu.l2_cache_bytes == 16 * 1024 * k_kib);
  CHECK(machine.cpu.l3_cache_bytes == 64 * 1024 * k_kib);
  CHECK(machine.cpu.max_clock_hz == 5881e6);
  CHECK_FALSE(machine.cpu.usable_cores);
  CHECK_FALSE(machine.cpu.performance_cores);
  CHECK_FALSE(machine.cpu.virtualised);

  const MemoryPool& host = machine.pools.at(0);
  CHECK(host.kind == PoolKind::host);  // the small GPU in the processor does not make it unified
  CHECK(host.total_bytes == 65027436 * k_kib);
  CHECK(host.free_bytes == 60817408 * k_kib);
  CHECK_FALSE(host.limit_bytes);  // nor does that GPU's GTT limit anything
  CHECK(host.bandwidth_bytes_per_s == Approx(89.6e9));
  CHECK(host.bandwidth_provenance.basis == Basis::derived);
  CHECK(machine.cpu.memory_type == "DDR5");
  CHECK(machine.cpu.memory_channels == 2U);

  REQUIRE(machine.devices.size() == 3);
  const Device& card = machine.devices[1];
  CHECK(card.id == "gpu0");
  CHECK(card.pci_id == "10de:2684");
  CHECK(card.pci_bus == "0000:01:00.0");
  CHECK(card.pci_revision == "a1");
  CHECK(card.pci_subsystem == "10de:167c");
  CHECK(card.name == "NVIDIA GeForce RTX 4090");
  CHECK(card.pcie_generation == 4U);  // what it can do, not what it idles at
  CHECK(card.pcie_lanes == 16U);
  REQUIRE(machine.links.size() == 1);
  CHECK(machine.links[0].kind == "pcie4 x16");
  CHECK(machine.links[0].to_pool == card.pool);
  CHECK(machine.links[0].bandwidth_bytes_per_s == Approx(31.5e9).epsilon(0.01));
  CHECK(machine.pools.at(card.pool).total_bytes == 0);
  CHECK_FALSE(machine.pools.at(card.pool).limit_bytes);
  CHECK(note_about(machine, "gpu0 memory") == "recorded machine: its driver cannot be asked");

  const Device& small = machine.devices[2];
  CHECK(small.kind == DeviceKind::integrated_gpu);
  CHECK(small.gfx_target == "gfx1036");
  CHECK(small.pool == 0);
}

TEST_CASE("the same desktop without NVIDIA's driver keeps the card, but nothing may be placed on it") {
  const Recorded recorded("desktop-nvidia");
  const std::string driver = "/sys/devices/pci0000:00/0000:00:01.1/0000:01:00.0/driver";
  recorded.remove("/proc/driver/nvidia");
  recorded.remove(driver);
  const Machine machine = look_at(recorded);
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->name == "NVIDIA GPU 10de:2684");
  CHECK(machine.pools.at(card->pool).limit_bytes == 0U);
  CHECK(machine.pools.at(card->pool).limit_reason == "NVIDIA's driver is not loaded");

  recorded.link(driver, "../../../../bus/pci/drivers/vfio-pci");
  const Machine passed_on = look_at(recorded);
  CHECK(device_named(passed_on, "gpu0")->vendor == Vendor::amd);
  CHECK(note_about(passed_on, "NVIDIA GPU at 0000:01:00.0").find("vfio-pci") != std::string::npos);
}

TEST_CASE("a desktop with a Radeon card") {
  const Recorded recorded("desktop-amd");
  const Machine machine = look_at(recorded);
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->kind == DeviceKind::discrete_gpu);
  CHECK(card->vendor == Vendor::amd);
  CHECK(card->name == "AMD GPU 1002:744c");
  CHECK(card->pci_revision == "c8");
  CHECK(card->gfx_target == "gfx1100");
  CHECK(card->core_count == 96U);
  CHECK(card->boost_clock_hz == 2482e6);
  CHECK(card->bus_width_bits == 384U);
  CHECK(card->memory_clock_hz == 1249e6);
  CHECK(card->power_limit_w == 290.0);
  CHECK(card->tdp_w == 339.0);
  CHECK(card->drives_display);
  CHECK(card->runtime == "vulkan");
  CHECK(card->pcie_generation == 4U);
  CHECK(card->pcie_lanes == 8U);  // the slot's, not those of the card's own switch
  const MemoryPool& memory = machine.pools.at(card->pool);
  CHECK(memory.kind == PoolKind::gpu);
  CHECK(memory.total_bytes == 25753026560U);
  CHECK(memory.free_bytes == 25753026560U - 1073741824U);
  CHECK(memory.bandwidth_bytes_per_s == Approx(959.2e9).epsilon(0.001));  // published: 960
  CHECK(machine.pools.at(0).kind == PoolKind::host);

  SECTION("without kfd the target is unknown and no bandwidth is made up") {
    recorded.remove("/sys/class/kfd");
    const Machine plain = look_at(recorded);
    CHECK_FALSE(device_named(plain, "gpu0")->gfx_target);
    CHECK(device_named(plain, "gpu0")->memory_clock_hz == 1249e6);
    CHECK_FALSE(plain.pools.at(1).bandwidth_bytes_per_s);
    CHECK(!note_about(plain, "gpu0 gfx_target").empty());
  }
  SECTION("in a container that was not given the device") {
    recorded.write("/dev/dri/card9", "");
    const Machine inside = look_at(recorded);
    CHECK(inside.pools.at(1).limit_bytes == 0U);
    CHECK(inside.pools.at(1).limit_reason.find("/dev/dri/renderD128 is not here") == 0);
  }
  SECTION("asleep: not woken for its clocks") {
    recorded.remove("/sys/class/kfd");
    recorded.write("/sys/bus/pci/devices/0000:03:00.0/power/runtime_status", "suspended\n");
    const Machine asleep = look_at(recorded);
    CHECK_FALSE(device_named(asleep, "gpu0")->memory_clock_hz);
    CHECK(asleep.pools.at(1).total_bytes == 25753026560U);
  }
}

TEST_CASE("an APU shares the host's memory up to GTT") {
  const Recorded recorded("apu-strix-halo");
  const Machine machine = look_at(recorded);
  const Device* gpu = device_named(machine, "gpu0");
  REQUIRE(gpu != nullptr);
  CHECK(gpu->kind == DeviceKind::integrated_gpu);
  CHECK(gpu->gfx_target == "gfx1151");
  CHECK(gpu->core_count == 40U);
  CHECK(gpu->pool == 0);
  REQUIRE(machine.pools.size() == 1);
  CHECK(machine.pools[0].kind == PoolKind::unified);
  CHECK(machine.pools[0].id == "unified");
  CHECK(machine.pools[0].total_bytes == 130944340 * k_kib);
  CHECK(machine.pools[0].limit_bytes == 118111600640U);
  CHECK(machine.pools[0].limit_reason.find("GTT") != std::string::npos);
  CHECK(machine.links.empty());
  CHECK(machine.cpu.memory_type == "LPDDR5");

  SECTION("4 GiB set aside beside a larger GTT changes nothing") {  // as a Ryzen 7 7840U reports it
    const std::string gpu_folder = "/sys/bus/pci/devices/0000:c6:00.0/";
    recorded.remove("/sys/class/kfd");
    recorded.write(gpu_folder + "mem_info_vram_total", "4294967296\n");
    recorded.write(gpu_folder + "mem_info_gtt_total", "31433977856\n");
    const Machine shared = look_at(recorded);
    REQUIRE(shared.pools.size() == 1);
    CHECK(shared.pools[0].limit_bytes == 31433977856U);
  }
  SECTION("a large part set aside by the firmware is a memory of its own") {
    const std::string gpu_folder = "/sys/bus/pci/devices/0000:c6:00.0/";
    recorded.write(gpu_folder + "mem_info_vram_total", "68719476736\n");
    recorded.write(gpu_folder + "mem_info_gtt_total", "34359738368\n");
    const Machine split = look_at(recorded);
    REQUIRE(split.pools.size() == 2);
    CHECK(split.pools[0].kind == PoolKind::host);
    CHECK(split.pools[1].kind == PoolKind::gpu);
    CHECK(split.pools[1].total_bytes == 68719476736U);
    CHECK(device_named(split, "gpu0")->pool == 1);
  }
}

TEST_CASE("Intel: a card with memory of its own beside the processor's GPU") {
  const Recorded recorded("desktop-intel-arc");
  const Machine machine = look_at(recorded);
  CHECK(machine.cpu.physical_cores == 14);
  CHECK(machine.cpu.logical_cores == 20);
  CHECK(machine.cpu.performance_cores == 6U);
  CHECK(machine.cpu.isa == CpuIsa::avx_vnni);
  CHECK(machine.cpu.max_clock_hz == 5100e6);
  REQUIRE(machine.devices.size() == 3);
  const Device &inside = machine.devices[1], &card = machine.devices[2];
  CHECK(inside.kind == DeviceKind::integrated_gpu);
  CHECK(inside.pool == 0);
  CHECK(inside.boost_clock_hz == 1500e6);
  CHECK(card.kind == DeviceKind::discrete_gpu);
  CHECK(card.pci_id == "8086:e20b");
  CHECK(card.boost_clock_hz == 2850e6);
  CHECK(card.power_limit_w == 190.0);
  CHECK(card.pcie_generation == 4U);
  CHECK(card.pcie_lanes == 8U);
  CHECK(machine.pools.at(card.pool).total_bytes == 12884901888U);
  CHECK_FALSE(machine.pools.at(card.pool).free_bytes);
  CHECK(machine.pools.at(0).kind == PoolKind::host);

  SECTION("a driver that does not publish the size leaves it unknown") {
    recorded.remove("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0/0000:03:00.0/tile0");
    const Machine unknown = look_at(recorded);
    CHECK(unknown.pools.at(1).total_bytes == 0);
    CHECK(unknown.pools.at(1).total_basis == Basis::assumed);
    CHECK(note_about(unknown, "gpu1 memory").find("xe does not say") == 0);
  }
}

TEST_CASE("a laptop whose NVIDIA card has no driver") {
  const Recorded recorded("laptop-hybrid");
  const Machine machine = look_at(recorded);
  REQUIRE(machine.devices.size() == 3);
  const Device* nvidia = device_named(machine, "gpu0");
  CHECK(nvidia->pci_id == "10de:28e0");
  CHECK(machine.pools.at(nvidia->pool).limit_bytes == 0U);
  CHECK(machine.pools.at(nvidia->pool).limit_reason.find("bound to nouveau") != std::string::npos);
  CHECK(device_named(machine, "gpu1")->kind == DeviceKind::integrated_gpu);
  CHECK(note_about(machine, "memory bandwidth").find("needs root") != std::string::npos);
  CHECK(machine.links.empty());
}

TEST_CASE("a container with limits of cgroup version 2") {
  const Recorded recorded("container-v2");
  const Machine machine = look_at(recorded);
  CHECK(machine.os == "Debian GNU/Linux 12 (bookworm) (container)");
  CHECK(machine.cpu.sockets == 2);
  CHECK(machine.cpu.numa_nodes == 2);
  CHECK(machine.cpu.physical_cores == 64);
  CHECK(machine.cpu.usable_cores == 2.0);
  CHECK(machine.cpu.usable_cores_reason == "cgroup cpu.max 200000 100000");
  const MemoryPool& host = machine.pools.at(0);
  CHECK(host.total_bytes == 791513520 * k_kib);
  CHECK(host.limit_bytes == 8589934592U);
  CHECK(host.limit_reason == "cgroup memory.max");
  CHECK(host.free_bytes == 8589934592U - (3221225472U - 1073741824U));  // what it holds and cannot drop is gone
  CHECK(machine.devices.size() == 1);                                   // the management chip is no GPU
  CHECK(note_about(machine, "accelerator at 0000:c3:00.0").empty());

  SECTION("the strictest level counts") {
    recorded.write("/proc/self/cgroup", "0::/job/step\n");
    recorded.write("/sys/fs/cgroup/job/step/memory.max", "max\n");
    recorded.write("/sys/fs/cgroup/job/memory.high", "4294967296\n");
    recorded.write("/sys/fs/cgroup/job/step/cpu.max", "150000 100000\n");
    const Machine nested = look_at(recorded);
    CHECK(nested.pools.at(0).limit_bytes == 4294967296U);
    CHECK(nested.pools.at(0).limit_reason == "cgroup memory.high");
    CHECK(nested.cpu.usable_cores == 1.5);
  }
}

TEST_CASE("a container with limits of cgroup version 1 and an affinity") {
  const Recorded recorded("container-v1");
  const Machine machine = look_at(recorded);
  CHECK(machine.pools.at(0).limit_bytes == 17179869184U);
  CHECK(machine.pools.at(0).limit_reason == "cgroup memory.limit_in_bytes");
  CHECK(machine.pools.at(0).free_bytes == 17179869184U - (2147483648U - 1073741824U));
  CHECK(machine.cpu.physical_cores == 16);
  CHECK(machine.cpu.usable_cores == 2.5);  // the quota is stricter than the four CPUs

  recorded.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  recorded.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  const Machine unlimited = look_at(recorded);
  CHECK(unlimited.cpu.usable_cores == 4.0);
  CHECK(unlimited.cpu.usable_cores_reason == "this process may use CPUs 0-3");
  CHECK_FALSE(unlimited.pools.at(0).limit_bytes);
  CHECK(unlimited.pools.at(0).free_bytes == (4000000 + 1000000 + 90000000) * k_kib);  // no MemAvailable before 3.14
}

TEST_CASE("a Raspberry Pi 5") {
  const Recorded recorded("raspberry-pi-5");
  const Machine machine = look_at(recorded);
  CHECK(machine.cpu.name == "Raspberry Pi 5 Model B Rev 1.0 (4x Cortex-A76)");
  CHECK(machine.cpu.signature == "arm-0x41-0xd0b");
  CHECK(machine.cpu.isa == CpuIsa::neon_dotprod);
  CHECK(machine.cpu.physical_cores == 4);
  CHECK_FALSE(machine.cpu.performance_cores);
  CHECK(machine.devices.at(0).vendor == Vendor::arm);
  CHECK(machine.pools.at(0).total_bytes == 8245744 * k_kib);
  CHECK(machine.devices.size() == 1);
}

TEST_CASE("big and little cores are told apart by their capacity") {
  const Recorded recorded("raspberry-pi-5");
  for (const char* little : {"2", "3"})
    recorded.write(std::string("/sys/devices/system/cpu/cpu") + little + "/cpu_capacity", "512\n");
  CHECK(look_at(recorded).cpu.performance_cores == 2U);
}

TEST_CASE("a machine that makes no sense still gives an answer") {
  const Recorded recorded("broken");
  const Machine machine = look_at(recorded);
  CHECK(machine.os == "]0;owned[31mOS");  // harmless without the escape characters
  CHECK(machine.cpu.name == "[2JEvil CPU");
  REQUIRE(machine.pools.size() >= 1);
  CHECK(machine.pools[0].total_bytes == 0);
  CHECK(machine.pools[0].total_basis == Basis::assumed);
  CHECK_FALSE(machine.pools[0].free_bytes);
  CHECK_FALSE(machine.pools[0].limit_bytes);
  CHECK_FALSE(machine.cpu.max_clock_hz);
  CHECK_FALSE(machine.cpu.usable_cores);
  CHECK(!note_about(machine, "memory size").empty());
  REQUIRE(machine.devices.size() == 2);  // the CPU and the one card that has ids
  CHECK(machine.pools.at(machine.devices[1].pool).total_bytes == 0);
  CHECK_FALSE(machine.devices[1].memory_clock_hz);
}

TEST_CASE("an empty machine has a CPU, a pool and reasons") {
  const Recorded recorded("");
  const Machine machine = look_at(recorded);
  REQUIRE(machine.devices.size() == 1);
  REQUIRE(machine.pools.size() == 1);
  CHECK(machine.devices[0].kind == DeviceKind::cpu);
  CHECK(note_about(machine, "memory size") == "/proc/meminfo: no such file or directory");
  CHECK(machine.notes.size() >= 3);
}

TEST_CASE("a machine on another machine's disk is never this one") {
  const Recorded recorded("");
  recorded.link("/proc/meminfo", "/proc/../../../../../../proc/meminfo");
  recorded.link("/sys", "/sys/../../sys");
  const Machine machine = look_at(recorded);
  CHECK(machine.pools[0].total_bytes == 0);
  CHECK(machine.cpu.physical_cores == 0);
}

TEST_CASE("this very machine") {
  const Machine machine = probe_machine();
  CHECK(machine.is_this_machine);
  CHECK(machine.cpu.physical_cores > 0);
  CHECK(machine.cpu.logical_cores >= machine.cpu.physical_cores);
  REQUIRE_FALSE(machine.pools.empty());
  CHECK(machine.pools[0].total_bytes > 0);
  CHECK(machine.pools[0].free_bytes.value_or(0) <= machine.pools[0].total_bytes);
  for (const Device& device : machine.devices) CHECK(device.pool < machine.pools.size());
}
