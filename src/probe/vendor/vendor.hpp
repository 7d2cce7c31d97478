// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "probe/context.hpp"
#include "probe/linux/pci.hpp"

/// What the vendors' parts share. Each appends a Device, and a pool when the GPU has memory of its own. A GPU that is there
/// but cannot be used now keeps its pool, with limit 0 and the reason: what it could do is still worth saying.
namespace canirun::probe {

/// NVIDIA: through the driver's management library, in a child process; the bus alone when there is no driver.
void probe_nvidia(Context& context, const std::vector<PciDevice>& on_pci);
/// AMD: amdgpu's sysfs and the kernel's compute topology (kfd).
void probe_amd(Context& context, const PciDevice& pci);
/// Several MI300A in one machine: each package has a memory of its own, which the kernel adds up. After all are known.
void split_packages(Context& context);
/// Links between AMD's GPUs that are no PCI Express, after all of them are known.
void add_xgmi_links(Context& context);
/// ROCm SMI reads what amdgpu has in /sys, as probe_amd does, and leaves files in /dev/shm: it is asked only when a card's
/// size is missing there.
void ask_rocm_smi(Context& context);
/// Intel: i915's and xe's sysfs.
void probe_intel(Context& context, const PciDevice& pci);

/// Appends a pool of the GPU's own for `device` and points the device at it.
MemoryPool& add_gpu_pool(Context& context, Device& device, std::string description);
/// Makes the pool unusable: nothing may be placed in it, and why.
void forbid(MemoryPool& pool, std::string reason);

/// Why the GPU's render node cannot be opened here ("" when it can): none in this container, or no permission. Compute
/// libraries of AMD and Intel need it.
std::string render_node_trouble(const Context& context, const PciDevice& pci);
/// A screen is plugged into one of its connectors.
bool drives_display(const FsRoot& fs, const PciDevice& pci);
/// First hwmon file with one of these names, in watts (the kernel counts microwatts).
std::optional<double> hwmon_watts(const FsRoot& fs, const PciDevice& pci, std::initializer_list<std::string_view> names);
/// Suspended to save energy; reading some of its files would wake it, which takes up to a second.
bool is_asleep(const FsRoot& fs, const PciDevice& pci);

}  // namespace canirun::probe
