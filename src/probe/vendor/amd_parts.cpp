// SPDX-License-Identifier: MIT
// What is asked once for all of AMD's GPUs: the links between them, and sizes that sysfs does not tell.
#include <algorithm>

#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/kfd.hpp"
#include "probe/vendor/level_zero.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

struct Card {
  std::uint32_t node, pool;
};

/// Whole cards with memory of their own, by their node. Parts of one card are nearer to each other than any link.
std::vector<Card> whole_cards(const Context& context) {
  std::vector<Card> cards;
  for (const Device& device : context.machine.devices) {
    if (device.vendor != Vendor::amd || device.pool == 0 || !device.pci_bus) continue;
    PciDevice pci;
    pci.bus = *device.pci_bus;
    const std::vector<KfdNode> nodes = kfd_nodes(context.fs, pci);
    if (nodes.size() == 1) cards.push_back({nodes.front().number, device.pool});
  }
  return cards;
}

}  // namespace

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
