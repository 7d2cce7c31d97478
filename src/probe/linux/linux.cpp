// SPDX-License-Identifier: MIT
#include "probe/linux/linux.hpp"

#include <algorithm>

#include "probe/linux/cpu.hpp"
#include "probe/linux/memory.hpp"
#include "probe/linux/memory_users.hpp"
#include "probe/linux/other_accelerators.hpp"
#include "probe/linux/pci.hpp"
#include "probe/linux/storage.hpp"
#include "probe/linux/system.hpp"
#include "probe/linux/unknown_gpus.hpp"
#include "probe/text.hpp"
#include "probe/vendor/level_zero.hpp"
#include "probe/vendor/vendor.hpp"

namespace canirun::probe {
namespace {

// Assigned by the PCI-SIG.
constexpr std::uint32_t k_nvidia = 0x10de, k_amd = 0x1002, k_intel = 0x8086;

void probe_accelerators(Context& context) {
  const std::vector<PciDevice> all = accelerators_on_pci(context.fs);
  std::vector<PciDevice> nvidia;
  std::copy_if(all.begin(), all.end(), std::back_inserter(nvidia),
               [](const PciDevice& pci) { return pci.vendor == k_nvidia; });
  probe_nvidia(context, nvidia);
  for (const PciDevice& pci : all) {
    if (pci.vendor == k_nvidia || is_npu(pci) || only_shows_pictures(pci)) continue;
    const std::string_view name = accelerator_name(pci);
    if (pci.vendor == k_amd) {
      probe_amd(context, pci);
    } else if (!name.empty()) {
      context.note("accelerator at " + pci.bus, std::string(name) + ", " + pci.id() + ": it is there, and not looked at");
    } else if (pci.vendor == k_intel) {
      probe_intel(context, pci);
    } else {
      context.note("accelerator at " + pci.bus, "vendor " + pci.id() + " is not known");
    }
  }
  ask_rocm_smi(context);
  split_packages(context);
  add_xgmi_links(context);
  ask_level_zero(context);
  ask_vulkan_about_unknown(context, all);
  const bool has_gpu = std::any_of(context.machine.devices.begin(), context.machine.devices.end(),
                                   [](const Device& device) { return device.kind != DeviceKind::cpu; });
  note_unused_accelerators(context, has_gpu);
}

/// With an integrated GPU alone, the host's memory is the GPU's too. Beside a card the integrated GPU only drives screens:
/// engines use the card, and GTT is no limit for anything.
void settle_unified_memory(Machine& machine) {
  const auto has = [&](DeviceKind kind) {
    return std::any_of(machine.devices.begin(), machine.devices.end(), [&](const Device& d) { return d.kind == kind; });
  };
  const bool shared = std::any_of(machine.devices.begin(), machine.devices.end(),
                                  [](const Device& d) { return d.kind == DeviceKind::integrated_gpu && d.pool == 0; });
  MemoryPool& host = machine.pools.front();
  if (shared && !has(DeviceKind::discrete_gpu)) {
    host.kind = PoolKind::unified;
    host.id = "unified";
  } else if (host.limit_reason.rfind("amdgpu GTT", 0) == 0) {
    host.limit_bytes.reset();
    host.limit_reason.clear();
  }
}

}  // namespace

void probe_linux(Context& context) {
  probe_system(context);
  probe_cpu(context);
  probe_host_memory(context);
  probe_accelerators(context);
  settle_unified_memory(context.machine);
  probe_storage(context);
  if (context.options.memory_users) find_memory_users(context);
}

}  // namespace canirun::probe
