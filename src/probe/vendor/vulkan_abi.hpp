// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>

/// The part of Vulkan 1.1 that is used, declared by hand: layouts and values are those of the specification (chapters
/// "Initialization", "Devices and Queues", "Memory Allocation"; extensions VK_EXT_memory_budget, VK_EXT_pci_bus_info and
/// VK_KHR_driver_properties). All of it is frozen.
namespace canirun::probe::vulkan {

using Result = std::int32_t;
using Handle = void*;
using Function = void (*)();

inline constexpr Result k_success = 0, k_incomplete = 5;
inline constexpr std::uint32_t k_heap_device_local = 1;  // VK_MEMORY_HEAP_DEVICE_LOCAL_BIT
inline constexpr std::uint32_t k_most_heaps = 16;        // VK_MAX_MEMORY_HEAPS

/// VK_MAKE_API_VERSION(0, 1, 1, 0)
inline constexpr std::uint32_t k_version_1_1 = 1U << 22U | 1U << 12U;

/// VkStructureType
enum Type : std::int32_t {
  application_info = 0,
  instance_create_info = 1,
  properties_2 = 1'000'059'001,
  memory_properties_2 = 1'000'059'006,
  driver_properties = 1'000'196'000,
  pci_bus_info = 1'000'212'000,
  memory_budget = 1'000'237'000
};

struct ApplicationInfo {
  Type type = application_info;
  const void* next = nullptr;
  const char* name = "canirun";
  std::uint32_t version = 0;
  const char* engine = nullptr;
  std::uint32_t engine_version = 0, api_version = k_version_1_1;
};
struct InstanceCreateInfo {
  Type type = instance_create_info;
  const void* next = nullptr;
  std::uint32_t flags = 0;
  const ApplicationInfo* application = nullptr;
  std::uint32_t layers = 0;
  const char* const* layer_names = nullptr;
  std::uint32_t extensions = 0;
  const char* const* extension_names = nullptr;
};

/// VkPhysicalDeviceProperties: `rest` is limits and sparse properties, which nobody here asks for.
struct Properties {
  std::uint32_t api_version, driver_version, vendor, device, kind;
  char name[256];
  std::uint8_t cache_uuid[16];
  alignas(8) std::uint8_t rest[528];
};
static_assert(sizeof(Properties) == 824 && offsetof(Properties, rest) == 296);

struct PciBusInfo {
  Type type = pci_bus_info;
  void* next = nullptr;
  std::uint32_t domain = 0, bus = 0, device = 0, function = 0;
};
struct DriverProperties {
  Type type = driver_properties;
  void* next = nullptr;
  std::uint32_t id = 0;
  char name[256] = {}, info[256] = {};
  std::uint8_t conformance[4] = {};
};
struct Properties2 {
  Type type = properties_2;
  void* next = nullptr;
  Properties properties{};
};
static_assert(sizeof(Properties2) == 840);

struct Heap {
  std::uint64_t bytes;
  std::uint32_t flags;
};
struct MemoryProperties {
  std::uint32_t types;
  std::uint32_t type_table[64];  ///< 32 pairs: flags, heap
  std::uint32_t heaps;
  Heap heap[16];
};
static_assert(sizeof(MemoryProperties) == 520);
struct MemoryBudget {
  Type type = memory_budget;
  void* next = nullptr;
  std::uint64_t budget[16] = {}, usage[16] = {};
};
struct MemoryProperties2 {
  Type type = memory_properties_2;
  void* next = nullptr;
  MemoryProperties memory{};
};

struct Extension {
  char name[256];
  std::uint32_t version;
};
static_assert(sizeof(Extension) == 260);

using GetInstanceProcAddr = Function (*)(Handle instance, const char* name);
using EnumerateInstanceVersion = Result (*)(std::uint32_t* version);
using CreateInstance = Result (*)(const InstanceCreateInfo*, const void* allocator, Handle* instance);
using DestroyInstance = void (*)(Handle instance, const void* allocator);
using EnumeratePhysicalDevices = Result (*)(Handle instance, std::uint32_t* count, Handle* devices);
using EnumerateDeviceExtensions = Result (*)(Handle device, const char* layer, std::uint32_t* count, Extension*);
using GetProperties = void (*)(Handle device, Properties*);
using GetProperties2 = void (*)(Handle device, Properties2*);
using GetMemoryProperties = void (*)(Handle device, MemoryProperties*);
using GetMemoryProperties2 = void (*)(Handle device, MemoryProperties2*);

}  // namespace canirun::probe::vulkan
