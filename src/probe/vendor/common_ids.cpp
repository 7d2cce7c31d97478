// SPDX-License-Identifier: MIT
#include "probe/vendor/common_ids.hpp"

#include <algorithm>
#include <iterator>

namespace canirun::probe {

bool is_amd_apu(std::uint32_t device) {
  static constexpr std::uint32_t k_ids[] = {0x15dd, 0x15d8, 0x1636, 0x1638, 0x164c, 0x15e7, 0x163f, 0x1435,
                                            0x164d, 0x1681, 0x164e, 0x13c0, 0x1506, 0x15bf, 0x15c8, 0x1900,
                                            0x1901, 0x1902, 0x150e, 0x1586, 0x1114, 0x13fe, 0x143f, 0x98e4};
  if (device >= 0x9870 && device <= 0x9877) return true;  // Carrizo
  if (device >= 0x1304 && device <= 0x131d) return true;  // Kaveri
  return std::find(std::begin(k_ids), std::end(k_ids), device) != std::end(k_ids);
}

bool is_intel_card(std::uint32_t device) {
  const std::uint32_t family = device >> 8U;
  return family == 0x49 || family == 0x0b || family == 0x56 || family == 0x4f || family == 0xe2;
}

AdapterMemory adapter_memory(std::uint32_t vendor, std::uint32_t device, std::uint64_t dedicated_bytes,
                             std::uint64_t host_bytes) {
  constexpr std::uint32_t k_amd = 0x1002, k_intel = 0x8086;
  constexpr std::uint64_t k_least_own_bytes = std::uint64_t{1} << 30U;  // of a GPU whose id says nothing
  const bool in_processor = (vendor == k_amd && is_amd_apu(device)) || (vendor == k_intel && !is_intel_card(device));
  if (in_processor) {
    return dedicated_bytes > 0 && dedicated_bytes >= host_bytes ? AdapterMemory::set_aside : AdapterMemory::shared;
  }
  const bool is_card = vendor == k_amd || vendor == k_intel;
  return is_card || dedicated_bytes >= k_least_own_bytes ? AdapterMemory::own : AdapterMemory::shared;
}

}  // namespace canirun::probe
