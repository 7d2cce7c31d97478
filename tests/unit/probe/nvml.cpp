// SPDX-License-Identifier: MIT
// NVIDIA's library as nvml_stub.c plays it, through the real child process.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "probe/probe.hpp"
#include "probe/vendor/nvml.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

namespace {

Machine with_driver(const char* plays, double timeout_s = 20, bool memory_users = false, const char* age = "") {
  static const Recorded recorded("desktop-nvidia");
  ::setenv("CANIRUN_NVML_STUB", plays, 1);
  ProbeOptions options;
  options.root = recorded.root();
  options.nvml_library = std::string(CANIRUN_NVML_STUB_DIR) + age + "/libnvidia-ml.so.1";
  options.vendor_timeout_s = timeout_s;
  options.memory_users = memory_users;
  Machine machine = probe_machine(options);
  ::unsetenv("CANIRUN_NVML_STUB");
  return machine;
}

}  // namespace

TEST_CASE("NVML describes a card") {
  const Machine machine = with_driver("rtx4090");
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->name == "NVIDIA GeForce RTX 4090");
  CHECK(card->pci_id == "10de:2684");
  CHECK(card->pci_bus == "0000:01:00.0");
  CHECK(card->uuid_suffix == "89ab");
  CHECK(card->compute_capability == "8.9");
  CHECK(card->core_count == 16384U);
  CHECK(card->bus_width_bits == 384U);
  CHECK(card->memory_clock_hz == 10501e6);
  CHECK(card->boost_clock_hz == 3105e6);
  CHECK(card->power_limit_w == 400.0);
  CHECK(card->tdp_w == 450.0);
  CHECK(card->pcie_generation == 4U);
  CHECK(card->pcie_lanes == 16U);
  CHECK(card->driver_version == "550.54.14");
  CHECK(card->runtime == "cuda");
  CHECK(card->runtime_version == "12.4");
  CHECK(card->drives_display);
  CHECK_FALSE(card->is_mig);
  CHECK_FALSE(card->is_virtual);
  CHECK_FALSE(card->ecc);
  CHECK(card->persistence == true);
  CHECK(card->pcie_generation_now == 1U);
  CHECK(card->pcie_lanes_max == 16U);
  const MemoryPool& memory = machine.pools.at(card->pool);
  CHECK(memory.total_bytes == 25757220864U);
  CHECK(memory.free_bytes == 25757220864U - 1073741824U);
  CHECK_FALSE(memory.limit_bytes);
  CHECK(memory.bandwidth_bytes_per_s == Approx(1008.1e9).epsilon(0.001));
  CHECK(memory.bandwidth_provenance.basis == Basis::derived);
  CHECK(note_about(machine, "NVIDIA driver").empty());
}

TEST_CASE("an old library, without the newer forms of its functions, says the same") {
  const Machine machine = with_driver("rtx4090", 20, false, "_old");
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->how_known == "NVML");
  CHECK(card->pci_id == "10de:2684");
  CHECK(card->runtime_version == "12.4");
  CHECK(machine.pools.at(card->pool).total_bytes == 25757220864U);
  CHECK(note_about(machine, "NVIDIA driver").empty());
}

TEST_CASE("a second card that is not on the recorded bus is listed all the same") {
  const Machine machine = with_driver("two");
  CHECK(device_named(machine, "gpu1")->pci_bus == "0000:02:00.0");
  CHECK(device_named(machine, "gpu1")->pci_id == "10de:2684");
  CHECK(machine.pools.size() == 3);
  const auto nvlink =
      std::find_if(machine.links.begin(), machine.links.end(), [](const Link& l) { return l.kind == "nvlink"; });
  REQUIRE(nvlink != machine.links.end());
  CHECK(nvlink->from_pool == 1);
  CHECK(nvlink->to_pool == 2);
  CHECK(nvlink->bandwidth_bytes_per_s == 100e9);
}

TEST_CASE("a processor behind NVLink-C2C is reached over that") {
  const auto to_card = [](const Machine& machine) {
    const std::uint32_t pool = device_named(machine, "gpu0")->pool;
    std::vector<std::string> kinds;
    for (const Link& link : machine.links) {
      if (link.to_pool == pool) kinds.push_back(link.kind);
    }
    return kinds;
  };
  CHECK(to_card(with_driver("grace")) == std::vector<std::string>{"nvlink-c2c"});
  CHECK(to_card(with_driver("rtx4090")) == std::vector<std::string>{"pcie4 x16"});
}

TEST_CASE("a vGPU says that it is one") {
  const Machine machine = with_driver("vgpu");
  CHECK(device_named(machine, "gpu0")->is_virtual);
  CHECK(note_about(machine, "gpu0").find("other guests") != std::string::npos);
}

TEST_CASE("NVML's processes, where it knows what they hold") {
  const Machine machine = with_driver("rtx4090", 20, true);
  REQUIRE(machine.memory_users.size() == 1);
  CHECK(machine.memory_users[0].pid == 4242);
  CHECK(machine.memory_users[0].bytes == 536870912U);
  CHECK(machine.memory_users[0].device == "gpu0");
}

TEST_CASE("MIG instances are the devices, the card is not") {
  const Machine machine = with_driver("mig");
  REQUIRE(machine.devices.size() == 4);  // CPU, two instances, the processor's GPU
  for (const char* id : {"gpu0", "gpu1"}) {
    const Device* instance = device_named(machine, id);
    CHECK(instance->is_mig);
    CHECK(instance->name == "NVIDIA A100-PCIE-40GB MIG 3g.20gb");
    CHECK(instance->share_of_card == 0.5);
    CHECK(instance->bus_width_bits == 2560U);
    CHECK(instance->core_count == 42 * 64U);  // its multiprocessors, not half of the card's
    CHECK(instance->ecc == true);
    CHECK(machine.pools.at(instance->pool).total_bytes == 20937965568U);
    CHECK(machine.pools.at(instance->pool).bandwidth_bytes_per_s == Approx(777.6e9));  // half of 1555
  }
  CHECK(device_named(machine, "gpu0")->pool != device_named(machine, "gpu1")->pool);

  const Machine empty = with_driver("mig_empty");
  CHECK(note_about(empty, "NVIDIA driver").find("no instance exists") != std::string::npos);
}

TEST_CASE("memory that NVML does not report is the host's own") {
  const Machine machine = with_driver("unified");
  const Device* gpu = device_named(machine, "gpu0");
  CHECK(gpu->name == "NVIDIA GB10");
  CHECK(gpu->kind == DeviceKind::integrated_gpu);
  CHECK(gpu->pool == 0);
  CHECK(gpu->pci_bus == "000f:01:00.0");
  CHECK(gpu->compute_capability == "12.1");
  CHECK(note_about(machine, "gpu0 total_bytes") == "NVML_ERROR_NOT_SUPPORTED");
  CHECK(note_about(machine, "gpu0 memory_clock_mhz") == "NVML_ERROR_NOT_SUPPORTED");
}

TEST_CASE("a driver that hangs costs the limit and a note") {
  const auto before = std::chrono::steady_clock::now();
  const Machine machine = with_driver("hang", 0.25);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(30));  // it would hang for ever
  CHECK(note_about(machine, "NVIDIA driver") == "NVIDIA's driver library no answer within 0.25 s");
  CHECK(device_named(machine, "gpu0")->pci_id == "10de:2684");
  CHECK(device_named(machine, "gpu0")->name == "NVIDIA GeForce RTX 4090");  // as /proc/driver/nvidia says
}

TEST_CASE("a driver that crashes loses only what it had not said yet") {
  const Machine machine = with_driver("crash");
  CHECK(note_about(machine, "NVIDIA driver") == "NVIDIA's driver library crashed (SIGABRT)");
  CHECK(device_named(machine, "gpu0") != nullptr);

  const Machine late = with_driver("crash_late");
  CHECK(note_about(late, "NVIDIA driver") == "NVIDIA's driver library crashed (SIGSEGV)");
  CHECK(late.pools.at(device_named(late, "gpu0")->pool).total_bytes == 25757220864U);
}

TEST_CASE("a driver that does not start makes the card unusable, with the reason") {
  const Machine machine = with_driver("init_fails");
  const MemoryPool& memory = machine.pools.at(device_named(machine, "gpu0")->pool);
  CHECK(memory.limit_bytes == 0U);
  CHECK(memory.limit_reason == "NVML does not start: NVML_ERROR_DRIVER_NOT_LOADED");
}

TEST_CASE("nonsense from a driver is cleaned or left out") {
  const Machine machine = with_driver("garbage");
  REQUIRE(machine.devices.size() == 3);  // a line break in a name starts no second GPU
  const Device* card = device_named(machine, "gpu0");
  CHECK(card->name == "RTX]0;owned 4090 gpu 0000:09:00.0");
  CHECK(card->driver_version == "[31m550 .54");
  CHECK_FALSE(card->runtime_version);
  CHECK_FALSE(card->bus_width_bits);
  CHECK(machine.pools.at(card->pool).total_bytes == 0);
  CHECK_FALSE(machine.pools.at(card->pool).bandwidth_bytes_per_s);
}

TEST_CASE("a library that is not there") {
  static const Recorded recorded("desktop-nvidia");
  ProbeOptions options;
  options.root = recorded.root();
  options.nvml_library = "/nonexistent/libnvidia-ml.so.1";
  const Machine machine = probe_machine(options);
  CHECK(note_about(machine, "NVIDIA driver").find("management library is not here") != std::string::npos);
  CHECK(machine.pools.at(device_named(machine, "gpu0")->pool).limit_bytes == 0U);

  options.vendor_libraries = false;
  CHECK(note_about(probe_machine(options), "NVIDIA driver") == "driver libraries are switched off");
}

TEST_CASE("answers that break off or are not answers") {
  CHECK(parse_nvml_answer("").trouble == "the driver's answer breaks off");
  CHECK(parse_nvml_answer("name A\nend\n").gpus.empty());
  const NvmlAnswer cut = parse_nvml_answer("driver 1\ngpu 00000000:01:00.0\nname A\ntotal_bytes 12");
  REQUIRE(cut.gpus.size() == 1);
  CHECK(cut.gpus[0].total_bytes == 12U);
  CHECK(!cut.trouble.empty());
  const NvmlAnswer odd = parse_nvml_answer("gpu zebra\npci 99999999999\ntotal_bytes -4\ncores 0\nend_gpu \nname B\nend \n");
  REQUIRE(odd.gpus.size() == 1);
  CHECK(odd.gpus[0].bus.empty());
  CHECK(odd.gpus[0].pci_id.empty());
  CHECK_FALSE(odd.gpus[0].total_bytes);
  CHECK_FALSE(odd.gpus[0].cores);
  CHECK(odd.gpus[0].name.empty());
  CHECK(odd.trouble.empty());
}
