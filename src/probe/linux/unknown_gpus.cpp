// SPDX-License-Identifier: MIT
#include "probe/linux/unknown_gpus.hpp"

#include <algorithm>

#include "probe/linux/other_accelerators.hpp"
#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/level_zero.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

/// Displays of a known name have been dealt with; a virtual one counts when the host lets it compute.
bool is_unknown(const Context& context, const PciDevice& pci) {
  constexpr std::uint32_t k_nvidia = 0x10de, k_amd = 0x1002, k_intel = 0x8086, k_virtio = 0x1af4;
  if (pci.pci_class >> 16U != 0x03 || pci.driver == "vfio-pci") return false;
  if (pci.vendor == k_virtio) {
    const std::vector<std::string> nodes = context.fs.list(pci.folder + "/drm");
    return std::any_of(nodes.begin(), nodes.end(), [](const std::string& name) { return name.starts_with("renderD"); });
  }
  const bool vendor_known = pci.vendor == k_nvidia || pci.vendor == k_amd || pci.vendor == k_intel;
  return !vendor_known && !only_shows_pictures(pci) && !is_npu(pci);
}

/// A card of this machine whose memory nobody told, and whose driver is there.
bool lacks_memory(const Context& context, const Device& device) {
  if (device.pool == 0 || !device.pci_bus || context.machine.pools[device.pool].total_bytes > 0) return false;
  const std::string driver = context.fs.link_name("/sys/bus/pci/devices/" + *device.pci_bus + "/driver").value_or("");
  return !driver.empty() && driver != "vfio-pci";
}

Vendor vendor_of(std::string_view pci_id) {
  if (pci_id.starts_with("10de:")) return Vendor::nvidia;
  if (pci_id.starts_with("1002:")) return Vendor::amd;
  if (pci_id.starts_with("8086:")) return Vendor::intel;
  if (pci_id.starts_with("5143:") || pci_id.starts_with("17cb:")) return Vendor::qualcomm;
  if (pci_id.starts_with("13b5:")) return Vendor::arm;
  if (pci_id.starts_with("106b:")) return Vendor::apple;
  return Vendor::other;
}

std::string named(const GpuAnswer& gpu) {
  std::string name = gpu.name.empty() ? "GPU " + gpu.pci_id : gpu.name;
  if (!gpu.driver.empty() && lower(name).find(lower(gpu.driver)) == std::string::npos) name += " (" + gpu.driver + ")";
  return name;
}

/// A card that a driver said nothing about: its size, and that engines reach it through Vulkan after all.
void complete_card(Context& context, Device& device, const GpuAnswer& gpu) {
  const std::string reason = context.machine.pools[device.pool].limit_reason;
  add_gpu_answer(context.machine, device, gpu, "Vulkan");
  MemoryPool& pool = context.machine.pools[device.pool];
  pool.limit_bytes.reset();
  pool.limit_reason.clear();
  device.runtime = "vulkan";
  if (!gpu.version.empty()) device.runtime_version = gpu.version;
  context.note(device.id + " driver", named(gpu) + " answers through Vulkan, and only engines built for Vulkan reach it" +
                                          (reason.empty() ? "" : ": " + reason) + "; estimates are for its maker's driver");
}

/// A card with memory of its own that only Vulkan knows.
void add_card(Context& context, const GpuAnswer& gpu, const PciDevice* pci) {
  Device device = device_from_pci(context, pci != nullptr ? *pci : PciDevice{}, vendor_of(gpu.pci_id));
  if (pci == nullptr) {
    device.pci_id = gpu.pci_id.empty() ? std::nullopt : std::optional(gpu.pci_id);
    device.pci_bus = gpu.bus.empty() ? std::nullopt : std::optional(gpu.bus);
  }
  device.name = gpu.name.empty() ? "GPU " + gpu.pci_id : gpu.name;
  device.runtime = "vulkan";
  if (!gpu.version.empty()) device.runtime_version = gpu.version;
  device.is_virtual = gpu.type == "virtual";
  device.how_known = "Vulkan";
  if (pci != nullptr)
    std::erase_if(context.machine.notes, [&](const ProbeNote& note) { return note.fact == "accelerator at " + pci->bus; });
  MemoryPool& pool = add_gpu_pool(context, device, "Vulkan's largest heap of the GPU's own");
  pool.total_bytes = gpu.total_bytes.value_or(0);
  if (!gpu.total_bytes) pool.total_basis = Basis::assumed;
  if (gpu.free_bytes) pool.free_bytes = std::min(*gpu.free_bytes, pool.total_bytes);
  if (pci != nullptr) {
    if (const auto link = link_to_host(context.fs, *pci)) add_pcie_link(context, device, *link);
  }
  context.note(device.id, "known through Vulkan alone (" + named(gpu) + "): its size, not its speed");
  context.machine.devices.push_back(std::move(device));
}

/// A GPU that shares the processor's memory: named, and not counted. Engines are no faster on it than beside it on the
/// processor, or nobody has published how fast.
void note_shared(Context& context, const GpuAnswer& gpu) {
  std::string text = named(gpu) + ": Vulkan";
  if (!gpu.version.empty()) text += " " + gpu.version;
  context.note("GPU through Vulkan", text + " works; it shares the memory, its speed is not known, it is not counted");
}

}  // namespace

void ask_vulkan_about_unknown(Context& context, const std::vector<PciDevice>& on_pci) {
  std::vector<PciDevice> unknown;
  std::copy_if(on_pci.begin(), on_pci.end(), std::back_inserter(unknown),
               [&](const PciDevice& pci) { return is_unknown(context, pci); });
  std::vector<Device>& devices = context.machine.devices;
  const bool silent =
      std::any_of(devices.begin(), devices.end(), [&](const Device& device) { return lacks_memory(context, device); });
  const bool has_gpu =
      std::any_of(devices.begin(), devices.end(), [](const Device& device) { return device.kind != DeviceKind::cpu; });
  const bool off_the_bus =
      !has_gpu && (has_platform_gpu(context.fs) || (is_wsl(context.machine) && context.fs.exists("/dev/dxg")));
  if (unknown.empty() && !silent && !off_the_bus) return;
  const bool here = context.options.driver_answers.contains("vulkan") ||
                    context.options.driver_libraries.contains("vulkan") || has_library(context.fs, "libvulkan.so.1");
  const std::optional<std::string> said = here ? driver_answer(context, "vulkan") : std::nullopt;
  if (!said) return;

  const GpuAnswers answers = parse_gpu_answers(*said);
  if (!answers.trouble.empty()) context.note("Vulkan", answers.trouble);
  std::vector<const GpuAnswer*> used;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!devices[i].pci_bus) continue;
    const GpuAnswer* gpu = answers.of(*devices[i].pci_bus, devices[i].pci_id.value_or(""));
    if (gpu == nullptr || gpu->type == "cpu") continue;
    used.push_back(gpu);
    if (lacks_memory(context, devices[i]) && gpu->total_bytes) complete_card(context, devices[i], *gpu);
  }
  for (const GpuAnswer& gpu : answers.gpus) {
    const auto same = [&](const GpuAnswer* other) { return other == &gpu || (!gpu.bus.empty() && other->bus == gpu.bus); };
    if (gpu.type == "cpu" || std::any_of(used.begin(), used.end(), same)) continue;
    const auto pci = std::find_if(unknown.begin(), unknown.end(), [&](const PciDevice& p) {
      return gpu.bus.empty() ? p.id() == gpu.pci_id || unknown.size() == 1 : p.bus == gpu.bus;
    });
    if (pci == unknown.end() && !off_the_bus) continue;  // known already, in another way
    used.push_back(&gpu);
    if (gpu.type == "discrete" || gpu.type == "virtual") {
      add_card(context, gpu, pci == unknown.end() ? nullptr : &*pci);
    } else {
      note_shared(context, gpu);
    }
  }
}

}  // namespace canirun::probe
