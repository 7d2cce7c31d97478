// SPDX-License-Identifier: MIT
#include <string>

#include "probe/vendor/driver_query.hpp"
#include "probe/vendor/vulkan_instance.hpp"

namespace canirun::probe {
namespace {

void write_gpu(const AnswerWriter& answer, const vulkan::Instance& instance, vulkan::Handle device) {
  const vulkan::Properties properties = instance.properties(device);
  answer.line("gpu", "");
  vulkan::write_identity(answer, instance, device, properties);
  const vulkan::Memory memory = vulkan::memory_of(instance, device, properties);
  if (const auto heap = memory.own_heap()) {
    answer.number("total_bytes", memory.properties.heap[*heap].bytes);
    if (const auto free = memory.free_bytes(*heap)) answer.number("free_bytes", *free);
  }
  answer.line("end_gpu", "");
}

}  // namespace

void write_vulkan_answer(const std::string& path, int fd) {
  const AnswerWriter answer(fd);
  const DriverLibrary library(path, vulkan_names());
  const std::optional<vulkan::Instance> instance = vulkan::start(library, answer);
  if (!instance) return;
  vulkan::Result counted = vulkan::k_success;
  for (const vulkan::Handle device : instance->devices(counted)) write_gpu(answer, *instance, device);
  if (counted != vulkan::k_success) answer.line("trouble", "Vulkan does not list its GPUs: " + vulkan::reason(counted));
  answer.line("end", "");
  instance->destroy();
}

}  // namespace canirun::probe
