// SPDX-License-Identifier: MIT
#include <algorithm>

#include "probe/child.hpp"
#include "probe/linux/system.hpp"
#include "probe/text.hpp"
#include "probe/vendor/common_ids.hpp"
#include "probe/vendor/drm_memory.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

/// Intel's integrated GPUs have been at this address since they moved into the processor. A hypervisor may put a card that
/// it hands over there.
bool is_integrated(const PciDevice& pci) { return pci.bus == "0000:00:02.0" && !is_intel_card(pci.device); }

bool is_tile(std::string_view name) { return name.rfind("tile", 0) == 0 && whole_number(name.substr(4)).has_value(); }

/// xe: physical_vram_size_bytes of each tile. i915 has it on the card in Intel's own builds (lmem_total_bytes); mainline
/// i915 says nothing.
std::optional<std::uint64_t> local_memory_bytes(const FsRoot& fs, const PciDevice& pci) {
  constexpr std::uint64_t k_most_memory = std::uint64_t{1} << 50;
  std::uint64_t sum = 0;
  for (const std::string& name : fs.list(pci.folder)) {
    if (!is_tile(name)) continue;
    const std::string tile = pci.folder + "/" + name;
    auto bytes = fs.number(tile + "/physical_vram_size_bytes");
    if (!bytes) bytes = fs.number(tile + "/memory/physical_vram_size_bytes");
    if (bytes && *bytes < k_most_memory) sum += *bytes;
  }
  if (sum > 0) return sum;
  for (const std::string& card : fs.list(pci.folder + "/drm")) {
    const auto bytes =
        card.rfind("card", 0) == 0 ? fs.number(pci.folder + "/drm/" + card + "/lmem_total_bytes") : std::nullopt;
    if (bytes && *bytes > 0 && *bytes < k_most_memory) return bytes;
  }
  return std::nullopt;
}

/// Highest clock of the render engine: xe tile0/gt0/freq0/rp0_freq, i915 drm/cardN/gt_RP0_freq_mhz; both in MHz.
std::optional<double> boost_clock_hz(const FsRoot& fs, const PciDevice& pci) {
  auto mhz = fs.number(pci.folder + "/tile0/gt0/freq0/rp0_freq");
  for (const std::string& card : fs.list(pci.folder + "/drm")) {
    if (!mhz && card.rfind("card", 0) == 0) mhz = fs.number(pci.folder + "/drm/" + card + "/gt_RP0_freq_mhz");
  }
  return mhz && *mhz > 0 && *mhz <= 20'000 ? std::optional(static_cast<double>(*mhz) * 1e6) : std::nullopt;
}

std::optional<std::string> runtime(const FsRoot& fs) {
  if (has_library(fs, "libze_intel_gpu.so.1")) return "sycl";
  return has_library(fs, "libvulkan.so.1") ? std::optional<std::string>("vulkan") : std::nullopt;
}

/// GPUs up to Gen 11 have no integer dot product: engines are no faster on them than on the processor beside them. By the
/// upper half of the PCI id (kernel include/drm/intel/pciids.h).
bool is_old(const PciDevice& pci) {
  static constexpr std::uint32_t k_old[] = {0x00, 0x01, 0x04, 0x0a, 0x0c, 0x0d, 0x0f, 0x16, 0x19, 0x1a, 0x22, 0x31,
                                            0x3e, 0x41, 0x45, 0x4e, 0x4f, 0x59, 0x5a, 0x87, 0x8a, 0x98, 0x9b};
  return std::find(std::begin(k_old), std::end(k_old), pci.device >> 8U) != std::end(k_old);
}

/// The driver's own count, asked in a child process.
DrmMemory ask_driver(Context& context, const PciDevice& pci) {
  const std::string key = "drm " + pci.bus;
  const auto recorded = context.options.driver_answers.find(key);
  if (recorded != context.options.driver_answers.end()) {
    context.heard[key] = recorded->second;
    return parse_drm_memory(recorded->second);
  }
  if (!context.fs.is_this_system() || !context.options.vendor_libraries || is_asleep(context.fs, pci)) return {};
  for (const std::string& name : context.fs.list(pci.folder + "/drm")) {
    if (name.rfind("renderD", 0) != 0) continue;
    const ChildAnswer said = run_in_child([&](int fd) { write_drm_memory("/dev/dri/" + name, pci.driver, fd); },
                                          context.options.vendor_timeout_s, 4096);
    if (!said.trouble.empty()) context.note("driver of " + pci.bus, pci.driver + " " + said.trouble);
    context.heard[key] = said.output;
    return parse_drm_memory(said.output);
  }
  return {};
}

void add_card_memory(Context& context, const PciDevice& pci, Device& device) {
  MemoryPool& pool = add_gpu_pool(context, device, pci.driver + " sysfs");
  pool.total_basis = Basis::assumed;
  const bool has_driver = pci.driver == "xe" || pci.driver == "i915";
  const DrmMemory told = has_driver ? ask_driver(context, pci) : DrmMemory{};
  auto bytes = local_memory_bytes(context.fs, pci);
  if (!bytes && told.total_bytes.value_or(0) > 0) {
    bytes = told.total_bytes;
    pool.description = pci.driver + " memory regions";
  }
  if (bytes) {
    pool.total_bytes = *bytes;
    pool.total_basis = Basis::measured;
    if (told.used_bytes) {
      pool.free_bytes = *bytes - std::min(*bytes, *told.used_bytes);
    } else {
      context.note(device.id + " free memory", "Intel's driver tells it to root only (CAP_PERFMON)");
    }
  } else {
    context.note(device.id + " memory", pci.driver.empty() ? "no driver is loaded (xe or i915)"
                                                           : pci.driver + " does not say in /sys how much the card has");
  }
  if (!has_driver) {
    forbid(pool, pci.driver.empty() ? "no driver is loaded (xe or i915)" : "bound to " + pci.driver + ", not to xe or i915");
  }
  if (const auto link = link_to_host(context.fs, pci)) add_pcie_link(context, device, *link);
}

}  // namespace

void probe_intel(Context& context, const PciDevice& pci) {
  const FsRoot& fs = context.fs;
  if (pci.driver == "vfio-pci") {
    context.note("Intel GPU at " + pci.bus, "handed over to a virtual machine (vfio-pci)");
    return;
  }
  if (is_integrated(pci) && is_old(pci)) {
    context.note("Intel GPU " + pci.id(), "an older integrated GPU: models run on the processor, it is not counted");
    return;
  }
  Device device = device_from_pci(context, pci, Vendor::intel);
  device.name = "Intel GPU " + pci.id();
  device.how_known = pci.driver.empty() ? "PCI bus" : pci.driver + " sysfs";
  device.boost_clock_hz = boost_clock_hz(fs, pci);
  if (is_asleep(fs, pci)) {
    context.note(device.id + " power limit", "asleep; not woken to ask");
  } else {
    device.power_limit_w = hwmon_watts(fs, pci, {"power1_cap", "power1_max"});
  }
  device.runtime = runtime(fs);
  device.drives_display = drives_display(fs, pci);
  if (is_integrated(pci)) {
    device.kind = DeviceKind::integrated_gpu;
    device.pool = 0;
  } else {
    add_card_memory(context, pci, device);
  }
  const bool has_driver = pci.driver == "xe" || pci.driver == "i915";
  if (const std::string trouble = has_driver ? render_node_trouble(context, pci) : ""; !trouble.empty()) {
    context.note(device.id, trouble);
    if (device.pool != 0) forbid(context.machine.pools[device.pool], trouble);
  }
  context.machine.devices.push_back(std::move(device));
}

}  // namespace canirun::probe
