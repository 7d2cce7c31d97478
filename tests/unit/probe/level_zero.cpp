// SPDX-License-Identifier: MIT
// Intel's Level Zero and AMD's ROCm SMI, as stub_level_zero.c and stub_rocm_smi.c play them, through the real child process.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "probe/probe.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

namespace {
constexpr std::uint64_t k_gib = std::uint64_t{1} << 30U;

Machine with_library(const Recorded& recorded, const char* name, const char* variable, const char* library,
                     const char* plays, double timeout_s) {
  ::setenv(variable, plays, 1);
  ProbeOptions options;
  options.root = recorded.root();
  options.driver_libraries[name] = library;
  options.vendor_timeout_s = timeout_s;
  Machine machine = probe_machine(options);
  ::unsetenv(variable);
  return machine;
}
Machine with_level_zero(const Recorded& recorded, const char* plays, double timeout_s = 20) {
  return with_library(recorded, "level-zero", "CANIRUN_LEVEL_ZERO_STUB", CANIRUN_STUBS "/level_zero_stub/libze_loader.so.1",
                      plays, timeout_s);
}
Machine with_rocm_smi(const Recorded& recorded, const char* plays, double timeout_s = 20) {
  return with_library(recorded, "rocm-smi", "CANIRUN_ROCM_SMI_STUB", CANIRUN_STUBS "/rocm_smi_stub/librocm_smi64.so.1",
                      plays, timeout_s);
}

/// An Arc A770 behind mainline i915, which says nothing of its memory in /sys.
const Recorded& arc() {
  static const Recorded recorded("desktop-arc-a770");
  return recorded;
}
/// A Radeon whose amdgpu does not say how much memory there is.
const Recorded& radeon() {
  static const Recorded recorded = [] {
    Recorded machine("");
    const std::string place = "/sys/bus/pci/devices/0000:03:00.0";
    machine.write(place + "/class", "0x030000\n");
    machine.write(place + "/vendor", "0x1002\n");
    machine.write(place + "/device", "0x744c\n");
    machine.link(place + "/driver", "../../../../bus/pci/drivers/amdgpu");
    return machine;
  }();
  return recorded;
}

}  // namespace

TEST_CASE("Level Zero names a card, counts its units, and knows its memory") {
  const Machine machine = with_level_zero(arc(), "a770");
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->name == "Intel Arc A770 Graphics");
  CHECK(card->core_count == 4096U);       // 8 slices x 4 x 16 units x 8 lanes, as sold
  CHECK(card->boost_clock_hz == 2400e6);  // sysfs said so, and stays
  CHECK(card->how_known == "i915 sysfs, Level Zero");
  const MemoryPool& memory = machine.pools.at(card->pool);
  CHECK(memory.total_bytes == 16225243136U);
  CHECK(memory.free_bytes == 16225243136U - k_gib);
  CHECK(memory.total_basis == Basis::measured);
  CHECK(memory.description == "Level Zero");
  CHECK(note_about(machine, "gpu0 memory").empty());
}

TEST_CASE("Level Zero without addresses, without Sysman, without the right to know") {
  CHECK(device_named(with_level_zero(arc(), "no_address"), "gpu0")->core_count == 4096U);  // the ids say which
  CHECK_FALSE(with_level_zero(arc(), "no_sysman").pools.at(1).free_bytes);
  CHECK_FALSE(with_level_zero(arc(), "user").pools.at(1).free_bytes);
  CHECK(with_level_zero(arc(), "user").pools.at(1).total_bytes == 16225243136U);
}

TEST_CASE("an integrated GPU stays on the host's memory, whatever Level Zero calls its size") {
  const Recorded recorded("laptop-meteor-lake");
  const Machine machine = with_level_zero(recorded, "integrated");
  const Device* gpu = device_named(machine, "gpu0");
  REQUIRE(gpu != nullptr);
  CHECK(gpu->core_count == 1024U);
  CHECK(gpu->pool == 0);
  CHECK(machine.pools.size() == 1);
}

TEST_CASE("Level Zero that fails leaves what /sys said") {
  for (const char* plays : {"none", "hang", "crash", "garbage"}) {
    INFO(plays);
    const Machine machine = with_level_zero(arc(), plays, std::string(plays) == "hang" ? 0.25 : 20);
    const Device* card = device_named(machine, "gpu0");
    REQUIRE(card != nullptr);
    CHECK(card->boost_clock_hz == 2400e6);
    CHECK(machine.pools.at(card->pool).total_bytes == 0);
    CHECK_FALSE(card->core_count);
    CHECK(card->name.find('\x1b') == std::string::npos);
  }
  CHECK(note_about(with_level_zero(arc(), "none"), "Level Zero").find("no driver that fits") != std::string::npos);
  CHECK(note_about(with_level_zero(arc(), "hang", 0.25), "Level Zero") == "the library no answer within 0.25 s");
  CHECK(note_about(with_level_zero(arc(), "crash"), "Level Zero") == "the library crashed (SIGABRT)");
  const Machine late = with_level_zero(arc(), "crash_late");
  CHECK(note_about(late, "Level Zero") == "the library crashed (SIGSEGV)");
  CHECK(device_named(late, "gpu0")->core_count == 4096U);
}

TEST_CASE("a card that sleeps is not woken for Level Zero") {
  const Recorded recorded("desktop-arc-a770");
  recorded.write("/sys/devices/pci0000:00/0000:00:01.1/0000:03:00.0/power/runtime_status", "suspended\n");
  const Machine machine = with_level_zero(recorded, "crash");
  CHECK(note_about(machine, "Level Zero").empty());
  CHECK(device_named(machine, "gpu0") != nullptr);
}

TEST_CASE("a card that a hypervisor put where the integrated GPU usually is stays a card") {
  Recorded recorded("");
  const std::string place = "/sys/bus/pci/devices/0000:00:02.0";
  recorded.write(place + "/class", "0x030000\n");
  recorded.write(place + "/vendor", "0x8086\n");
  recorded.write(place + "/device", "0x56a0\n");
  recorded.link(place + "/driver", "../../../../bus/pci/drivers/xe");
  recorded.write(place + "/tile0/physical_vram_size_bytes", "17079205888\n");
  ProbeOptions options;
  options.root = recorded.root();
  const Machine machine = probe_machine(options);
  REQUIRE(device_named(machine, "gpu0") != nullptr);
  CHECK(device_named(machine, "gpu0")->kind == DeviceKind::discrete_gpu);
  CHECK(machine.pools.at(device_named(machine, "gpu0")->pool).total_bytes == 17079205888U);
}

TEST_CASE("ROCm SMI is asked where amdgpu does not say how much memory there is") {
  const Machine machine = with_rocm_smi(radeon(), "xtx");
  const Device* card = device_named(machine, "gpu0");
  REQUIRE(card != nullptr);
  CHECK(card->name == "Radeon RX 7900 XTX");
  const MemoryPool& memory = machine.pools.at(card->pool);
  CHECK(memory.total_bytes == 25753026560U);
  CHECK(memory.free_bytes == 25753026560U - k_gib);
  CHECK(memory.description == "ROCm SMI");
  CHECK(note_about(machine, "gpu0 memory").empty());
}

TEST_CASE("ROCm SMI is left alone where /sys says everything") {
  const Recorded recorded("desktop-amd");
  const Machine machine = with_rocm_smi(recorded, "crash");
  CHECK(note_about(machine, "ROCm SMI").empty());
  CHECK(machine.pools.at(device_named(machine, "gpu0")->pool).description == "amdgpu mem_info_vram_total");
}

TEST_CASE("ROCm SMI that fails costs a note") {
  CHECK(note_about(with_rocm_smi(radeon(), "init_fails"), "ROCm SMI").find("RSMI_STATUS_INIT_ERROR") != std::string::npos);
  CHECK(note_about(with_rocm_smi(radeon(), "hang", 0.25), "ROCm SMI") == "the library no answer within 0.25 s");
  CHECK(note_about(with_rocm_smi(radeon(), "crash"), "ROCm SMI") == "the library crashed (SIGABRT)");
  CHECK(with_rocm_smi(radeon(), "crash_late").pools.at(1).total_bytes == 25753026560U);
  for (const char* plays : {"no_memory", "garbage"}) {
    const Machine machine = with_rocm_smi(radeon(), plays);
    CHECK(machine.pools.at(1).total_bytes == 0);
    CHECK(machine.devices.size() == 2);
    CHECK(device_named(machine, "gpu0")->name.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("ROCm is there with its version, or Vulkan is what is left") {
  const Recorded recorded("desktop-amd");
  recorded.write("/opt/rocm/.info/version", "6.2.0-66\n");
  ProbeOptions options;
  options.root = recorded.root();
  for (const char* hip : {"libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5"})
    for (const char* folder : {"/usr/lib/x86_64-linux-gnu/", "/opt/rocm/lib/"}) recorded.remove(std::string(folder) + hip);
  const Machine without = probe_machine(options);
  CHECK(device_named(without, "gpu0")->runtime != "rocm");
  CHECK_FALSE(device_named(without, "gpu0")->runtime_version);
  recorded.write("/opt/rocm/lib/libamdhip64.so.6", "");
  const Machine with = probe_machine(options);
  CHECK(device_named(with, "gpu0")->runtime == "rocm");
  CHECK(device_named(with, "gpu0")->runtime_version == "6.2.0");
}
