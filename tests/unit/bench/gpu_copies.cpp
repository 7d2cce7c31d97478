// SPDX-License-Identifier: MIT
// Which of the machine's GPUs a driver's answer is about; what is none of them is never taken for one.
#include "bench/gpu_copies.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::bench;

namespace {

Device card(std::string id, std::string pci_id, std::string bus) {
  Device device;
  device.id = device.name = std::move(id);
  device.kind = DeviceKind::discrete_gpu;
  device.pci_id = std::move(pci_id);
  if (!bus.empty()) device.pci_bus = std::move(bus);
  return device;
}

Machine with(std::vector<Device> cards) {
  Machine machine;
  machine.devices.emplace_back();
  for (Device& device : cards) machine.devices.push_back(std::move(device));
  return machine;
}

probe::GpuAnswer answer(std::string pci_id, std::string bus, std::uint64_t rate, std::string type = "discrete") {
  probe::GpuAnswer gpu;
  gpu.pci_id = std::move(pci_id);
  gpu.bus = std::move(bus);
  gpu.name = "a GPU";
  gpu.type = std::move(type);
  if (rate > 0) gpu.copy_bytes_per_s = rate;
  return gpu;
}

}  // namespace

TEST_CASE("copies belong to the card at their address", "[bench][copies]") {
  const Machine two = with({card("gpu0", "10de:2684", "0000:01:00.0"), card("gpu1", "10de:2684", "0000:02:00.0")});
  probe::GpuAnswers answers;
  answers.gpus = {answer("10de:2684", "0000:02:00.0", 700), answer("10de:2684", "0000:01:00.0", 800)};
  const std::vector<GpuCopies> all = match_gpu_copies(two, answers);
  REQUIRE(all.size() == 2);
  CHECK(all[0].device == "gpu0");
  CHECK(all[0].bytes_per_s->typical == 800);
  CHECK(all[1].bytes_per_s->typical == 700);

  // Two of a kind, and a driver that tells no addresses: it cannot be said which is which.
  answers.gpus = {answer("10de:2684", "", 700), answer("10de:2684", "", 800)};
  for (const GpuCopies& each : match_gpu_copies(two, answers)) {
    CHECK_FALSE(each.bytes_per_s);
    CHECK(each.why_not == "neither CUDA nor Vulkan lists it");
  }
  // One of a kind is told by its ids, but not when the address says something else.
  const Machine one = with({card("gpu0", "10de:2684", "0000:01:00.0")});
  answers.gpus = {answer("10de:2684", "", 700)};
  CHECK(match_gpu_copies(one, answers).at(0).bytes_per_s->typical == 700);
  answers.gpus = {answer("10de:2684", "0000:09:00.0", 700)};
  CHECK_FALSE(match_gpu_copies(one, answers).at(0).bytes_per_s);
}

TEST_CASE("of two drivers for one card the faster one counts", "[bench][copies]") {
  const Machine one = with({card("gpu0", "1002:744c", "0000:03:00.0")});
  probe::GpuAnswers answers;
  answers.gpus = {answer("1002:744c", "0000:03:00.0", 0), answer("1002:744c", "0000:03:00.0", 600),
                  answer("1002:744c", "0000:03:00.0", 500)};
  answers.gpus[0].no_copy = "it cannot be opened";
  const std::vector<GpuCopies> all = match_gpu_copies(one, answers);
  REQUIRE(all.size() == 1);
  CHECK(all[0].bytes_per_s->typical == 600);
  CHECK(all[0].why_not.empty());
  answers.gpus.resize(1);
  CHECK(match_gpu_copies(one, answers).at(0).why_not == "it cannot be opened");
}

TEST_CASE("on NVIDIA's cards CUDA's figure counts, whatever Vulkan says", "[bench][copies]") {
  CHECK(copies_tell_bandwidth(Vendor::nvidia, "CUDA"));
  CHECK_FALSE(copies_tell_bandwidth(Vendor::nvidia, "Vulkan"));
  CHECK_FALSE(copies_tell_bandwidth(Vendor::nvidia, ""));
  CHECK(copies_tell_bandwidth(Vendor::amd, "Vulkan"));
  Machine one = with({card("gpu0", "10de:2330", "0000:00:06.0")});
  one.devices[1].vendor = Vendor::nvidia;
  probe::GpuAnswers answers;
  answers.gpus = {answer("", "0000:00:06.0", 600), answer("10de:2330", "0000:00:06.0", 800)};
  answers.gpus[0].asked = "CUDA";
  answers.gpus[1].asked = "Vulkan";
  CHECK(match_gpu_copies(one, answers).at(0).by == "CUDA");
  std::swap(answers.gpus[0], answers.gpus[1]);
  CHECK(match_gpu_copies(one, answers).at(0).bytes_per_s->typical == 600);
  answers.gpus[1].copy_bytes_per_s.reset();  // CUDA failed: shown, with who it was
  CHECK(match_gpu_copies(one, answers).at(0).by == "Vulkan");
}

TEST_CASE("a driver on the processor is told, and is no GPU of the machine", "[bench][copies]") {
  // Even with the card's own ids.
  const Machine one = with({card("gpu0", "1002:744c", "")});
  probe::GpuAnswers answers;
  answers.gpus = {answer("1002:744c", "", 20, "cpu")};
  const std::vector<GpuCopies> all = match_gpu_copies(one, answers);
  REQUIRE(all.size() == 2);
  CHECK_FALSE(all[0].bytes_per_s);
  CHECK(all[1].is_software);
  CHECK(all[1].device.empty());
  CHECK(match_gpu_copies(with({}), {}).empty());
}

TEST_CASE("slices, unsteady cards, and a loader that is not there", "[bench][copies]") {
  Machine machine = with({card("gpu0", "10de:20b0", "0000:01:00.0")});
  probe::GpuAnswers answers;
  answers.gpus = {answer("10de:20b0", "0000:01:00.0", 900)};
  answers.gpus[0].copy_spread_permille = 400;
  CHECK_FALSE(match_gpu_copies(machine, answers).at(0).is_steady);
  answers.gpus[0].copy_spread_permille = 40;
  CHECK(match_gpu_copies(machine, answers).at(0).is_steady);
  machine.devices[1].is_mig = true;
  CHECK_FALSE(match_gpu_copies(machine, answers).at(0).bytes_per_s);
  machine.devices[1].is_mig = false;
  answers.gpus.clear();
  answers.trouble = "Vulkan's loader is not here";
  CHECK(match_gpu_copies(machine, answers).at(0).why_not == "Vulkan's loader is not here");
}
