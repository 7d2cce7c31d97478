// SPDX-License-Identifier: MIT
#include "probe/linux/other_accelerators.hpp"

#include <algorithm>

#include "probe/linux/system.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

struct Known {
  std::uint32_t vendor, device;  ///< device 0: every one of the vendor
  std::string_view name;
};
// PCI ids as the kernel's drivers list them (drivers/accel, amdxdna, ivpu, habanalabs, qaic) and pci.ids.
constexpr Known k_npus[] = {{0x1022, 0x1502, "AMD XDNA (Phoenix, Hawk Point)"},
                            {0x1022, 0x17f0, "AMD XDNA 2 (Strix, Krackan)"},
                            {0x8086, 0x7d1d, "Intel NPU (Meteor Lake)"},
                            {0x8086, 0xad1d, "Intel NPU (Arrow Lake)"},
                            {0x8086, 0x643e, "Intel NPU (Lunar Lake)"},
                            {0x8086, 0xb03e, "Intel NPU (Panther Lake)"},
                            {0x8086, 0xfd3e, "Intel NPU (Wildcat Lake)"},
                            {0x1ac1, 0, "Google Coral"},
                            {0x1e60, 0, "Hailo"}};
constexpr Known k_accelerators[] = {
    {0x19e5, 0, "Huawei Ascend"}, {0x1da3, 0, "Intel Gaudi (Habana)"}, {0x17cb, 0xa100, "Qualcomm Cloud AI 100"},
    {0x1e52, 0, "Tenstorrent"},   {0x1ed5, 0, "Moore Threads"},        {0x1d0f, 0, "AWS Neuron"},
    {0x1ae0, 0, "Google TPU"}};

std::string_view name_in(const auto& table, const PciDevice& pci) {
  for (const Known& known : table) {
    if (known.vendor == pci.vendor && (known.device == 0 || known.device == pci.device)) return known.name;
  }
  return {};
}

void note_npus_on_pci(Context& context) {
  for (const PciDevice& pci : devices_on_pci(context.fs, [](std::uint32_t pci_class) {
         const std::uint32_t base = pci_class >> 16U;
         return base == 0x12 || base == 0x11 || base == 0x08;  // accelerators; signal processing; AMD's and Coral's choice
       })) {
    const std::string_view name = name_in(k_npus, pci);
    if (name.empty()) continue;
    context.note("NPU", std::string(name) + ", " + pci.id() +
                            (pci.driver.empty() ? ", no driver loaded" : ", driver " + pci.driver) +
                            ": it is there, and llama.cpp does not use it");
  }
}

/// GPUs of Arm chips sit on the platform bus: what the one behind this render node is called; "" for others.
std::string_view platform_gpu(const FsRoot& fs, const std::string& node) {
  struct Driver {
    std::string_view driver, name;
  };
  static constexpr Driver k_drivers[] = {
      {"panfrost", "Arm Mali"},      {"panthor", "Arm Mali"},       {"mali", "Arm Mali"},
      {"lima", "Arm Mali"},          {"msm", "Qualcomm Adreno"},    {"msm_dpu", "Qualcomm Adreno"},
      {"adreno", "Qualcomm Adreno"}, {"v3d", "Broadcom VideoCore"}, {"powervr", "Imagination PowerVR"},
      {"asahi", "Apple GPU"}};
  if (!node.starts_with("renderD")) return {};
  const std::string driver = fs.link_name("/sys/class/drm/" + node + "/device/driver").value_or("");
  for (const Driver& known : k_drivers) {
    if (known.driver == driver) return known.name;
  }
  return {};
}

void note_platform_gpus(Context& context) {
  for (const std::string& node : context.fs.list("/sys/class/drm")) {
    const std::string_view name = platform_gpu(context.fs, node);
    if (name.empty()) continue;
    const std::string driver = context.fs.link_name("/sys/class/drm/" + node + "/device/driver").value_or("");
    context.note("GPU " + std::string(name),
                 "driver " + clean_text(driver, 16) + ": shares the memory; only Vulkan could use it, it is not counted");
  }
}

}  // namespace

bool only_shows_pictures(const PciDevice& pci) {
  if (pci.pci_class >> 16U != 0x03) return false;
  constexpr std::uint32_t k_known[] = {0x1a03 /* ASPEED */,  0x102b /* Matrox */,
                                       0x1af4 /* virtio */,  0x1b36 /* QEMU */,
                                       0x1234 /* Bochs */,   0x1013 /* Cirrus */,
                                       0x15ad /* VMware */,  0x80ee /* VirtualBox */,
                                       0x1414 /* Hyper-V */, 0x19e5 /* Huawei's management chip */};
  return std::find(std::begin(k_known), std::end(k_known), pci.vendor) != std::end(k_known);
}

std::string_view accelerator_name(const PciDevice& pci) { return name_in(k_accelerators, pci); }

bool is_npu(const PciDevice& pci) { return !name_in(k_npus, pci).empty() || pci.driver == "intel_vpu"; }

bool has_platform_gpu(const FsRoot& fs) {
  const std::vector<std::string> nodes = fs.list("/sys/class/drm");
  return std::any_of(nodes.begin(), nodes.end(), [&](const std::string& node) { return !platform_gpu(fs, node).empty(); });
}

void note_unused_accelerators(Context& context, bool has_gpu) {
  note_npus_on_pci(context);
  note_platform_gpus(context);
  if (!has_gpu && is_wsl(context.machine) && context.fs.exists("/dev/dxg")) {
    context.note("GPU", "Windows shares one through /dev/dxg; only NVIDIA's can be told from here (/usr/lib/wsl/lib)");
  }
}

}  // namespace canirun::probe
