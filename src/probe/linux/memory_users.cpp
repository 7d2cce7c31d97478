// SPDX-License-Identifier: MIT
#include "probe/linux/memory_users.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "probe/text.hpp"
#include "probe/vendor/kfd.hpp"
#include "probe/vendor/nvml.hpp"

namespace canirun::probe {
namespace {

constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50U;
constexpr std::size_t k_most_users = 32;

/// "drm-total-vram0:	1024 KiB" in bytes.
std::uint64_t size_bytes(std::string_view value) {
  const auto number = leading_number(value);
  if (!number || *number > k_most_bytes) return 0;
  const std::uint64_t unit = value.find("MiB") != std::string_view::npos   ? 1U << 20U
                             : value.find("KiB") != std::string_view::npos ? 1U << 10U
                                                                           : 1U;
  return *number <= k_most_bytes / unit ? *number * unit : 0;
}

std::string process_name(const FsRoot& fs, const std::string& pid) {
  return clean_text(fs.text("/proc/" + pid + "/comm", 64), 32);
}

const Device* device_at(const Machine& machine, std::string_view bus) {
  const auto at = std::find_if(machine.devices.begin(), machine.devices.end(),
                               [&](const Device& device) { return device.pci_bus && *device.pci_bus == bus; });
  return at == machine.devices.end() ? nullptr : &*at;
}

void add_drm_clients(Context& context, const std::string& pid, std::set<std::pair<std::string, std::uint64_t>>& seen,
                     std::map<std::pair<std::string, std::string>, std::uint64_t>& sums) {
  const std::string folder = "/proc/" + pid + "/fdinfo";
  for (const std::string& fd : context.fs.list(folder)) {
    const auto target = context.fs.link_name("/proc/" + pid + "/fd/" + fd);
    // Only a GPU's files are worth reading; links of recorded machines need not lead anywhere.
    if (!target || !(target->starts_with("renderD") || target->starts_with("card"))) continue;
    const auto client = drm_client(context.fs.text(folder + "/" + fd, 8192));
    if (!client || client->bytes == 0 || !seen.emplace(client->bus, client->id).second) continue;
    if (const Device* device = device_at(context.machine, client->bus)) sums[{device->id, pid}] += client->bytes;
  }
}

/// What ROCm's programs hold: kfd lists it, and older kernels do not count it among the DRM clients.
void add_kfd_processes(const Context& context, std::map<std::pair<std::string, std::string>, std::uint64_t>& sums) {
  std::map<std::string, std::size_t> seen_at;  // the parts of a split card are nodes and devices in one order
  for (const Device& device : context.machine.devices) {
    if (device.vendor != Vendor::amd || !device.pci_bus) continue;
    PciDevice pci;
    pci.bus = *device.pci_bus;
    const std::vector<KfdNode> nodes = kfd_nodes(context.fs, pci);
    const std::size_t at = seen_at[pci.bus]++;
    if (at >= nodes.size() || !nodes[at].gpu_id) continue;
    const auto users = kfd_memory_users(context.fs, *nodes[at].gpu_id);
    if (!users) continue;
    for (const auto& [pid, bytes] : *users) {
      std::uint64_t& sum = sums[{device.id, std::to_string(pid)}];
      sum = std::max(sum, bytes);
    }
  }
}

}  // namespace

std::optional<DrmClient> drm_client(std::string_view fdinfo) {
  DrmClient client;
  client.bus = clean_text(value_of(fdinfo, "drm-pdev", ':').value_or(""), 16);
  const auto id = whole_number(value_of(fdinfo, "drm-client-id", ':').value_or(""));
  if (client.bus.empty() || !id) return std::nullopt;
  client.id = *id;
  for (const std::string_view region : {"vram", "vram0", "vram1", "local0", "local1"}) {
    // "memory" is amdgpu's older word for what "total" and "resident" tell apart today.
    for (const std::string_view kind : {"drm-resident-", "drm-total-", "drm-memory-"}) {
      const auto value = value_of(fdinfo, std::string(kind) + std::string(region), ':');
      if (!value) continue;
      client.bytes += size_bytes(*value);
      break;
    }
  }
  return client;
}

void find_memory_users(Context& context) {
  Machine& machine = context.machine;
  std::set<std::pair<std::string, std::uint64_t>> seen;
  std::map<std::pair<std::string, std::string>, std::uint64_t> sums;  // device and process -> bytes
  for (const std::string& pid : context.fs.list("/proc")) {
    if (whole_number(pid)) add_drm_clients(context, pid, seen, sums);
  }
  if (const auto said = context.heard.find("nvml"); said != context.heard.end()) {
    for (const NvmlGpu& gpu : parse_nvml_answer(said->second).gpus) {
      const Device* device = device_at(machine, gpu.bus);
      for (const auto& [pid, bytes] : gpu.processes) {
        if (device != nullptr) sums[{device->id, std::to_string(pid)}] = bytes;
      }
    }
  }
  add_kfd_processes(context, sums);
  for (const auto& [key, bytes] : sums) {
    const auto pid = static_cast<std::uint32_t>(whole_number(key.second).value_or(0) & 0xffffffffU);
    machine.memory_users.push_back(
        {.device = key.first, .process = process_name(context.fs, key.second), .pid = pid, .bytes = bytes});
  }
  std::sort(machine.memory_users.begin(), machine.memory_users.end(),
            [](const MemoryUser& a, const MemoryUser& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.pid < b.pid; });
  if (machine.memory_users.size() > k_most_users) machine.memory_users.resize(k_most_users);
}

}  // namespace canirun::probe
