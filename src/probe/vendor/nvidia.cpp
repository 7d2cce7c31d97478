// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/nvidia_parts.hpp"
#include "probe/vendor/nvml.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

/// Whether there is anything to ask: a card whose driver is loaded, or WSL with the host's driver.
bool driver_is_here(const Context& context, const std::vector<PciDevice>& on_pci) {
  const bool bound = std::any_of(on_pci.begin(), on_pci.end(), [](const PciDevice& pci) { return pci.driver == "nvidia"; });
  const bool wsl = is_wsl(context.machine) && context.fs.exists("/usr/lib/wsl/lib/libnvidia-ml.so.1");
  return bound || wsl || context.fs.exists("/proc/driver/nvidia/version");
}

std::optional<double> watts(std::optional<std::uint64_t> milliwatts) {
  return milliwatts ? std::optional(static_cast<double>(*milliwatts) / 1e3) : std::nullopt;
}
std::optional<double> hertz(std::optional<std::uint64_t> megahertz) {
  return megahertz ? std::optional(static_cast<double>(*megahertz) * 1e6) : std::nullopt;
}
std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

/// Memory and its bandwidth come in eighths of a card (quarters on A30), whatever the instance's size in bytes says after
/// the driver took its part.
double mig_share(const NvmlGpu& gpu) {
  if (!gpu.card_bytes || !gpu.total_bytes) return 1;
  const double share = static_cast<double>(*gpu.total_bytes) / static_cast<double>(*gpu.card_bytes);
  return std::clamp(std::round(share * 8) / 8, 0.125, 1.0);
}

/// Bytes per second: NVML's memory clock counts one of the two transfers of a cycle, for GDDR and HBM alike (RTX 4090:
/// 384 bits x 10501 MHz x 2 = 1008 GB/s as published; A100 40 GB: 5120 x 1215 x 2 = 1555).
std::optional<double> bandwidth(const Device& device) {
  if (!device.bus_width_bits || !device.memory_clock_hz) return std::nullopt;
  return static_cast<double>(*device.bus_width_bits) / 8 * *device.memory_clock_hz * 2;
}

/// The facts of one GPU, before it is known where its memory is.
Device describe(const Context& context, const NvmlGpu& gpu, const PciDevice* pci, const NvmlAnswer& answer) {
  Device device = device_from_pci(context, pci != nullptr ? *pci : PciDevice{}, Vendor::nvidia);
  if (pci == nullptr) {
    device.pci_id = gpu.pci_id.empty() ? std::nullopt : std::optional(gpu.pci_id);
    device.pci_bus = gpu.bus.empty() ? std::nullopt : std::optional(gpu.bus);
    if (!gpu.subsystem.empty()) device.pci_subsystem = gpu.subsystem;
  }
  device.name = gpu.name.empty() ? "NVIDIA GPU " + device.pci_id.value_or("without PCI id") : gpu.name;
  if (!gpu.uuid_suffix.empty()) device.uuid_suffix = gpu.uuid_suffix;
  if (!gpu.compute_capability.empty()) device.compute_capability = gpu.compute_capability;
  device.core_count = narrow(gpu.cores);
  device.boost_clock_hz = hertz(gpu.sm_clock_mhz);
  device.bus_width_bits = narrow(gpu.bus_width_bits);
  device.memory_clock_hz = hertz(gpu.memory_clock_mhz);
  device.tdp_w = watts(gpu.default_power_limit_mw);
  device.power_limit_w = watts(gpu.power_limit_mw);
  if (!answer.driver_version.empty()) device.driver_version = answer.driver_version;
  device.runtime = context.options.nvml_library.empty() && !has_library(context.fs, "libcuda.so.1")
                       ? std::nullopt
                       : std::optional<std::string>("cuda");
  if (device.runtime && !answer.cuda_version.empty()) device.runtime_version = answer.cuda_version;
  device.is_mig = gpu.is_mig;
  device.drives_display = gpu.drives_display;
  device.how_known = "NVML";
  device.pcie_generation_now = narrow(gpu.pcie_generation_now);
  device.pcie_lanes_max = narrow(gpu.pcie_lanes_max);
  if (gpu.ecc) device.ecc = *gpu.ecc == 1;
  if (gpu.persistence) device.persistence = *gpu.persistence == 1;
  constexpr std::uint64_t k_is_vgpu = 2;  // NVML_GPU_VIRTUALIZATION_MODE_VGPU
  device.is_virtual = gpu.virtualization == k_is_vgpu;
  if (gpu.is_mig) {
    const auto cores = cores_per_multiprocessor(gpu.compute_capability);
    if (gpu.multiprocessors && cores) device.core_count = static_cast<std::uint32_t>(*gpu.multiprocessors * *cores);
    device.share_of_card = mig_share(gpu);
    if (device.bus_width_bits) {
      device.bus_width_bits = static_cast<std::uint32_t>(std::lround(*device.bus_width_bits * *device.share_of_card));
    }
  }
  return device;
}

void add_gpu(Context& context, const NvmlGpu& gpu, const PciDevice* pci, const NvmlAnswer& answer) {
  Device device = describe(context, gpu, pci, answer);
  for (const std::string& missing : gpu.missing) {
    const std::size_t blank = std::min(missing.find(' '), missing.size());
    context.note(device.id + " " + missing.substr(0, blank), missing.substr(std::min(blank + 1, missing.size())));
  }
  if (device.is_virtual)
    context.note(device.id, "a vGPU: other guests use the same card, its speed is shared with them and not known");
  if (gpu.memory_not_supported) {  // GB10 and its like: CPU and GPU share one memory
    device.kind = DeviceKind::integrated_gpu;
    device.pool = 0;
  } else {
    MemoryPool& pool = add_gpu_pool(context, device, gpu.is_mig ? "NVML, MIG instance" : "NVML");
    pool.total_bytes = gpu.total_bytes.value_or(0);
    if (!gpu.total_bytes) pool.total_basis = Basis::assumed;
    pool.free_bytes = gpu.free_bytes;
    if (pool.free_bytes && gpu.total_bytes) pool.free_bytes = std::min(*pool.free_bytes, *gpu.total_bytes);
    pool.bandwidth_bytes_per_s = bandwidth(device);
    if (pool.bandwidth_bytes_per_s) {
      pool.bandwidth_provenance =
          Provenance{.basis = Basis::derived, .source = "NVML: bus width x memory clock x 2", .retrieved = ""};
    }
    if (gpu.c2c == 1U) {
      // 900 GB/s in both directions together (NVIDIA on Grace Hopper and Grace Blackwell, for each GPU).
      context.machine.links.push_back({.from_pool = 0,
                                       .to_pool = device.pool,
                                       .kind = "nvlink-c2c",
                                       .bandwidth_bytes_per_s = 450e9,
                                       .basis = Basis::published});
    } else if (gpu.pcie_generation && gpu.pcie_lanes) {
      add_pcie_link(context, device,
                    PcieLink{static_cast<std::uint32_t>(*gpu.pcie_generation), static_cast<std::uint32_t>(*gpu.pcie_lanes)});
    }
  }
  context.machine.devices.push_back(std::move(device));
}

/// A card the driver said nothing about.
void add_silent_card(Context& context, const PciDevice& pci, const std::string& trouble) {
  Device device = device_from_pci(context, pci, Vendor::nvidia);
  const std::string information = context.fs.text("/proc/driver/nvidia/gpus/" + pci.bus + "/information");
  device.name = clean_text(value_of(information, "Model", ':').value_or(""));
  if (device.name.empty()) device.name = "NVIDIA GPU " + pci.id();
  device.how_known = "PCI bus";
  MemoryPool& pool = add_gpu_pool(context, device, "unknown: the driver was not asked");
  pool.total_basis = Basis::assumed;
  std::string reason = trouble;
  if (pci.driver != "nvidia" && !context.fs.exists("/proc/driver/nvidia/version")) {
    const bool none = pci.driver.empty();
    reason = none ? "NVIDIA's driver is not loaded" : "NVIDIA's driver is not loaded: the card is bound to " + pci.driver;
    forbid(pool, reason);
  } else if (trouble.find("not here") != std::string::npos || trouble.find("does not start") != std::string::npos) {
    forbid(pool, trouble);
  }
  context.note(device.id + " memory", reason.empty() ? "NVML does not list this card" : reason);
  if (const auto link = link_to_host(context.fs, pci)) add_pcie_link(context, device, *link);
  context.machine.devices.push_back(std::move(device));
}

/// CUDA_VISIBLE_DEVICES of this process holds for the programs started from here.
void hide_gpus(Context& context, const std::vector<NvmlGpu>& gpus, std::size_t first_device) {
  if (!context.fs.is_this_system()) return;
  const char* value = std::getenv("CUDA_VISIBLE_DEVICES");
  if (value == nullptr) return;
  const std::string shown = "CUDA_VISIBLE_DEVICES is \"" + clean_text(value, 64) + "\"";
  std::vector<std::string> suffixes;
  bool all_alike = true;
  for (const NvmlGpu& gpu : gpus) {
    suffixes.push_back(gpu.uuid_suffix);
    all_alike = all_alike && gpu.name == gpus.front().name;
  }
  const char* order = std::getenv("CUDA_DEVICE_ORDER");
  const bool by_bus = order != nullptr && std::string_view(order) == "PCI_BUS_ID";
  const auto visible = visible_gpus(value, suffixes, all_alike || by_bus);
  if (!visible) {
    context.note("CUDA_VISIBLE_DEVICES", shown + ": programs started here may see fewer GPUs than are listed");
    return;
  }
  for (std::size_t i = 0; i < visible->size(); ++i) {
    const std::uint32_t pool = context.machine.devices[first_device + i].pool;
    if (!(*visible)[i] && pool != 0) forbid(context.machine.pools[pool], "hidden: " + shown);
  }
}

}  // namespace

NvmlAnswer nvml_answer(Context& context) {
  NvmlAnswer none;
  const auto recorded = context.options.driver_answers.find("nvml");
  if (recorded != context.options.driver_answers.end()) {
    context.heard["nvml"] = recorded->second;
    return parse_nvml_answer(recorded->second);
  }
  if (!context.options.vendor_libraries) {
    none.trouble = "driver libraries are switched off";
    return none;
  }
  if (!context.fs.is_this_system() && context.options.nvml_library.empty()) {
    none.trouble = "recorded machine: its driver cannot be asked";
    return none;
  }
  const DriverQuery& query = *driver_query(context.options.memory_users ? "nvidia-users" : "nvidia");
  const ChildAnswer said = ask_in_child(query, context.options.nvml_library, context.options.vendor_timeout_s);
  std::string heard = said.output;
  // Written down with the answer, so that a recording tells the same story.
  if (!said.trouble.empty()) heard += "\nbroken NVIDIA's driver library " + said.trouble + "\nend\n";
  NvmlAnswer answer = parse_nvml_answer(heard);
  context.heard["nvml"] = std::move(heard);
  return answer;
}

void add_nvml_gpus(Context& context, const NvmlAnswer& answer, const std::vector<PciDevice>& on_pci) {
  const std::size_t first_device = context.machine.devices.size();
  for (const NvmlGpu& gpu : answer.gpus) {
    const auto pci = std::find_if(on_pci.begin(), on_pci.end(), [&](const PciDevice& p) { return p.bus == gpu.bus; });
    add_gpu(context, gpu, pci == on_pci.end() ? nullptr : &*pci, answer);
  }
  add_nvlinks(context, answer.gpus, first_device);
  hide_gpus(context, answer.gpus, first_device);
}

void probe_nvidia(Context& context, const std::vector<PciDevice>& on_pci) {
  if (on_pci.empty() && probe_tegra(context)) return;  // NVML knows little of it, and calls every Orin "Orin (nvgpu)"
  NvmlAnswer answer;
  const bool asked = driver_is_here(context, on_pci);
  if (asked) {
    answer = nvml_answer(context);
    if (!answer.trouble.empty()) context.note("NVIDIA driver", answer.trouble);
  }
  add_nvml_gpus(context, answer, on_pci);
  for (const PciDevice& pci : on_pci) {
    const bool told =
        std::any_of(answer.gpus.begin(), answer.gpus.end(), [&](const NvmlGpu& gpu) { return gpu.bus == pci.bus; });
    if (told) continue;
    if (pci.driver == "vfio-pci") {
      context.note("NVIDIA GPU at " + pci.bus, "handed over to a virtual machine (vfio-pci)");
    } else {
      add_silent_card(context, pci, answer.trouble);
    }
  }
}

}  // namespace canirun::probe
