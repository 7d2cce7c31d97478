// SPDX-License-Identifier: MIT
#include "probe/vendor/vulkan_instance.hpp"

#include <algorithm>
#include <array>

namespace canirun::probe::vulkan {
namespace {

/// No layers of other programs, no window system, no shader caches on the disk: nothing but the drivers' answers.
void keep_to_ourselves() {
  set_variable("VK_LOADER_LAYERS_DISABLE", "~implicit~");
  set_variable("NODEVICE_SELECT", "1");
  set_variable("MESA_SHADER_CACHE_DISABLE", "true");
  set_variable("__GL_SHADER_DISK_CACHE", "0");
  set_variable("DISPLAY", "");
  set_variable("WAYLAND_DISPLAY", "");
}

/// "1.3.275"
std::string version_text(std::uint32_t version) {
  return std::to_string(version >> 22U & 0x7fU) + "." + std::to_string(version >> 12U & 0x3ffU) + "." +
         std::to_string(version & 0xfffU);
}

std::string_view kind_text(std::uint32_t kind) {  // VkPhysicalDeviceType
  constexpr std::array<std::string_view, 5> k_kinds{"other", "integrated", "discrete", "virtual", "cpu"};
  return k_kinds[std::min<std::size_t>(kind, k_kinds.size()) % k_kinds.size()];
}

}  // namespace

std::string reason(Result code) {
  switch (code) {  // VkResult
    case -1:
      return "out of host memory";
    case -2:
      return "out of device memory";
    case -3:
      return "initialization failed";
    case -4:
      return "the device was lost";
    case -9:
      return "no driver that fits is installed";  // VK_ERROR_INCOMPATIBLE_DRIVER
    case -10:
      return "too many objects";
    default:
      return "VkResult " + std::to_string(code);
  }
}

std::vector<Handle> Instance::devices(Result& code) const {
  constexpr std::uint32_t k_most = 64;
  const auto enumerate = function<EnumeratePhysicalDevices>("vkEnumeratePhysicalDevices");
  std::uint32_t count = 0;
  code = enumerate != nullptr ? enumerate(handle_, &count, nullptr) : -3;
  std::vector<Handle> found(std::min(count, k_most));
  count = static_cast<std::uint32_t>(found.size());
  if (code == k_success && count > 0) code = enumerate(handle_, &count, found.data());
  if (code == k_incomplete) code = k_success;
  found.resize(code == k_success ? std::min<std::size_t>(count, found.size()) : 0);
  return found;
}

bool Instance::has(Handle device, std::string_view extension) const {
  constexpr std::uint32_t k_most = 4096;
  const auto enumerate = function<EnumerateDeviceExtensions>("vkEnumerateDeviceExtensionProperties");
  std::uint32_t count = 0;
  if (enumerate == nullptr || enumerate(device, nullptr, &count, nullptr) != k_success) return false;
  std::vector<Extension> all(std::min(count, k_most));
  count = static_cast<std::uint32_t>(all.size());
  const Result code = enumerate(device, nullptr, &count, all.data());
  if (code != k_success && code != k_incomplete) return false;
  all.resize(std::min<std::size_t>(count, all.size()));
  return std::any_of(all.begin(), all.end(), [&](const Extension& e) { return bounded(e.name) == extension; });
}

Properties Instance::properties(Handle device) const {
  Properties properties{};
  if (const auto get = function<GetProperties>("vkGetPhysicalDeviceProperties")) get(device, &properties);
  return properties;
}

void Instance::destroy() const {
  if (const auto destroy = function<DestroyInstance>("vkDestroyInstance")) destroy(handle_, nullptr);
}

std::optional<Instance> start(const DriverLibrary& library, const AnswerWriter& answer) {
  const auto give_up = [&](const std::string& why) {
    answer.give_up(why);
    return std::nullopt;
  };
  keep_to_ourselves();
  if (!library.loaded()) return give_up("Vulkan's loader is not here: " + library.why_not());
  const auto get = library.function<GetInstanceProcAddr>("vkGetInstanceProcAddr");
  const auto create = get != nullptr ? reinterpret_cast<CreateInstance>(get(nullptr, "vkCreateInstance")) : nullptr;
  if (create == nullptr) return give_up("Vulkan's loader has no vkCreateInstance");
  std::uint32_t version = 1U << 22U;  // a loader of 1.0 does not know the question
  if (const auto ask = reinterpret_cast<EnumerateInstanceVersion>(get(nullptr, "vkEnumerateInstanceVersion"))) ask(&version);
  answer.line("version", version_text(version));

  ApplicationInfo application;
  application.api_version = std::min(version, k_version_1_1);
  InstanceCreateInfo wanted;
  wanted.application = &application;
  Handle handle = nullptr;
  const Result created = create(&wanted, nullptr, &handle);
  if (created != k_success) return give_up("Vulkan does not start: " + reason(created));
  return Instance(handle, get);
}

void write_identity(const AnswerWriter& answer, const Instance& instance, Handle device, const Properties& properties) {
  answer.line("name", bounded(properties.name));
  answer.line("pci", pci_id_text(properties.vendor & 0xffffU, properties.device & 0xffffU));
  answer.line("type", kind_text(properties.kind));
  answer.line("version", version_text(properties.api_version));
  const bool is_new = properties.api_version >= k_version_1_1;
  const auto get_2 = instance.function<GetProperties2>("vkGetPhysicalDeviceProperties2");
  PciBusInfo bus;
  DriverProperties driver;
  const bool has_bus = is_new && get_2 != nullptr && instance.has(device, "VK_EXT_pci_bus_info");
  const bool has_driver = is_new && get_2 != nullptr && instance.has(device, "VK_KHR_driver_properties");
  if (!has_bus && !has_driver) return;
  Properties2 chain;
  chain.next = has_bus ? static_cast<void*>(&bus) : &driver;
  if (has_bus && has_driver) bus.next = &driver;
  get_2(device, &chain);
  if (has_bus) answer.line("bus", bus_address(bus.domain, bus.bus, bus.device, bus.function));
  if (has_driver) answer.line("driver", bounded(driver.name));
}

std::optional<std::uint32_t> Memory::own_heap() const {
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < std::min(properties.heaps, k_most_heaps); ++i) {
    const bool local = (properties.heap[i].flags & k_heap_device_local) != 0;
    if (local && (!best || properties.heap[i].bytes > properties.heap[*best].bytes)) best = i;
  }
  return best;
}

std::optional<std::uint64_t> Memory::free_bytes(std::uint32_t heap) const {
  if (!has_budget || heap >= k_most_heaps || budget.budget[heap] == 0) return std::nullopt;
  return budget.budget[heap] - std::min(budget.budget[heap], budget.usage[heap]);
}

Memory memory_of(const Instance& instance, Handle device, const Properties& properties) {
  Memory memory;
  const auto get_2 = instance.function<GetMemoryProperties2>("vkGetPhysicalDeviceMemoryProperties2");
  if (properties.api_version >= k_version_1_1 && get_2 != nullptr && instance.has(device, "VK_EXT_memory_budget")) {
    MemoryProperties2 chain;
    chain.next = &memory.budget;
    get_2(device, &chain);
    memory.properties = chain.memory;
    memory.budget.next = nullptr;
    memory.has_budget = true;
  } else if (const auto get = instance.function<GetMemoryProperties>("vkGetPhysicalDeviceMemoryProperties")) {
    get(device, &memory.properties);
  }
  return memory;
}

}  // namespace canirun::probe::vulkan
