// SPDX-License-Identifier: MIT
#pragma once
#include "probe/vendor/vulkan_abi.hpp"

/// What a timed copy needs beyond vulkan_abi.hpp, all of it Vulkan 1.0: layouts and values are those of the specification
/// (chapters "Devices and Queues", "Command Buffers", "Synchronization", "Memory Allocation", "Resources", "Copies").
namespace canirun::probe::vulkan {

/// Buffers, memories, pools and fences: pointers on 64-bit systems, numbers of 64 bits elsewhere.
using Object = std::uint64_t;

inline constexpr Result k_timeout = 2;
inline constexpr std::uint32_t k_queue_graphics = 1, k_queue_compute = 2;        // VkQueueFlagBits
inline constexpr std::uint32_t k_memory_device_local = 1;                        // VkMemoryPropertyFlagBits
inline constexpr std::uint32_t k_memory_lazy = 0x10, k_memory_protected = 0x20;  // VkMemoryPropertyFlagBits
inline constexpr std::uint32_t k_usage_source = 1, k_usage_destination = 2;      // VkBufferUsageFlagBits
inline constexpr std::uint32_t k_stage_transfer = 0x1000;                        // VK_PIPELINE_STAGE_TRANSFER_BIT
inline constexpr std::uint32_t k_access_read = 0x800, k_access_write = 0x1000;   // VK_ACCESS_TRANSFER_*_BIT
inline constexpr std::uint32_t k_pool_resets_buffers = 2,
                               k_begin_one_submit = 1;  // ..._RESET_COMMAND_BUFFER, ONE_TIME_SUBMIT

struct QueueFamily {
  std::uint32_t flags, count, timestamp_bits, granularity[3];
};
static_assert(sizeof(QueueFamily) == 24);
struct QueueCreateInfo {
  std::int32_t type = 2;
  const void* next = nullptr;
  std::uint32_t flags = 0, family = 0, count = 1;
  const float* priorities = nullptr;
};
struct DeviceCreateInfo {
  std::int32_t type = 3;
  const void* next = nullptr;
  std::uint32_t flags = 0, queues = 1;
  const QueueCreateInfo* queue = nullptr;
  std::uint32_t layers = 0;
  const char* const* layer_names = nullptr;
  std::uint32_t extensions = 0;
  const char* const* extension_names = nullptr;
  const void* features = nullptr;
};
struct SubmitInfo {
  std::int32_t type = 4;
  const void* next = nullptr;
  std::uint32_t waits = 0;
  const Object* wait_semaphores = nullptr;
  const std::uint32_t* wait_stages = nullptr;
  std::uint32_t commands = 1;
  const Handle* command_buffers = nullptr;
  std::uint32_t signals = 0;
  const Object* signal_semaphores = nullptr;
};
struct MemoryAllocateInfo {
  std::int32_t type = 5;
  const void* next = nullptr;
  std::uint64_t bytes = 0;
  std::uint32_t memory_type = 0;
};
struct FenceCreateInfo {
  std::int32_t type = 8;
  const void* next = nullptr;
  std::uint32_t flags = 0;
};
struct BufferCreateInfo {
  std::int32_t type = 12;
  const void* next = nullptr;
  std::uint32_t flags = 0;
  std::uint64_t bytes = 0;
  std::uint32_t usage = k_usage_source | k_usage_destination, sharing = 0, families = 0;
  const std::uint32_t* family_list = nullptr;
};
struct PoolCreateInfo {
  std::int32_t type = 39;
  const void* next = nullptr;
  std::uint32_t flags = k_pool_resets_buffers, family = 0;
};
struct CommandAllocateInfo {
  std::int32_t type = 40;
  const void* next = nullptr;
  Object pool = 0;
  std::uint32_t level = 0, count = 1;
};
struct BeginInfo {
  std::int32_t type = 42;
  const void* next = nullptr;
  std::uint32_t flags = k_begin_one_submit;
  const void* inheritance = nullptr;
};
struct TransferBarrier {
  std::int32_t type = 46;
  const void* next = nullptr;
  std::uint32_t before = k_access_write, after = k_access_read | k_access_write;
};
struct MemoryRequirements {
  std::uint64_t bytes, alignment;
  std::uint32_t types;
};
static_assert(sizeof(MemoryRequirements) == 24);
struct BufferCopy {
  std::uint64_t from, to, bytes;
};

using GetQueueFamilies = void (*)(Handle physical, std::uint32_t* count, QueueFamily*);
using CreateDevice = Result (*)(Handle physical, const DeviceCreateInfo*, const void* allocator, Handle* device);
using DestroyDevice = void (*)(Handle device, const void* allocator);
using GetQueue = void (*)(Handle device, std::uint32_t family, std::uint32_t index, Handle* queue);
using CreateBuffer = Result (*)(Handle device, const BufferCreateInfo*, const void* allocator, Object* buffer);
using GetRequirements = void (*)(Handle device, Object buffer, MemoryRequirements*);
using AllocateMemory = Result (*)(Handle device, const MemoryAllocateInfo*, const void* allocator, Object* memory);
using BindMemory = Result (*)(Handle device, Object buffer, Object memory, std::uint64_t offset);
using CreatePool = Result (*)(Handle device, const PoolCreateInfo*, const void* allocator, Object* pool);
using CreateFence = Result (*)(Handle device, const FenceCreateInfo*, const void* allocator, Object* fence);
/// vkDestroyBuffer, vkFreeMemory, vkDestroyCommandPool, vkDestroyFence
using Destroy = void (*)(Handle device, Object object, const void* allocator);
using AllocateCommands = Result (*)(Handle device, const CommandAllocateInfo*, Handle* commands);
using Begin = Result (*)(Handle commands, const BeginInfo*);
using End = Result (*)(Handle commands);
using FillBuffer = void (*)(Handle commands, Object buffer, std::uint64_t offset, std::uint64_t bytes, std::uint32_t word);
using CopyBuffer = void (*)(Handle commands, Object from, Object to, std::uint32_t regions, const BufferCopy*);
using Barrier = void (*)(Handle commands, std::uint32_t stages_before, std::uint32_t stages_after, std::uint32_t flags,
                         std::uint32_t memory_barriers, const TransferBarrier*, std::uint32_t buffer_barriers, const void*,
                         std::uint32_t image_barriers, const void*);
using Submit = Result (*)(Handle queue, std::uint32_t submits, const SubmitInfo*, Object fence);
using WaitForFences = Result (*)(Handle device, std::uint32_t count, const Object*, std::uint32_t all, std::uint64_t ns);
using ResetFences = Result (*)(Handle device, std::uint32_t count, const Object*);

}  // namespace canirun::probe::vulkan
