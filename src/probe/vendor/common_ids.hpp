// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace canirun::probe {

/// PCI device ids that amdgpu knows as APUs (its table of ids, flag AMD_IS_APU, and what came after it): a GPU in the
/// processor. For where nothing else says so: older kernels, and Windows.
bool is_amd_apu(std::uint32_t device);

/// Intel's cards, by the upper half of the device id (kernel include/drm/intel/pciids.h): DG1, Ponte Vecchio, Alchemist,
/// Battlemage. All other GPUs of Intel are in the processor.
bool is_intel_card(std::uint32_t device);

/// How a GPU that DXGI lists has its memory.
enum class AdapterMemory : std::uint8_t {
  own,        ///< a card's
  set_aside,  ///< most of the host's, taken by the firmware for the GPU in the processor
  shared      ///< the host's, of which a little may be set aside
};
/// By vendor and device id and what DXGI calls dedicated; `host_bytes`: what the host has beside that.
AdapterMemory adapter_memory(std::uint32_t vendor, std::uint32_t device, std::uint64_t dedicated_bytes,
                             std::uint64_t host_bytes);

}  // namespace canirun::probe
