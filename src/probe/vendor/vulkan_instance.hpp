// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probe/vendor/driver_library.hpp"
#include "probe/vendor/gpu_answer.hpp"
#include "probe/vendor/vulkan_abi.hpp"

/// Vulkan, started: what every question to it begins with. Only in a child process.
namespace canirun::probe::vulkan {

/// What a VkResult means, for a note.
std::string reason(Result code);
/// The first part of a text that may have no end.
template <std::size_t Size>
std::string_view bounded(const char (&text)[Size]) {
  std::size_t length = 0;
  while (length < Size && text[length] != '\0') ++length;
  return {text, length};
}

class Instance {
 public:
  Instance(Handle handle, GetInstanceProcAddr get) : handle_(handle), get_(get) {}

  /// nullptr when neither the loader nor a driver has it.
  template <class F>
  [[nodiscard]] F function(const char* name) const {
    return reinterpret_cast<F>(get_(handle_, name));
  }
  [[nodiscard]] std::vector<Handle> devices(Result& code) const;
  [[nodiscard]] bool has(Handle device, std::string_view extension) const;
  [[nodiscard]] Properties properties(Handle device) const;
  void destroy() const;

 private:
  Handle handle_;
  GetInstanceProcAddr get_;
};

/// Loads the loader into this process and starts it, without layers, windows or caches. When it cannot, the answer is
/// ended with the reason.
std::optional<Instance> start(const DriverLibrary& library, const AnswerWriter& answer);

/// The lines that say which GPU is meant: name, pci, type, version, bus, driver.
void write_identity(const AnswerWriter& answer, const Instance& instance, Handle device, const Properties& properties);

/// Memory of a device with the budgets of its heaps, where the driver tells them.
struct Memory {
  MemoryProperties properties{};
  MemoryBudget budget;
  bool has_budget = false;

  /// The largest heap of the GPU's own: cards that the processor sees only a window of list that window as a second heap,
  /// some of them inside the first.
  [[nodiscard]] std::optional<std::uint32_t> own_heap() const;
  /// What this process may still have of it, where the driver tells.
  [[nodiscard]] std::optional<std::uint64_t> free_bytes(std::uint32_t heap) const;
};
Memory memory_of(const Instance& instance, Handle device, const Properties& properties);

}  // namespace canirun::probe::vulkan
