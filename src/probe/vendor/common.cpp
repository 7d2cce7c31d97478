// SPDX-License-Identifier: MIT
#include "probe/text.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {

MemoryPool& add_gpu_pool(Context& context, Device& device, std::string description) {
  MemoryPool& pool = context.machine.pools.emplace_back();
  device.pool = static_cast<std::uint32_t>(context.machine.pools.size() - 1);
  pool.id = device.id;
  pool.kind = PoolKind::gpu;
  pool.description = std::move(description);
  return pool;
}

void forbid(MemoryPool& pool, std::string reason) {
  pool.limit_bytes = 0;
  pool.limit_reason = std::move(reason);
}

std::string render_node_trouble(const Context& context, const PciDevice& pci) {
  const FsRoot& fs = context.fs;
  if (!fs.is_this_system() && !fs.exists("/dev/dri")) return {};  // recorded without /dev
  for (const std::string& name : fs.list(pci.folder + "/drm")) {
    if (name.rfind("renderD", 0) != 0) continue;
    const std::string node = "/dev/dri/" + clean_text(name, 16);
    if (!fs.exists(node)) return node + " is not here (container without the device?)";
    if (!fs.accessible(node)) return "no permission on " + node + " (join its group, usually render)";
    return {};
  }
  return "its driver offers no render node";
}

bool drives_display(const FsRoot& fs, const PciDevice& pci) {
  for (const std::string& card : fs.list(pci.folder + "/drm")) {
    if (card.rfind("card", 0) != 0) continue;
    for (const std::string& connector : fs.list(pci.folder + "/drm/" + card)) {
      if (connector.rfind(card + "-", 0) != 0) continue;
      if (trim(fs.text(pci.folder + "/drm/" + card + "/" + connector + "/status", 64)) == "connected") return true;
    }
  }
  return false;
}

std::optional<double> hwmon_watts(const FsRoot& fs, const PciDevice& pci, std::initializer_list<std::string_view> names) {
  constexpr double k_most_watts = 10'000;
  for (const std::string& monitor : fs.list(pci.folder + "/hwmon")) {
    for (const std::string_view name : names) {
      const auto microwatts = fs.number(pci.folder + "/hwmon/" + monitor + "/" + std::string(name));
      const double watts = static_cast<double>(microwatts.value_or(0)) / 1e6;
      if (watts > 0 && watts <= k_most_watts) return watts;
    }
  }
  return std::nullopt;
}

bool is_asleep(const FsRoot& fs, const PciDevice& pci) {
  return trim(fs.text(pci.folder + "/power/runtime_status", 64)) == "suspended";
}

}  // namespace canirun::probe
