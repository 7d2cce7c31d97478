// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "probe/context.hpp"
#include "probe/linux/pci.hpp"

namespace canirun::probe {

/// GPUs that are there and that no vendor's part could describe: of vendors nobody here knows, behind drivers that do not
/// tell (nouveau), passed on by a hypervisor (virtio, WSL), beside the processor of an Arm board. Vulkan is asked about
/// them, in a child process, and only when there is one. `on_pci`: all accelerators of the bus.
void ask_vulkan_about_unknown(Context& context, const std::vector<PciDevice>& on_pci);

}  // namespace canirun::probe
