// SPDX-License-Identifier: MIT
// What is asked once for all of AMD's GPUs: the links between them, and sizes that sysfs does not tell.
#include <algorithm>

#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/kfd.hpp"
#include "probe/vendor/level_zero.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

/// MI300A: processor and GPU in one package, on one memory.
bool is_package(const Device& device) { return device.pci_id == "1002:74a0"; }

struct Card {
  std::uint32_t node, pool;
};

/// Whole cards with memory of their own, by their node. Parts of one card are nearer to each other than any link.
std::vector<Card> whole_cards(const Context& context) {
  std::vector<Card> cards;
  for (const Device& device : context.machine.devices) {
    const bool shares_memory = device.pool == 0 && !is_package(device);
    if (device.vendor != Vendor::amd || shares_memory || !device.pci_bus) continue;
    PciDevice pci;
    pci.bus = *device.pci_bus;
    const std::vector<KfdNode> nodes = kfd_nodes(context.fs, pci);
    if (nodes.size() == 1) cards.push_back({nodes.front().number, device.pool});
  }
  return cards;
}

}  // namespace

void split_packages(Context& context) {
  Machine& machine = context.machine;
  std::vector<Device*> packages;
  for (Device& device : machine.devices) {
    if (is_package(device) && device.pool == 0) packages.push_back(&device);
  }
  // Under a limit nobody says which package's memory the process would get.
  if (packages.size() < 2 || machine.pools.front().limit_bytes || machine.pools.front().total_bytes == 0) return;
  const std::size_t count = packages.size();
  MemoryPool share = machine.pools.front();
  share.total_bytes /= count;
  if (share.free_bytes) *share.free_bytes /= count;
  share.total_basis = Basis::derived;
  share.description = "/proc/meminfo, a share for each of " + std::to_string(count) + " packages";
  machine.pools.front() = share;
  share.kind = PoolKind::gpu;
  for (std::size_t i = 1; i < count; ++i) {
    packages[i]->pool = static_cast<std::uint32_t>(machine.pools.size());
    share.id = packages[i]->id;
    machine.pools.push_back(share);
  }
  context.note("memory of the packages",
               std::to_string(count) +
                   " of them with a memory each, counted apart; the processor is counted with that of "
                   "the first, what is free is taken to be spread evenly");
}

void add_xgmi_links(Context& context) {
  const std::vector<Card> cards = whole_cards(context);
  if (cards.size() < 2) return;
  for (const Card& from : cards) {
    for (const KfdLink& link : xgmi_links(context.fs, from.node)) {
      const auto to = std::find_if(cards.begin(), cards.end(), [&](const Card& card) { return card.node == link.to; });
      if (to == cards.end() || from.node >= to->node) continue;  // each pair is listed at both ends
      context.machine.links.push_back({.from_pool = from.pool,
                                       .to_pool = to->pool,
                                       .kind = "xgmi",
                                       .bandwidth_bytes_per_s = link.bandwidth_bytes_per_s,
                                       .basis = Basis::measured});
    }
  }
}

void ask_rocm_smi(Context& context) {
  const auto is_silent = [&](const Device& device) {
    return device.vendor == Vendor::amd && device.pool != 0 && device.pci_bus &&
           context.machine.pools[device.pool].total_bytes == 0 && device.how_known.starts_with("amdgpu");
  };
  std::vector<Device>& devices = context.machine.devices;
  if (std::none_of(devices.begin(), devices.end(), is_silent)) return;
  const std::optional<std::string> said = driver_answer(context, "rocm-smi");
  if (!said) return;
  const GpuAnswers answers = parse_gpu_answers(*said);
  if (!answers.trouble.empty()) context.note("ROCm SMI", answers.trouble);
  for (Device& device : devices) {
    const GpuAnswer* answer = is_silent(device) ? answers.of(*device.pci_bus, device.pci_id.value_or("")) : nullptr;
    if (answer != nullptr) add_gpu_answer(context.machine, device, *answer, "ROCm SMI");
  }
}

}  // namespace canirun::probe
