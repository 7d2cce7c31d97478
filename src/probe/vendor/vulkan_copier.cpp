// SPDX-License-Identifier: MIT
#include "probe/vendor/vulkan_copier.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace canirun::probe::vulkan {
namespace {

/// One submission is planned to take some ten milliseconds.
constexpr std::uint64_t k_longest_ns = 2'000'000'000;

std::string failed(const char* what, Result code) { return std::string(what) + ": " + reason(code); }

/// A family that computes or draws: the one for transfers alone is an engine for the bus, slower than the memory.
std::optional<std::uint32_t> family_of(const Instance& instance, Handle physical) {
  constexpr std::uint32_t k_most = 64;
  const auto get = instance.function<GetQueueFamilies>("vkGetPhysicalDeviceQueueFamilyProperties");
  if (get == nullptr) return std::nullopt;
  std::uint32_t count = 0;
  get(physical, &count, nullptr);
  std::vector<QueueFamily> families(std::min(count, k_most));
  count = static_cast<std::uint32_t>(families.size());
  get(physical, &count, families.data());
  families.resize(std::min<std::size_t>(count, families.size()));
  for (const std::uint32_t wanted : {k_queue_graphics | k_queue_compute, k_queue_compute, k_queue_graphics}) {
    for (std::uint32_t i = 0; i < families.size(); ++i) {
      if (families[i].count > 0 && (families[i].flags & wanted) == wanted) return i;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> memory_type(const MemoryProperties& memory, std::uint32_t heap, std::uint32_t allowed) {
  constexpr std::uint32_t k_most_types = 32;
  for (std::uint32_t i = 0; i < std::min(memory.types, k_most_types); ++i) {
    const std::uint32_t flags = memory.type_table[2 * i];
    const bool plain = (flags & (k_memory_device_local | k_memory_lazy | k_memory_protected)) == k_memory_device_local;
    if ((allowed >> i & 1U) != 0 && plain && memory.type_table[2 * i + 1] == heap) return i;
  }
  return std::nullopt;
}

}  // namespace

bool Copier::look_up_functions() {
  return need(create_buffer_, "vkCreateBuffer") && need(requirements_, "vkGetBufferMemoryRequirements") &&
         need(allocate_, "vkAllocateMemory") && need(bind_, "vkBindBufferMemory") &&
         need(create_pool_, "vkCreateCommandPool") && need(create_fence_, "vkCreateFence") &&
         need(allocate_commands_, "vkAllocateCommandBuffers") && need(begin_, "vkBeginCommandBuffer") &&
         need(end_, "vkEndCommandBuffer") && need(fill_, "vkCmdFillBuffer") && need(copy_, "vkCmdCopyBuffer") &&
         need(barrier_, "vkCmdPipelineBarrier") && need(submit_, "vkQueueSubmit") && need(wait_, "vkWaitForFences") &&
         need(reset_, "vkResetFences");
}

std::string Copier::make_device() {
  const auto create = instance_.function<CreateDevice>("vkCreateDevice");
  const auto get_queue = instance_.function<GetQueue>("vkGetDeviceQueue");
  if (create == nullptr || get_queue == nullptr || !look_up_functions()) return "the driver lacks functions of Vulkan 1.0";
  const std::optional<std::uint32_t> family = family_of(instance_, physical_);
  if (!family) return "it has no queue that computes";
  family_ = *family;
  const float priority = 1;
  QueueCreateInfo queue;
  queue.family = family_;
  queue.priorities = &priority;
  DeviceCreateInfo wanted;
  wanted.queue = &queue;
  if (const Result code = create(physical_, &wanted, nullptr, &device_); code != k_success) {
    device_ = nullptr;
    return failed("it cannot be opened", code);
  }
  get_queue(device_, family_, 0, &queue_);
  return queue_ != nullptr ? "" : "it gives no queue";
}

std::string Copier::make_buffer(const MemoryProperties& memory, std::uint32_t heap, Object& buffer, Object& store) {
  BufferCreateInfo wanted;
  wanted.bytes = bytes_;
  if (const Result code = create_buffer_(device_, &wanted, nullptr, &buffer); code != k_success)
    return failed("no buffer", code);
  MemoryRequirements needed{};
  requirements_(device_, buffer, &needed);
  const std::optional<std::uint32_t> type = memory_type(memory, heap, needed.types);
  if (!type) return "its own memory takes no buffer";
  if (needed.bytes < bytes_ || needed.bytes > 2 * bytes_) return "it asks for a strange amount of memory";
  MemoryAllocateInfo allocation;
  allocation.bytes = needed.bytes;
  allocation.memory_type = *type;
  if (const Result code = allocate_(device_, &allocation, nullptr, &store); code != k_success)
    return failed("no memory", code);
  const Result code = bind_(device_, buffer, store, 0);
  return code == k_success ? "" : failed("no memory", code);
}

std::string Copier::make_commands() {
  PoolCreateInfo pool;
  pool.family = family_;
  if (const Result code = create_pool_(device_, &pool, nullptr, &pool_); code != k_success)
    return failed("no commands", code);
  CommandAllocateInfo commands;
  commands.pool = pool_;
  if (const Result code = allocate_commands_(device_, &commands, &commands_); code != k_success)
    return failed("no commands", code);
  const FenceCreateInfo fence;
  const Result code = create_fence_(device_, &fence, nullptr, &fence_);
  return code == k_success ? "" : failed("no fence", code);
}

std::string Copier::prepare(const MemoryProperties& memory, std::uint32_t heap, std::uint64_t bytes) {
  bytes_ = bytes;
  std::string trouble = make_device();
  for (std::size_t i = 0; i < buffers_.size() && trouble.empty(); ++i) {
    trouble = make_buffer(memory, heap, buffers_[i], stores_[i]);
  }
  return trouble.empty() ? make_commands() : trouble;
}

template <class Record>
std::string Copier::run(Record record, double& seconds) {
  using Clock = std::chrono::steady_clock;
  const BeginInfo begin;
  if (const Result code = begin_(commands_, &begin); code != k_success) return failed("no commands", code);
  record();
  if (const Result code = end_(commands_); code != k_success) return failed("no commands", code);
  SubmitInfo submit;
  submit.command_buffers = &commands_;
  const Clock::time_point from = Clock::now();
  if (const Result code = submit_(queue_, 1, &submit, fence_); code != k_success) return failed("copying", code);
  const Result waited = wait_(device_, 1, &fence_, 1, k_longest_ns);
  seconds = std::chrono::duration<double>(Clock::now() - from).count();
  if (waited == k_timeout) return "copying took more than 2 s";
  if (waited != k_success) return failed("copying", waited);
  const Result reset = reset_(device_, 1, &fence_);
  return reset == k_success ? "" : failed("copying", reset);
}

std::string Copier::fill() {
  constexpr std::uint32_t k_pattern = 0x5eed1234;
  double seconds = 0;
  return run(
      [&] {
        for (const Object buffer : buffers_) fill_(commands_, buffer, 0, bytes_, k_pattern);
      },
      seconds);
}

std::string Copier::copy(std::uint32_t copies, double& seconds) {
  const auto record = [&] {
    const BufferCopy all{0, 0, bytes_};
    const TransferBarrier after_the_last;
    for (std::uint32_t i = 0; i < copies; ++i) {
      if (i > 0) barrier_(commands_, k_stage_transfer, k_stage_transfer, 0, 1, &after_the_last, 0, nullptr, 0, nullptr);
      copy_(commands_, buffers_[i % 2], buffers_[1 - i % 2], 1, &all);
    }
  };
  return run(record, seconds);
}

void Copier::destroy(const char* name, Object object) {
  const auto function = instance_.function<Destroy>(name);
  if (object != 0 && function != nullptr) function(device_, object, nullptr);
}

/// After a failed wait the GPU may still be at work: the process ends soon, and the driver cleans up after it.
Copier::~Copier() {
  if (device_ == nullptr) return;
  destroy("vkDestroyFence", fence_);
  destroy("vkDestroyCommandPool", pool_);
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    destroy("vkDestroyBuffer", buffers_[i]);
    destroy("vkFreeMemory", stores_[i]);
  }
  if (const auto destroy_device = instance_.function<DestroyDevice>("vkDestroyDevice")) destroy_device(device_, nullptr);
}

}  // namespace canirun::probe::vulkan
