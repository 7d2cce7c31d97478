/* SPDX-License-Identifier: MIT */
/* A stand-in for Vulkan's loader, libvulkan.so.1. CANIRUN_VULKAN_STUB chooses what it plays:
 *   mtt (default: a card of a vendor nobody knows, beside lavapipe), nvk (an RTX 2070 under nouveau, twice, as two drivers list
 *   it), mali (shares the memory), adreno, venus (a host's card through virtio), dozen (WSL), old (a driver of Vulkan 1.0: no
 *   addresses), none (no driver), empty, hang, crash, crash_late (after the first GPU), garbage.
 * Layouts: see src/probe/vendor/vulkan_abi.hpp; written down here once more, from the specification. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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
    budget->budget[1] = gpu->bytes - gpu->used;
    budget->usage[1] = 1 << 20;
  }
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
                   {"vkGetPhysicalDeviceMemoryProperties2", (void (*)(void))memory_2}};
  (void)instance;
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
    if (strcmp(functions[i].name, name) == 0) return functions[i].function;
  }
  return 0;
}
