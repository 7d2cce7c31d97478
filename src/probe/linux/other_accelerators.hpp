// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "probe/linux/pci.hpp"

namespace canirun::probe {

/// Management chips and virtual screens: they show pictures and compute nothing.
bool only_shows_pictures(const PciDevice& pci);

/// An accelerator that is no GPU of NVIDIA, AMD or Intel, named from its PCI ids; "" when nobody here knows it.
std::string_view accelerator_name(const PciDevice& pci);

/// Processors for neural networks inside other chips ("NPU"): whether this is one.
bool is_npu(const PciDevice& pci);

/// A GPU of an Arm chip, beside the processor and not on the PCI bus, whose driver is here.
bool has_platform_gpu(const FsRoot& fs);

/// Notes what is there and is not used: NPUs on the PCI bus and behind /sys/class/accel, GPUs that are not on the PCI bus
/// (Mali, Adreno), and Windows' graphics device under WSL.
void note_unused_accelerators(Context& context, bool has_gpu);

}  // namespace canirun::probe
