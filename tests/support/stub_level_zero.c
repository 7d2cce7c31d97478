/* SPDX-License-Identifier: MIT */
/* A stand-in for Level Zero's loader, libze_loader.so.1. CANIRUN_LEVEL_ZERO_STUB chooses what it plays:
 *   a770 (default), no_address (a loader without the PCI extension), integrated, user (free memory as a user without the right
 *   is told it: all of it), none (no driver), no_sysman, hang, crash, crash_late (after the first GPU), garbage.
 * Layouts: see src/probe/vendor/level_zero_abi.hpp; written down here once more, from the specification. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define UNSUPPORTED 0x78000003U

struct device {
  uint32_t structure;
  void* next;
  uint32_t type, vendor, device, flags, subdevice, clock;
  uint64_t largest;
  uint32_t contexts, priorities, threads, lanes, eus, subslices, slices;
  uint64_t timer;
  uint32_t bits[2];
  uint8_t uuid[16];
  char name[256];
};
struct memory {
  uint32_t structure;
  void* next;
  uint32_t flags, clock, width;
  uint64_t total;
  char name[256];
};
struct pci {
  uint32_t structure;
  void* next;
  uint32_t domain, bus, device, function;
  int32_t generation, lanes;
  int64_t bandwidth;
};
struct state {
  uint32_t structure;
  const void* next;
  uint32_t health;
  uint64_t free, size;
};

static const uint64_t all = 16225243136ULL; /* what an A770 with 16 GiB offers */

static int plays(const char* mode) {
  const char* chosen = getenv("CANIRUN_LEVEL_ZERO_STUB");
  return strcmp(chosen ? chosen : "a770", mode) == 0;
}

EXPORT uint32_t zeInit(uint32_t flags) {
  if (plays("hang")) {
    for (;;) sleep(60);
  }
  if (plays("crash")) abort();
  if (flags != 1) return 0x78000004U;
  return plays("none") ? 0x78000001U : 0;
}
EXPORT uint32_t zeDriverGet(uint32_t* count, void** drivers) {
  if (drivers && *count > 0) drivers[0] = (void*)1;
  *count = 1;
  return 0;
}
EXPORT uint32_t zeDeviceGet(void* driver, uint32_t* count, void** devices) {
  (void)driver;
  const uint32_t found = plays("crash_late") ? 2 : 1;
  for (uint32_t i = 0; devices && i < found && i < *count; ++i) devices[i] = (void*)(uintptr_t)(i + 1);
  *count = found;
  return 0;
}
EXPORT uint32_t zeDeviceGetProperties(void* handle, struct device* out) {
  if (out->structure != 3) return 0x78000004U;
  if ((uintptr_t)handle == 2) raise(SIGSEGV);
  out->type = 1;
  out->vendor = 0x8086;
  out->device = plays("integrated") ? 0x7d55 : 0x56a0;
  out->flags = plays("integrated") ? 1 : 0;
  out->clock = 2400;
  out->lanes = 8;
  out->eus = 16;
  out->subslices = plays("garbage") ? 4000000000U : 4;
  out->slices = plays("integrated") ? 2 : 8;
  strcpy(out->name, plays("garbage") ? "Arc\x1b[2J\nend" : plays("integrated") ? "Intel(R) Arc(TM) Graphics"
                                                                               : "Intel(R) Arc(TM) A770 Graphics");
  return 0;
}
EXPORT uint32_t zeDeviceGetMemoryProperties(void* handle, uint32_t* count, struct memory* out) {
  (void)handle;
  if (*count < 1 || out->structure != 7) return 0x78000004U;
  *count = 1;
  out->total = plays("garbage") ? ~0ULL : all;
  return 0;
}
EXPORT uint32_t zeDevicePciGetPropertiesExt(void* handle, struct pci* out) {
  (void)handle;
  if (plays("no_address") || out->structure != 0x10008) return UNSUPPORTED;
  out->bus = plays("integrated") ? 0 : 3;
  out->device = plays("integrated") ? 2 : 0;
  return 0;
}
EXPORT uint32_t zesDeviceEnumMemoryModules(void* handle, uint32_t* count, void** modules) {
  (void)handle;
  const char* sysman = getenv("ZES_ENABLE_SYSMAN");
  if (plays("no_sysman") || !sysman || strcmp(sysman, "1") != 0) return UNSUPPORTED;
  if (modules && *count > 0) modules[0] = (void*)1;
  *count = 1;
  return 0;
}
EXPORT uint32_t zesMemoryGetState(void* module, struct state* out) {
  (void)module;
  out->size = all;
  out->free = plays("user") ? all : all - (1ULL << 30);
  return 0;
}
