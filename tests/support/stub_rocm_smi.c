/* SPDX-License-Identifier: MIT */
/* A stand-in for AMD's librocm_smi64.so.1. CANIRUN_ROCM_SMI_STUB chooses what it plays:
 *   xtx (default: an RX 7900 XTX), init_fails, no_memory, hang, crash, crash_late (after the first GPU), garbage. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static int plays(const char* mode) {
  const char* chosen = getenv("CANIRUN_ROCM_SMI_STUB");
  return strcmp(chosen ? chosen : "xtx", mode) == 0;
}

EXPORT int rsmi_init(uint64_t flags) {
  (void)flags;
  if (plays("hang")) {
    for (;;) sleep(60);
  }
  if (plays("crash")) abort();
  return plays("init_fails") ? 8 : 0;
}
EXPORT int rsmi_shut_down(void) { return 0; }
EXPORT int rsmi_num_monitor_devices(uint32_t* count) {
  *count = plays("crash_late") ? 2 : plays("garbage") ? 4000000000U : 1;
  return 0;
}
EXPORT int rsmi_dev_pci_id_get(uint32_t index, uint64_t* place) {
  if (index > 0 && plays("crash_late")) raise(SIGSEGV);
  *place = plays("garbage") ? ~0ULL : 0x300; /* 0000:03:00.0 */
  return 0;
}
EXPORT int rsmi_dev_vendor_id_get(uint32_t index, uint16_t* id) {
  (void)index;
  *id = 0x1002;
  return 0;
}
EXPORT int rsmi_dev_id_get(uint32_t index, uint16_t* id) {
  (void)index;
  *id = 0x744c;
  return 0;
}
EXPORT int rsmi_dev_name_get(uint32_t index, char* name, size_t length) {
  (void)index;
  strncpy(name, plays("garbage") ? "\x1b]0;x\x07\nend" : "Radeon RX 7900 XTX", length);
  return 0;
}
EXPORT int rsmi_dev_memory_total_get(uint32_t index, int kind, uint64_t* bytes) {
  (void)index;
  if (kind != 0 || plays("no_memory")) return 2;
  *bytes = plays("garbage") ? ~0ULL : 25753026560ULL;
  return 0;
}
EXPORT int rsmi_dev_memory_usage_get(uint32_t index, int kind, uint64_t* bytes) {
  (void)index;
  if (kind != 0) return 2;
  *bytes = 1 << 30;
  return 0;
}
