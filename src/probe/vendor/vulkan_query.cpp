// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/vulkan_abi.hpp"

namespace canirun::probe {
namespace {

using namespace vulkan;

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

std::string reason(Result code) {
  switch (code) {  // VkResult
    case -1:
      return "out of host memory";
    case -3:
      return "initialization failed";
    case -9:
      return "no driver that fits is installed";  // VK_ERROR_INCOMPATIBLE_DRIVER
    default:
      return "VkResult " + std::to_string(code);
  }
}

template <std::size_t Size>
std::string_view bounded(const char (&text)[Size]) {
  return {text, static_cast<std::size_t>(std::find(text, text + Size, '\0') - text)};
}

class Instance {
 public:
  Instance(Handle handle, GetInstanceProcAddr get) : handle_(handle), get_(get) {}

  template <class F>
  [[nodiscard]] F function(const char* name) const {
    return reinterpret_cast<F>(get_(handle_, name));
  }

  [[nodiscard]] std::vector<Handle> devices(Result& code) const {
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

  [[nodiscard]] bool has(Handle device, std::string_view extension) const {
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

 private:
  Handle handle_;
  GetInstanceProcAddr get_;
};

/// The largest heap of the GPU's own: cards that the processor sees only a window of list that window as a second heap, some
/// of them inside the first. `budget`: what this process may have, where the driver tells.
void write_memory(const AnswerWriter& answer, const MemoryProperties& memory, const MemoryBudget* budget) {
  std::size_t best = 16;
  for (std::size_t i = 0; i < std::min<std::size_t>(memory.heaps, 16); ++i) {
    const bool local = (memory.heap[i].flags & k_heap_device_local) != 0;
    if (local && (best == 16 || memory.heap[i].bytes > memory.heap[best].bytes)) best = i;
  }
  if (best == 16) return;
  answer.number("total_bytes", memory.heap[best].bytes);
  if (budget != nullptr && budget->budget[best] > 0)
    answer.number("free_bytes", budget->budget[best] - std::min(budget->budget[best], budget->usage[best]));
}

void write_gpu(const AnswerWriter& answer, const Instance& instance, Handle device) {
  Properties properties{};
  if (const auto get = instance.function<GetProperties>("vkGetPhysicalDeviceProperties")) get(device, &properties);
  answer.line("gpu", "");
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
  if (has_bus || has_driver) {
    Properties2 chain;
    chain.next = has_bus ? static_cast<void*>(&bus) : &driver;
    if (has_bus && has_driver) bus.next = &driver;
    get_2(device, &chain);
    if (has_bus) answer.line("bus", bus_address(bus.domain, bus.bus, bus.device, bus.function));
    if (has_driver) answer.line("driver", bounded(driver.name));
  }
  const auto memory_2 = instance.function<GetMemoryProperties2>("vkGetPhysicalDeviceMemoryProperties2");
  if (is_new && memory_2 != nullptr && instance.has(device, "VK_EXT_memory_budget")) {
    MemoryBudget budget;
    MemoryProperties2 memory;
    memory.next = &budget;
    memory_2(device, &memory);
    write_memory(answer, memory.memory, &budget);
  } else if (const auto memory_1 = instance.function<GetMemoryProperties>("vkGetPhysicalDeviceMemoryProperties")) {
    MemoryProperties memory{};
    memory_1(device, &memory);
    write_memory(answer, memory, nullptr);
  }
  answer.line("end_gpu", "");
}

}  // namespace

void write_vulkan_answer(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  keep_to_ourselves();
  const DriverLibrary library(path, vulkan_names());
  if (!library.loaded()) return answer.give_up("Vulkan's loader is not here: " + library.why_not());
  const auto get = library.function<GetInstanceProcAddr>("vkGetInstanceProcAddr");
  const auto create = get != nullptr ? reinterpret_cast<CreateInstance>(get(nullptr, "vkCreateInstance")) : nullptr;
  if (create == nullptr) return answer.give_up("Vulkan's loader has no vkCreateInstance");
  std::uint32_t version = 1U << 22U;  // a loader of 1.0 does not know the question
  if (const auto ask = reinterpret_cast<EnumerateInstanceVersion>(get(nullptr, "vkEnumerateInstanceVersion"))) ask(&version);
  answer.line("version", version_text(version));

  ApplicationInfo application;
  application.api_version = std::min(version, k_version_1_1);
  InstanceCreateInfo wanted;
  wanted.application = &application;
  Handle handle = nullptr;
  const Result created = create(&wanted, nullptr, &handle);
  if (created != k_success) return answer.give_up("Vulkan does not start: " + reason(created));
  const Instance instance(handle, get);
  Result counted = k_success;
  for (const Handle device : instance.devices(counted)) write_gpu(answer, instance, device);
  if (counted != k_success) answer.line("trouble", "Vulkan does not list its GPUs: " + reason(counted));
  answer.line("end", "");
  if (const auto destroy = instance.function<DestroyInstance>("vkDestroyInstance")) destroy(handle, nullptr);
}

}  // namespace canirun::probe
