// SPDX-License-Identifier: MIT
// GPUs that only Vulkan knows: its loader as stub_vulkan.c plays it, through the real child process.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "probe/probe.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

namespace {
constexpr std::uint64_t k_gib = std::uint64_t{1} << 30U;
const std::string k_place = "/sys/bus/pci/devices/0000:03:00.0";

Machine with_vulkan(const Recorded& recorded, const char* plays, double timeout_s = 20) {
  ::setenv("CANIRUN_VULKAN_STUB", plays, 1);
  ProbeOptions options;
  options.root = recorded.root();
  options.driver_libraries["vulkan"] = CANIRUN_STUBS "/vulkan_stub/libvulkan.so.1";
  options.vendor_timeout_s = timeout_s;
  Machine machine = probe_machine(options);
  ::unsetenv("CANIRUN_VULKAN_STUB");
  return machine;
}

/// A desktop with a card of a vendor that nobody here knows.
const Recorded& strange_card() {
  static const Recorded recorded = [] {
    Recorded machine("");
    machine.write(k_place + "/class", "0x030000\n");
    machine.write(k_place + "/vendor", "0x1ed5\n");
    machine.write(k_place + "/device", "0x0201\n");
    machine.link(k_place + "/driver", "../../../../bus/pci/drivers/mtgpu");
    return machine;
  }();
  return recorded;
}

}  // namespace

TEST_CASE("a card of an unknown vendor has the size that Vulkan tells") {
  const Machine machine = with_vulkan(strange_card(), "mtt");
  REQUIRE(machine.devices.size() == 2);  // the renderer that runs on the processor is no GPU
  const Device& card = machine.devices[1];
  CHECK(card.kind == DeviceKind::discrete_gpu);
  CHECK(card.vendor == Vendor::other);
  CHECK(card.name == "MTT S80");
  CHECK(card.pci_id == "1ed5:0201");
  CHECK(card.pci_bus == "0000:03:00.0");
  CHECK(card.runtime == "vulkan");
  CHECK(card.runtime_version == "1.3.255");
  CHECK(card.how_known == "Vulkan");
  const MemoryPool& memory = machine.pools.at(card.pool);
  CHECK(memory.total_bytes == 16 * k_gib);                             // not the 256 MiB window, not the host's heap
  CHECK(memory.free_bytes == 15 * k_gib - (std::uint64_t{1} << 20U));  // budget less what the child itself uses
  CHECK_FALSE(memory.bandwidth_bytes_per_s);                           // nobody said
  CHECK(note_about(machine, "gpu0").find("Moore Threads") != std::string::npos);
  CHECK(note_about(machine, "accelerator at 0000:03:00.0").empty());  // it is known now
}

TEST_CASE("a driver of Vulkan 1.0 tells no address: the ids say which card it is") {
  const Machine machine = with_vulkan(strange_card(), "old");
  REQUIRE(machine.devices.size() == 2);
  CHECK(machine.pools.at(machine.devices[1].pool).total_bytes == 4 * k_gib);
  CHECK_FALSE(machine.pools.at(machine.devices[1].pool).free_bytes);
}

TEST_CASE("a card behind nouveau is usable where Vulkan answers, and listed once") {
  Recorded recorded("");
  const std::string place = "/sys/bus/pci/devices/0000:01:00.0";
  recorded.write(place + "/class", "0x030000\n");
  recorded.write(place + "/vendor", "0x10de\n");
  recorded.write(place + "/device", "0x1f02\n");
  recorded.link(place + "/driver", "../../../../bus/pci/drivers/nouveau");
  const Machine machine = with_vulkan(recorded, "nvk");
  REQUIRE(machine.devices.size() == 2);  // two drivers list it
  const Device& card = machine.devices[1];
  CHECK(card.name == "NVIDIA GeForce RTX 2070 (NVK TU106)");
  CHECK(card.runtime == "vulkan");
  CHECK(machine.pools.at(card.pool).total_bytes == 8 * k_gib);
  CHECK_FALSE(machine.pools.at(card.pool).limit_bytes);
  CHECK(note_about(machine, "gpu0 memory").empty());
  CHECK(note_about(machine, "gpu0 driver").find("only engines built for Vulkan") != std::string::npos);

  // Without an answer nothing may be placed on it, as before.
  const Machine silent = with_vulkan(recorded, "none");
  CHECK(silent.pools.at(silent.devices.at(1).pool).limit_bytes == 0U);
  CHECK(note_about(silent, "Vulkan").find("no driver that fits") != std::string::npos);
}

TEST_CASE("GPUs that share the memory are named, not counted") {
  for (const char* driver : {"panthor", "msm"}) {
    const bool mali = std::string(driver) == "panthor";
    Recorded recorded("");
    recorded.link("/sys/class/drm/renderD128", "../../devices/platform/gpu/drm/renderD128");
    recorded.write("/sys/devices/platform/gpu/drm/renderD128/dev", "226:128\n");
    recorded.link("/sys/devices/platform/gpu/drm/renderD128/device", "../../../gpu");
    recorded.link("/sys/devices/platform/gpu/driver", std::string("../../../bus/platform/drivers/") + driver);
    const Machine machine = with_vulkan(recorded, mali ? "mali" : "adreno");
    CHECK(machine.devices.size() == 1);
    CHECK(machine.pools.size() == 1);
    CHECK(note_about(machine, "GPU through Vulkan").find(mali ? "Mali-G610 (Panfrost)" : "Adreno X1-85") == 0);
  }
}

TEST_CASE("a host's card through virtio, and Windows' card in WSL") {
  Recorded guest("");
  guest.write("/sys/bus/pci/devices/0000:00:01.0/class", "0x030000\n");
  guest.write("/sys/bus/pci/devices/0000:00:01.0/vendor", "0x1af4\n");
  guest.write("/sys/bus/pci/devices/0000:00:01.0/device", "0x1050\n");
  CHECK(with_vulkan(guest, "venus").devices.size() == 1);  // it only shows pictures
  guest.write("/sys/bus/pci/devices/0000:00:01.0/drm/renderD128/dev", "226:128\n");
  const Machine machine = with_vulkan(guest, "venus");
  REQUIRE(machine.devices.size() == 2);
  CHECK(machine.devices[1].is_virtual);
  CHECK(machine.pools.at(machine.devices[1].pool).total_bytes == 16 * k_gib);

  Recorded wsl("");
  wsl.write("/proc/sys/kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n");
  wsl.write("/dev/dxg", "");
  const Machine windows = with_vulkan(wsl, "dozen");
  REQUIRE(windows.devices.size() == 2);
  CHECK(windows.devices[1].vendor == Vendor::amd);
  CHECK(windows.devices[1].pci_id == "1002:744c");
  CHECK(note_about(windows, "GPU").empty());  // no word about NVIDIA's alone
}

TEST_CASE("nothing is loaded when every GPU is known") {
  const Recorded recorded("desktop-amd");
  const Machine machine = with_vulkan(recorded, "crash");
  CHECK(note_about(machine, "Vulkan").empty());
  CHECK(machine.pools.at(device_named(machine, "gpu0")->pool).total_bytes > 0);
}

TEST_CASE("Vulkan drivers that hang, crash and talk nonsense") {
  CHECK(note_about(with_vulkan(strange_card(), "hang", 0.25), "Vulkan") == "the library no answer within 0.25 s");
  CHECK(note_about(with_vulkan(strange_card(), "crash"), "Vulkan") == "the library crashed (SIGABRT)");
  const Machine late = with_vulkan(strange_card(), "crash_late");
  CHECK(note_about(late, "Vulkan") == "the library crashed (SIGSEGV)");
  REQUIRE(late.devices.size() == 2);  // what was said before it is kept
  CHECK(late.pools.at(1).total_bytes == 16 * k_gib);
  const Machine empty = with_vulkan(strange_card(), "empty");
  CHECK(empty.devices.size() == 1);
  CHECK(note_about(empty, "accelerator at 0000:03:00.0") != "");
  const Machine garbage = with_vulkan(strange_card(), "garbage");
  for (const Device& device : garbage.devices) CHECK(device.name.find('\x1b') == std::string::npos);
  CHECK(garbage.devices.size() == 1);  // a card of an unknown kind without a size is no card
  CHECK(note_about(garbage, "GPU through Vulkan").find("MTT]0;owned S80 gpu 1") == 0);
}

TEST_CASE("a loader that is not there") {
  ProbeOptions options;
  options.root = strange_card().root();
  options.driver_libraries["vulkan"] = "/nonexistent/libvulkan.so.1";
  CHECK(note_about(probe_machine(options), "Vulkan").find("loader is not here") != std::string::npos);
  options.vendor_libraries = false;
  CHECK(note_about(probe_machine(options), "Vulkan").empty());
}

TEST_CASE("answers about GPUs, whole, cut and wrong") {
  const GpuAnswers whole = parse_gpu_answers(
      "version 1.3\ngpu \nbus 0000:03:00.0\npci 8086:56A0\nname A\ntype discrete\ntotal_bytes 12\ncores 4096\nend_gpu \nend "
      "\n");
  REQUIRE(whole.gpus.size() == 1);
  CHECK(whole.trouble.empty());
  CHECK(whole.version == "1.3");
  CHECK(whole.gpus[0].pci_id == "8086:56a0");
  CHECK(whole.of("0000:03:00.0", "") == &whole.gpus[0]);
  CHECK(whole.of("0000:04:00.0", "8086:56a0") == nullptr);  // an address that is told is believed

  CHECK(parse_gpu_answers("").trouble == "the driver's answer breaks off");
  const GpuAnswers odd = parse_gpu_answers(
      "gpu\nbus 3\npci 8086:56zz\ntype toaster\ntotal_bytes 9999999999999999999\ncores 0\nclock_mhz -1\nend_gpu\nname "
      "B\nend");
  REQUIRE(odd.gpus.size() == 1);
  CHECK(odd.gpus[0].bus.empty());
  CHECK(odd.gpus[0].pci_id.empty());
  CHECK(odd.gpus[0].type == "other");
  CHECK_FALSE(odd.gpus[0].total_bytes);
  CHECK_FALSE(odd.gpus[0].cores);
  CHECK_FALSE(odd.gpus[0].clock_mhz);
  CHECK(odd.gpus[0].name.empty());

  const GpuAnswers twins = parse_gpu_answers("gpu\npci 1002:744c\nend_gpu\ngpu\npci 1002:744c\nend_gpu\nend\n");
  CHECK(twins.of("0000:03:00.0", "1002:744c") == nullptr);  // which of the two cannot be said
}
