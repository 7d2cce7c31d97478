// SPDX-License-Identifier: MIT
// How fast GPUs copy within their own memory, as Vulkan does it.
#include <algorithm>

#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/gpu_copy_timing.hpp"
#include "probe/vendor/vulkan_copier.hpp"

namespace canirun::probe {
namespace {

using namespace vulkan;

constexpr std::uint32_t k_nvidia = 0x10de;

std::uint64_t buffer_bytes(const Memory& memory, std::uint32_t heap) {
  const std::uint64_t there = memory.properties.heap[heap].bytes;
  return copy_buffer_bytes(std::min(memory.free_bytes(heap).value_or(there), there));
}

void time_on(const Instance& instance, Handle device, const Memory& memory, std::uint32_t heap, std::uint64_t bytes,
             const AnswerWriter& answer) {
  Copier copier(instance, device);
  std::string trouble = copier.prepare(memory.properties, heap, bytes);
  if (trouble.empty()) trouble = copier.fill();
  TimedCopies timed{.bytes_per_s = {}, .trouble = trouble};
  if (trouble.empty()) {
    timed = time_copies([&](std::uint32_t copies, double& seconds) { return copier.copy(copies, seconds); }, bytes);
  }
  write_timed_copies(answer, timed, bytes);
  answer.line("end_gpu", "");  // said before the driver cleans up, where some of them crash
}

void write_copies(const AnswerWriter& answer, const Instance& instance, Handle device, double until_s) {
  const Properties properties = instance.properties(device);
  answer.line("gpu", "");
  write_identity(answer, instance, device, properties);
  const Memory memory = memory_of(instance, device, properties);
  const std::optional<std::uint32_t> heap = memory.own_heap();
  const std::uint64_t bytes = heap ? buffer_bytes(memory, *heap) : 0;
  if (heap && bytes > 0 && copy_clock_s() <= until_s) {
    time_on(instance, device, memory, *heap, bytes, answer);
    return;
  }
  answer.line("no_copy", !heap        ? "it has no memory of its own"
                         : bytes == 0 ? "too little of its memory is free"
                                      : "the time for it was over");
  answer.line("end_gpu", "");
}

void write_copies_of(const std::string& path, int fd, bool with_nvidia) {
  const AnswerWriter answer(fd);
  const double until_s = copy_clock_s() + k_all_gpus_s;
  const DriverLibrary library(path, vulkan_names());
  const std::optional<Instance> instance = start(library, answer);
  if (!instance) return;
  vulkan::Result counted = k_success;
  for (const Handle device : instance->devices(counted)) {
    if (with_nvidia || instance->properties(device).vendor != k_nvidia) write_copies(answer, *instance, device, until_s);
  }
  if (counted != k_success) answer.line("trouble", "Vulkan does not list its GPUs: " + reason(counted));
  answer.line("end", "");
  instance->destroy();
}

}  // namespace

void write_vulkan_copies(const std::string& path, int fd) { write_copies_of(path, fd, true); }
void write_vulkan_copies_of_others(const std::string& path, int fd) { write_copies_of(path, fd, false); }

}  // namespace canirun::probe
