// SPDX-License-Identifier: MIT
#include "bench/gpu_copies.hpp"

#include <algorithm>

namespace canirun::bench {
namespace {

using probe::GpuAnswer;
using probe::GpuAnswers;

constexpr double k_steady = 0.25;  // spread of repetitions up to which nobody else uses the card much

bool is_gpu(const Device& device) {
  return device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
}

bool is_software(const GpuAnswer& gpu) { return gpu.type == "cpu"; }

/// What the drivers say of this card: by its address, else by its ids when no other card has them.
std::vector<const GpuAnswer*> answers_of(const Device& device, const Machine& machine, const GpuAnswers& answers) {
  std::vector<const GpuAnswer*> found;
  const auto twins = std::count_if(machine.devices.begin(), machine.devices.end(), [&](const Device& other) {
    return is_gpu(other) && device.pci_id && other.pci_id == device.pci_id;
  });
  for (const GpuAnswer& gpu : answers.gpus) {
    if (is_software(gpu)) continue;
    const bool by_bus = !gpu.bus.empty() && device.pci_bus && gpu.bus == *device.pci_bus;
    const bool no_address = gpu.bus.empty() || !device.pci_bus;
    const bool by_ids = no_address && twins == 1 && device.pci_id && gpu.pci_id == *device.pci_id;
    if (by_bus || by_ids) found.push_back(&gpu);
  }
  return found;
}

GpuCopies from(const GpuAnswer& gpu) {
  GpuCopies copies;
  copies.name = gpu.name;
  copies.driver = gpu.driver;
  copies.by = gpu.asked;
  copies.buffer_bytes = gpu.copy_buffer_bytes.value_or(0);
  copies.is_software = is_software(gpu);
  copies.why_not = gpu.no_copy;
  if (gpu.copy_bytes_per_s) {
    copies.bytes_per_s = Repeated{.typical = static_cast<double>(*gpu.copy_bytes_per_s),
                                  .spread = static_cast<double>(gpu.copy_spread_permille.value_or(0)) / 1000,
                                  .repetitions = static_cast<std::uint32_t>(gpu.copy_repetitions.value_or(1))};
    copies.is_steady = copies.bytes_per_s->spread <= k_steady;
  } else if (copies.why_not.empty()) {
    copies.why_not = "the driver's answer breaks off";
  }
  return copies;
}

/// Those that tell something of the memory before those that do not, then the faster ones.
bool is_better(const GpuCopies& copies, const GpuCopies& best, Vendor vendor) {
  if (!copies.bytes_per_s || !best.bytes_per_s) return copies.bytes_per_s.has_value();
  const bool tells = copies_tell_bandwidth(vendor, copies.by);
  if (tells != copies_tell_bandwidth(vendor, best.by)) return tells;
  return copies.bytes_per_s->typical > best.bytes_per_s->typical;
}

GpuCopies of_device(const Device& device, const Machine& machine, const GpuAnswers& answers) {
  GpuCopies best;
  if (device.is_mig) {
    best.why_not = "a slice of a card: only whole ones are measured";
  } else {
    for (const GpuAnswer* gpu : answers_of(device, machine, answers)) {
      GpuCopies copies = from(*gpu);
      const bool is_first = best.name.empty() && best.why_not.empty();
      if (is_first || is_better(copies, best, device.vendor)) best = std::move(copies);
    }
    if (!best.bytes_per_s && best.why_not.empty())
      best.why_not = answers.trouble.empty() ? "neither CUDA nor Vulkan lists it" : answers.trouble;
  }
  best.device = device.id;
  if (best.name.empty()) best.name = device.name;
  return best;
}

}  // namespace

bool copies_tell_bandwidth(Vendor vendor, std::string_view by) { return vendor != Vendor::nvidia || by == "CUDA"; }

std::vector<GpuCopies> match_gpu_copies(const Machine& machine, const GpuAnswers& answers) {
  std::vector<GpuCopies> all;
  for (const Device& device : machine.devices) {
    if (is_gpu(device)) all.push_back(of_device(device, machine, answers));
  }
  for (const GpuAnswer& gpu : answers.gpus) {
    if (is_software(gpu)) all.push_back(from(gpu));
  }
  return all;
}

}  // namespace canirun::bench
