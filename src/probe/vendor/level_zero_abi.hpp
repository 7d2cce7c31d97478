// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

/// The part of Level Zero that is used, declared by hand after the specification (Core API 1.x: zeInit, zeDriverGet,
/// zeDeviceGet, zeDeviceGetProperties, zeDeviceGetMemoryProperties, zeDevicePciGetPropertiesExt; Sysman: memory modules).
namespace canirun::probe::level_zero {

using Result = std::uint32_t;
using Handle = void*;

inline constexpr Result k_success = 0;
inline constexpr std::uint32_t k_gpus_only = 1;      // ZE_INIT_FLAG_GPU_ONLY
inline constexpr std::uint32_t k_kind_gpu = 1;       // ZE_DEVICE_TYPE_GPU
inline constexpr std::uint32_t k_is_integrated = 1;  // ZE_DEVICE_PROPERTY_FLAG_INTEGRATED
inline constexpr std::uint32_t k_device_properties = 0x3, k_memory_properties = 0x7, k_pci_properties = 0x10008;
inline constexpr std::uint32_t k_memory_state = 0x1e;  // ZES_STRUCTURE_TYPE_MEM_STATE

struct DeviceProperties {
  std::uint32_t structure = k_device_properties;
  void* next = nullptr;
  std::uint32_t kind = 0, vendor = 0, device = 0, flags = 0, subdevice = 0;
  std::uint32_t core_clock_mhz = 0;
  std::uint64_t largest_allocation = 0;
  std::uint32_t contexts = 0, queue_priorities = 0;
  std::uint32_t threads_per_eu = 0, eu_lanes = 0, eus_per_subslice = 0, subslices_per_slice = 0, slices = 0;
  std::uint64_t timer_resolution = 0;
  std::uint32_t timestamp_bits = 0, kernel_timestamp_bits = 0;
  std::uint8_t uuid[16] = {};
  char name[256] = {};
};
static_assert(sizeof(DeviceProperties) == 368);

struct MemoryProperties {
  std::uint32_t structure = k_memory_properties;
  void* next = nullptr;
  std::uint32_t flags = 0, clock_mhz = 0, bus_width = 0;
  std::uint64_t total_bytes = 0;
  char name[256] = {};
};
static_assert(sizeof(MemoryProperties) == 296);

struct PciProperties {
  std::uint32_t structure = k_pci_properties;
  void* next = nullptr;
  std::uint32_t domain = 0, bus = 0, device = 0, function = 0;
  std::int32_t generation = 0, lanes = 0;
  std::int64_t bandwidth = 0;
};
static_assert(sizeof(PciProperties) == 48);

struct MemoryState {
  std::uint32_t structure = k_memory_state;
  const void* next = nullptr;
  std::uint32_t health = 0;
  std::uint64_t free_bytes = 0, total_bytes = 0;
};
static_assert(sizeof(MemoryState) == 40);

using Init = Result (*)(std::uint32_t flags);
using GetDrivers = Result (*)(std::uint32_t* count, Handle* drivers);
using GetList = Result (*)(Handle of, std::uint32_t* count, Handle* list);  ///< zeDeviceGet, zesDeviceEnumMemoryModules
using GetDeviceProperties = Result (*)(Handle device, DeviceProperties*);
using GetMemoryProperties = Result (*)(Handle device, std::uint32_t* count, MemoryProperties*);
using GetPciProperties = Result (*)(Handle device, PciProperties*);
using GetMemoryState = Result (*)(Handle memory, MemoryState*);

}  // namespace canirun::probe::level_zero
