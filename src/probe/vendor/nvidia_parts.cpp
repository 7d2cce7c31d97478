// SPDX-License-Identifier: MIT
#include "probe/vendor/nvidia_parts.hpp"

#include <algorithm>

#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {

std::optional<std::uint32_t> cores_per_multiprocessor(std::string_view capability) {
  struct Row {
    std::string_view capability;
    std::uint32_t cores;
  };
  static constexpr Row k_rows[] = {{"5.0", 128}, {"5.2", 128}, {"5.3", 128},  {"6.0", 64},   {"6.1", 128},  {"6.2", 128},
                                   {"7.0", 64},  {"7.2", 64},  {"7.5", 64},   {"8.0", 64},   {"8.6", 128},  {"8.7", 128},
                                   {"8.9", 128}, {"9.0", 128}, {"10.0", 128}, {"10.3", 128}, {"12.0", 128}, {"12.1", 128}};
  for (const Row& row : k_rows) {
    if (row.capability == capability) return row.cores;
  }
  return std::nullopt;
}

std::optional<double> nvlink_bytes_per_s(unsigned version) {
  switch (
      version) {  // nvmlDeviceGetNvLinkVersion counts 1.0 as 1, 2.0 as 2, 2.2 as 3, 3.0 as 4, 3.1 as 5, 4.0 as 6, 5.0 as 7
    case 1:
      return 20e9;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return 25e9;
    case 7:
      return 50e9;
    default:
      return std::nullopt;
  }
}

void add_nvlinks(Context& context, const std::vector<NvmlGpu>& gpus, std::size_t first_device) {
  const auto is_gpu = [&](const std::string& bus) {
    return std::any_of(gpus.begin(), gpus.end(), [&](const NvmlGpu& gpu) { return gpu.bus == bus; });
  };
  const auto rate = [&](const NvmlGpu& gpu, const std::string& to) {  // "" counts the links to switches
    double sum = 0;
    for (const NvmlGpu::NvLink& link : gpu.nvlinks) {
      if (to.empty() ? !is_gpu(link.bus) : link.bus == to) sum += nvlink_bytes_per_s(link.version).value_or(0);
    }
    return sum;
  };
  const std::vector<Device>& devices = context.machine.devices;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    for (std::size_t j = i + 1; j < gpus.size() && first_device + j < devices.size(); ++j) {
      const double straight = rate(gpus[i], gpus[j].bus);
      const double switched = std::min(rate(gpus[i], ""), rate(gpus[j], ""));
      const double best = std::max(straight, switched);
      const std::uint32_t from = devices[first_device + i].pool, to = devices[first_device + j].pool;
      if (best <= 0 || from == to) continue;
      context.machine.links.push_back({.from_pool = from,
                                       .to_pool = to,
                                       .kind = straight >= switched ? "nvlink" : "nvlink, through a switch",
                                       .bandwidth_bytes_per_s = best,
                                       .basis = Basis::derived});
    }
  }
}

std::optional<std::vector<bool>> visible_gpus(std::string_view value, const std::vector<std::string>& suffixes,
                                              bool numbered_as_listed) {
  std::vector<bool> visible(suffixes.size(), false);
  while (true) {
    const std::string_view word = trim(value.substr(0, value.find(',')));
    std::size_t which = suffixes.size();
    if (const auto number = whole_number(word)) {
      if (!numbered_as_listed && *number < suffixes.size()) return std::nullopt;
      which = static_cast<std::size_t>(std::min<std::uint64_t>(*number, suffixes.size()));
    } else if (word.starts_with("GPU-") || word.starts_with("MIG-")) {
      if (word.size() < 40) return std::nullopt;  // abbreviated: the driver's whole serial number would be needed
      const std::string end = lower(word.substr(word.size() - 4));
      const auto at = std::find_if(suffixes.begin(), suffixes.end(), [&](const std::string& s) { return lower(s) == end; });
      which = static_cast<std::size_t>(at - suffixes.begin());
    }
    if (which >= suffixes.size()) return visible;  // "-1", "NoDevFiles", a card that is not here: the rest is ignored
    visible[which] = true;
    if (value.find(',') == std::string_view::npos) return visible;
    value.remove_prefix(value.find(',') + 1);
  }
}

std::string_view jetson_name(std::string_view compatible) {
  struct Module {
    std::string_view part, name;
  };
  // Part numbers of the modules, NVIDIA's Jetson Linux developer guide ("Jetson Modules and Configurations").
  static constexpr Module k_modules[] = {{"p3701-0000", "NVIDIA Jetson AGX Orin 32GB"},
                                         {"p3701-0004", "NVIDIA Jetson AGX Orin 32GB"},
                                         {"p3701-0005", "NVIDIA Jetson AGX Orin 64GB"},
                                         {"p3701-0008", "NVIDIA Jetson AGX Orin 64GB"},
                                         {"p3767-0000", "NVIDIA Jetson Orin NX 16GB"},
                                         {"p3767-0001", "NVIDIA Jetson Orin NX 8GB"},
                                         {"p3767-0003", "NVIDIA Jetson Orin Nano 8GB"},
                                         {"p3767-0004", "NVIDIA Jetson Orin Nano 4GB"},
                                         {"p3767-0005", "NVIDIA Jetson Orin Nano 8GB"},
                                         {"p3834-0008", "NVIDIA Jetson AGX Thor (T5000)"},
                                         {"p3668", "NVIDIA Jetson Xavier NX"},
                                         {"p2888", "NVIDIA Jetson AGX Xavier"},
                                         {"p3310", "NVIDIA Jetson TX2"},
                                         {"p3448", "NVIDIA Jetson Nano"}};
  for (const Module& module : k_modules) {
    if (compatible.find(module.part) != std::string_view::npos) return module.name;
  }
  return {};
}

bool probe_tegra(Context& context) {
  const std::string compatible = context.fs.text("/proc/device-tree/compatible", 1024);
  if (compatible.find("nvidia,tegra") == std::string::npos) return false;
  Device device = device_from_pci(context, PciDevice{}, Vendor::nvidia);
  device.pci_id.reset();
  device.pci_bus.reset();
  device.kind = DeviceKind::integrated_gpu;
  device.pool = 0;
  device.name = jetson_name(compatible);
  if (device.name.empty()) device.name = clean_text(context.fs.text("/proc/device-tree/model", 256));
  if (has_library(context.fs, "tegra/libcuda.so.1") || has_library(context.fs, "nvidia/libcuda.so.1") ||
      has_library(context.fs, "libcuda.so.1"))
    device.runtime = "cuda";
  for (const char* folder : {"/sys/class/devfreq/17000000.gpu", "/sys/class/devfreq/17000000.ga10b",
                             "/sys/class/devfreq/17000000.gv11b", "/sys/class/devfreq/57000000.gpu"}) {
    const auto hertz = context.fs.number(std::string(folder) + "/max_freq");
    if (hertz && *hertz > 0 && *hertz < 10'000'000'000U) device.boost_clock_hz = static_cast<double>(*hertz);
  }
  device.how_known = "device tree";
  context.machine.devices.push_back(std::move(device));
  return true;
}

}  // namespace canirun::probe
