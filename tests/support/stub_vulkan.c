/* SPDX-License-Identifier: MIT */
/* A stand-in for Vulkan's loader, libvulkan.so.1. CANIRUN_VULKAN_STUB chooses what it plays:
 *   mtt (default: a card of a vendor nobody knows, beside lavapipe), nvk (an RTX 2070 under nouveau, twice, as two drivers
 * list it), mali (shares the memory), adreno, venus (a host's card through virtio), dozen (WSL), old (a driver of
 * Vulkan 1.0: no addresses), none (no driver), empty, hang, crash, crash_late (after the first GPU), garbage. Its memory
 * copies 200 GB/s (bytes read plus written; CANIRUN_VULKAN_STUB_GBS says otherwise). CANIRUN_VULKAN_STUB_COPY chooses how
 * that goes wrong: no_device, no_queue, no_functions, no_memory, no_type, strange, lost (at the third wait), slow (a wait
 * runs out), hang, crash, little (of its memory is free), at_the_end (crashes when the device goes away). Layouts: see
 * src/probe/vendor/vulkan_abi.hpp; written down here once more, from the specification. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define GIB (1ULL << 30)

struct properties {
  uint32_t api, driver, vendor, device, type;
  char name[256];
  uint8_t uuid[16];
  uint64_t rest[66];
};
struct chained {
  int32_t type;
  struct chained* next;
};
struct bus_info {
  int32_t type;
  void* next;
  uint32_t domain, bus, device, function;
};
struct driver_info {
  int32_t type;
  void* next;
  uint32_t id;
  char name[256], info[256];
};
struct properties_2 {
  int32_t type;
  struct chained* next;
  struct properties properties;
};
struct memory {
  uint32_t types, table[64], heaps;
  struct {
    uint64_t bytes;
    uint32_t flags;
  } heap[16];
};
struct memory_2 {
  int32_t type;
  struct chained* next;
  struct memory memory;
};
struct budget {
  int32_t type;
  void* next;
  uint64_t budget[16], usage[16];
};
struct extension {
  char name[256];
  uint32_t version;
};

struct gpu {
  const char *mode, *name, *driver;
  uint32_t vendor, device, type, bus; /* bus 0: not on PCI */
  uint64_t bytes, used;
};
static const struct gpu gpus[] = {
    {"mtt", "MTT S80", "Moore Threads", 0x1ed5, 0x0201, 2, 3, 16 * GIB, GIB},
    {"mtt", "llvmpipe (LLVM 15.0.7, 256 bits)", "llvmpipe", 0x10005, 0, 4, 0, 64 * GIB, 0},
    {"nvk", "NVIDIA GeForce RTX 2070 (NVK TU106)", "NVK", 0x10de, 0x1f02, 2, 1, 8 * GIB, GIB / 4},
    {"nvk", "NVIDIA GeForce RTX 2070", "another driver", 0x10de, 0x1f02, 2, 1, 8 * GIB, 0},
    {"mali", "Mali-G610 (Panfrost)", "panvk", 0x13b5, 0xa8670000, 1, 0, 12 * GIB, 0},
    {"adreno", "Adreno X1-85", "turnip Mesa driver", 0x5143, 0x43050c01, 1, 0, 24 * GIB, 0},
    {"venus", "Virtio-GPU Venus (NVIDIA RTX A4000)", "venus", 0x10de, 0x24b0, 3, 0, 16 * GIB, 0},
    {"dozen", "Microsoft Direct3D12 (AMD Radeon RX 7900 XTX)", "Dozen", 0x1002, 0x744c, 2, 0, 24 * GIB, 2 * GIB},
    {"old", "GPU of long ago", "", 0x1ed5, 0x0201, 2, 3, 4 * GIB, 0},
    {"crash_late", "MTT S80", "Moore Threads", 0x1ed5, 0x0201, 2, 3, 16 * GIB, GIB},
    {"crash_late", "never said", "", 0x1ed5, 0x0201, 2, 4, 16 * GIB, GIB},
    {"garbage", "MTT\x1b]0;owned\x07 \xff\xfe S80\r\ngpu 1", "\x1b[31m", 0x1ed5, 0x0201, 77, 3, ~0ULL, 0},
};
#define GPUS (sizeof gpus / sizeof gpus[0])

static int plays(const char* mode) {
  const char* chosen = getenv("CANIRUN_VULKAN_STUB");
  return strcmp(chosen ? chosen : "mtt", mode) == 0;
}

static int copying(const char* trouble) {
  const char* chosen = getenv("CANIRUN_VULKAN_STUB_COPY");
  return chosen && strcmp(chosen, trouble) == 0;
}

static int32_t version(uint32_t* out) {
  *out = plays("old") ? 1U << 22 : 1U << 22 | 3U << 12 | 275U;
  return 0;
}
static int32_t create(const void* info, const void* allocator, void** instance) {
  (void)info;
  (void)allocator;
  if (plays("hang")) {
    for (;;) sleep(60);
  }
  if (plays("crash")) abort();
  if (plays("none")) return -9;
  *instance = (void*)1;
  return 0;
}
static void destroy(void* instance, const void* allocator) {
  (void)instance;
  (void)allocator;
}
static int32_t enumerate(void* instance, uint32_t* count, void** devices) {
  (void)instance;
  uint32_t found = 0;
  for (size_t i = 0; i < GPUS; ++i) {
    if (!plays(gpus[i].mode)) continue;
    if (devices && found < *count) devices[found] = (void*)&gpus[i];
    ++found;
  }
  *count = found;
  return 0;
}
static void properties(void* handle, struct properties* out) {
  const struct gpu* gpu = handle;
  if (strcmp(gpu->name, "never said") == 0) raise(SIGSEGV);
  memset(out, 0, sizeof *out);
  out->api = plays("old") ? 1U << 22 : 1U << 22 | 3U << 12 | 255U;
  out->vendor = gpu->vendor;
  out->device = gpu->device;
  out->type = gpu->type;
  strncpy(out->name, gpu->name, sizeof out->name - 1);
}
static int32_t extensions(void* handle, const char* layer, uint32_t* count, struct extension* out) {
  const struct gpu* gpu = handle;
  static const char* const names[] = {"VK_KHR_swapchain", "VK_KHR_driver_properties", "VK_EXT_memory_budget",
                                      "VK_EXT_pci_bus_info"};
  (void)layer;
  const uint32_t has = gpu->bus ? 4 : 3;
  for (uint32_t i = 0; out && i < has && i < *count; ++i) {
    memset(&out[i], 0, sizeof out[i]);
    strcpy(out[i].name, names[i]);
  }
  *count = has;
  return 0;
}
static void properties_2(void* handle, struct properties_2* out) {
  const struct gpu* gpu = handle;
  properties(handle, &out->properties);
  for (struct chained* next = out->next; next; next = next->next) {
    if (next->type == 1000212000) {
      struct bus_info* bus = (struct bus_info*)next;
      bus->domain = 0;
      bus->bus = gpu->bus;
      bus->device = bus->function = 0;
    } else if (next->type == 1000196000) {
      struct driver_info* driver = (struct driver_info*)next;
      strncpy(driver->name, gpu->driver, sizeof driver->name - 1);
    } else {
      abort(); /* nobody asks for anything else */
    }
  }
}
static void memory(void* handle, struct memory* out) {
  const struct gpu* gpu = handle;
  memset(out, 0, sizeof *out);
  out->types = plays("garbage") ? 4000000000U : 4;
  out->table[0] = 6; /* the host's, which every buffer could lie in */
  out->table[2] = copying("no_type") ? 0x21 : 1;
  out->table[3] = 1;
  out->table[4] = 0x11; /* lazily allocated */
  out->table[5] = 1;
  out->table[6] = 7;
  out->table[7] = 2; /* the window */
  out->heaps = plays("garbage") ? 4000000000U : 3;
  out->heap[0].bytes = 64 * GIB; /* the host's */
  out->heap[1].bytes = gpu->bytes;
  out->heap[1].flags = 1;
  out->heap[2].bytes = GIB / 4; /* the window the processor sees */
  out->heap[2].flags = 1;
}
static void memory_2(void* handle, struct memory_2* out) {
  const struct gpu* gpu = handle;
  memory(handle, &out->memory);
  for (struct chained* next = out->next; next; next = next->next) {
    struct budget* budget = (struct budget*)next;
    if (next->type != 1000237000) abort();
    memset(budget->budget, 0, sizeof budget->budget);
    memset(budget->usage, 0, sizeof budget->usage);
    budget->budget[1] = copying("little") ? 65 << 20 : gpu->bytes - gpu->used;
    budget->usage[1] = 1 << 20;
  }
}

/* Copies: what is asked for adds up, and waiting takes as long as it would. */
#define COPYING_MAGIC 0x5eedULL
static uint64_t asked_bytes;
static int waits, objects;
struct copied {
  uint64_t from, to, bytes;
};
static void queue_families(void* gpu, uint32_t* count, uint32_t out[][6]) {
  (void)gpu;
  *count = copying("no_queue") ? 1 : 3;
  if (!out) return;
  memset(out, 0, *count * sizeof out[0]);
  out[0][0] = 4; /* transfers alone */
  out[0][1] = 2;
  if (*count == 1) return;
  out[1][0] = 2; /* computes */
  out[1][1] = 1;
  out[2][0] = 7;
  out[2][1] = 16;
}
static int32_t create_device(void* gpu, const void* info, const void* allocator, void** device) {
  (void)info;
  (void)allocator;
  if (copying("no_device")) return -3;
  *device = gpu;
  return 0;
}
static void destroy_device(void* device, const void* allocator) {
  (void)device;
  (void)allocator;
  if (copying("at_the_end")) abort();
  if (objects != 0) abort(); /* something was left behind */
}
static void get_queue(void* device, uint32_t family, uint32_t index, void** queue) {
  if (family != 2 || index != 0) abort(); /* the one that can do most */
  *queue = device;
}
struct buffer_info {
  int32_t type;
  const void* next;
  uint32_t flags;
  uint64_t bytes;
};
static int32_t create_object(void* device, const void* info, const void* allocator, uint64_t* object) {
  (void)device;
  (void)info;
  (void)allocator;
  ++objects;
  *object = COPYING_MAGIC;
  return 0;
}
static void destroy_object(void* device, uint64_t object, const void* allocator) {
  (void)device;
  (void)allocator;
  if (object < COPYING_MAGIC) abort();
  --objects;
}
static int32_t create_buffer(void* device, const struct buffer_info* info, const void* allocator, uint64_t* buffer) {
  create_object(device, info, allocator, buffer);
  *buffer = COPYING_MAGIC + info->bytes;
  return 0;
}
static void requirements(void* device, uint64_t buffer, uint64_t out[3]) {
  (void)device;
  out[0] = copying("strange") ? ~0ULL : buffer - COPYING_MAGIC;
  out[1] = 256;
  out[2] = 0xf; /* types, low half */
}
struct allocate_info {
  int32_t type;
  const void* next;
  uint64_t bytes;
  uint32_t memory_type;
};
static int32_t allocate(void* device, const struct allocate_info* info, const void* allocator, uint64_t* memory_object) {
  if (info->memory_type != 1 || info->bytes > 256ULL << 20) abort(); /* the card's own, and not too much of it */
  if (copying("no_memory")) return -2;
  return create_object(device, info, allocator, memory_object);
}
static int32_t bind(void* device, uint64_t buffer, uint64_t memory_object, uint64_t offset) {
  (void)device;
  return buffer && memory_object && offset == 0 ? 0 : -1;
}
static int32_t allocate_commands(void* device, const void* info, void** commands) {
  (void)info;
  *commands = device;
  return 0;
}
static int32_t begin(void* commands, const void* info) {
  (void)commands;
  (void)info;
  asked_bytes = 0;
  return 0;
}
static int32_t end(void* commands) {
  (void)commands;
  return 0;
}
static void fill(void* commands, uint64_t buffer, uint64_t offset, uint64_t bytes, uint32_t word) {
  (void)commands;
  (void)word;
  if (offset != 0 || buffer != COPYING_MAGIC + bytes) abort();
}
static void copy(void* commands, uint64_t from, uint64_t to, uint32_t regions, const struct copied* all) {
  (void)commands;
  if (regions != 1 || from != COPYING_MAGIC + all->bytes || to != from) abort();
  asked_bytes += 2 * all->bytes;
}
static void barrier(void* commands, uint32_t before, uint32_t after) {
  (void)commands;
  if (before != 0x1000 || after != 0x1000) abort();
}
static int32_t submit(void* queue, uint32_t count, const void* submits, uint64_t fence) {
  (void)queue;
  (void)submits;
  return count == 1 && fence ? 0 : -1;
}
static int32_t wait_for(void* device, uint32_t count, const uint64_t* fences, uint32_t all, uint64_t ns) {
  const char* chosen = getenv("CANIRUN_VULKAN_STUB_GBS");
  const double seconds = (double)asked_bytes / ((chosen ? atof(chosen) : 200) * 1e9);
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  (void)device;
  (void)all;
  if (count != 1 || fences[0] != COPYING_MAGIC || ns > 60000000000ULL) abort(); /* nobody waits for ever */
  if (copying("slow")) return 2;
  if (copying("hang")) {
    for (;;) sleep(60);
  }
  if (copying("crash")) raise(SIGSEGV);
  if (copying("lost") && ++waits == 3) return -4;
  nanosleep(&time, NULL);
  return 0;
}
static int32_t reset(void* device, uint32_t count, const uint64_t* fences) {
  (void)device;
  (void)fences;
  return count == 1 ? 0 : -1;
}

EXPORT void (*vkGetInstanceProcAddr(void* instance, const char* name))(void) {
  static const struct {
    const char* name;
    void (*function)(void);
  } functions[] = {{"vkEnumerateInstanceVersion", (void (*)(void))version},
                   {"vkCreateInstance", (void (*)(void))create},
                   {"vkDestroyInstance", (void (*)(void))destroy},
                   {"vkEnumeratePhysicalDevices", (void (*)(void))enumerate},
                   {"vkGetPhysicalDeviceProperties", (void (*)(void))properties},
                   {"vkGetPhysicalDeviceProperties2", (void (*)(void))properties_2},
                   {"vkEnumerateDeviceExtensionProperties", (void (*)(void))extensions},
                   {"vkGetPhysicalDeviceMemoryProperties", (void (*)(void))memory},
                   {"vkGetPhysicalDeviceMemoryProperties2", (void (*)(void))memory_2},
                   {"vkGetPhysicalDeviceQueueFamilyProperties", (void (*)(void))queue_families},
                   {"vkCreateDevice", (void (*)(void))create_device},
                   {"vkDestroyDevice", (void (*)(void))destroy_device},
                   {"vkGetDeviceQueue", (void (*)(void))get_queue},
                   {"vkCreateBuffer", (void (*)(void))create_buffer},
                   {"vkDestroyBuffer", (void (*)(void))destroy_object},
                   {"vkGetBufferMemoryRequirements", (void (*)(void))requirements},
                   {"vkAllocateMemory", (void (*)(void))allocate},
                   {"vkFreeMemory", (void (*)(void))destroy_object},
                   {"vkBindBufferMemory", (void (*)(void))bind},
                   {"vkCreateCommandPool", (void (*)(void))create_object},
                   {"vkDestroyCommandPool", (void (*)(void))destroy_object},
                   {"vkCreateFence", (void (*)(void))create_object},
                   {"vkDestroyFence", (void (*)(void))destroy_object},
                   {"vkAllocateCommandBuffers", (void (*)(void))allocate_commands},
                   {"vkBeginCommandBuffer", (void (*)(void))begin},
                   {"vkEndCommandBuffer", (void (*)(void))end},
                   {"vkCmdFillBuffer", (void (*)(void))fill},
                   {"vkCmdCopyBuffer", (void (*)(void))copy},
                   {"vkCmdPipelineBarrier", (void (*)(void))barrier},
                   {"vkQueueSubmit", (void (*)(void))submit},
                   {"vkWaitForFences", (void (*)(void))wait_for},
                   {"vkResetFences", (void (*)(void))reset}};
  (void)instance;
  if (copying("no_functions") && strcmp(name, "vkQueueSubmit") == 0) return 0;
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
    if (strcmp(functions[i].name, name) == 0) return functions[i].function;
  }
  return 0;
}
