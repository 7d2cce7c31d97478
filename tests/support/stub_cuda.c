/* SPDX-License-Identifier: MIT */
/* A stand-in for CUDA's driver library, libcuda.so.1. CANIRUN_CUDA_STUB chooses what it plays:
 *   h100 (default: one card at 0000:00:06.0), two (a second card at 0000:01:00.0 that somebody else has to himself), none
 * (no card), no_driver, little (of its memory is free), full (no buffer is to be had), lost (at the third wait), hang,
 * crash, at_the_end (crashes when the context goes), garbage. Its memory copies 200 GB/s, bytes read plus written. Aborts on
 * what no program may do: a copy without a context, to the same buffer, or beyond it. Signatures: CUDA Driver API reference.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define BASE 0x700000000000ULL
#define GAP 0x100000000ULL

static int current = 0, retained = 0, waits = 0;
static size_t size_of[2];
static unsigned long long copied_bytes = 0;

static int plays(const char* what) {
  const char* chosen = getenv("CANIRUN_CUDA_STUB");
  return strcmp(chosen && *chosen ? chosen : "h100", what) == 0;
}
static void need(int true_thing) {
  if (!true_thing) abort();
}

EXPORT int cuInit(unsigned flags) {
  need(flags == 0);
  if (plays("hang")) sleep(60);
  return plays("no_driver") ? 100 : 0;
}
EXPORT int cuGetErrorName(int code, const char** name) {
  *name = code == 2     ? "CUDA_ERROR_OUT_OF_MEMORY"
          : code == 46  ? "CUDA_ERROR_DEVICE_UNAVAILABLE"
          : code == 100 ? "CUDA_ERROR_NO_DEVICE"
          : code == 719 ? "CUDA_ERROR_LAUNCH_FAILED"
                        : NULL;
  return *name ? 0 : 1;
}
EXPORT int cuDriverGetVersion(int* version) {
  *version = 13000;
  return 0;
}
EXPORT int cuDeviceGetCount(int* count) {
  *count = plays("none") ? 0 : plays("two") ? 2 : plays("garbage") ? 2000000000 : 1;
  return 0;
}
EXPORT int cuDeviceGet(int* device, int index) {
  *device = index;
  return plays("garbage") && index > 1 ? 101 : 0;
}
EXPORT int cuDeviceGetName(char* text, int bytes, int device) {
  (void)device;
  strncpy(text, plays("garbage") ? "H\x1b]0;100\x07\r\nend" : "NVIDIA H100 80GB HBM3", (size_t)bytes);
  return 0;
}
EXPORT int cuDeviceGetPCIBusId(char* text, int bytes, int device) {
  strncpy(text, plays("garbage") ? "nowhere" : device == 0 ? "0000:00:06.0" : "0000:01:00.0", (size_t)bytes);
  return 0;
}
EXPORT int cuDevicePrimaryCtxRetain(void** context, int device) {
  if (device == 1 && plays("two")) return 46;
  ++retained;
  *context = &retained;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
  (void)device;
  if (plays("at_the_end")) abort();
  need(--retained >= 0);
  return 0;
}
EXPORT int cuCtxSetCurrent(void* context) {
  need(context == &retained);
  current = 1;
  return 0;
}
EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
  need(current);
  *total = (size_t)80 << 30;
  *free = plays("little") ? (size_t)100 << 20 : (size_t)79 << 30;
  return 0;
}
EXPORT int cuMemAlloc_v2(unsigned long long* pointer, size_t bytes) {
  need(current && bytes > 0);
  if (plays("full")) return 2;
  const int which = size_of[0] != 0;
  need(size_of[which] == 0);
  size_of[which] = bytes;
  *pointer = BASE + (unsigned)which * GAP;
  return 0;
}
EXPORT int cuMemFree_v2(unsigned long long pointer) {
  const int which = pointer == BASE ? 0 : 1;
  need(pointer == BASE + (unsigned)which * GAP && size_of[which] != 0);
  size_of[which] = 0;
  return 0;
}
EXPORT int cuMemsetD8_v2(unsigned long long pointer, unsigned char value, size_t bytes) {
  (void)value;
  need(bytes == size_of[pointer == BASE ? 0 : 1]);
  return 0;
}
EXPORT int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void* stream) {
  need(current && stream == NULL && to != from);
  need(bytes == size_of[to == BASE ? 0 : 1] && bytes == size_of[from == BASE ? 0 : 1]);
  if (plays("crash")) raise(SIGSEGV);
  copied_bytes += bytes;
  return 0;
}
EXPORT int cuCtxSynchronize(void) {
  need(current);
  if (plays("lost") && ++waits == 3) return 719;
  const uint64_t ns = 2 * copied_bytes / 200; /* 200 bytes a nanosecond */
  const struct timespec rest = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
  copied_bytes = 0;
  nanosleep(&rest, NULL);
  return 0;
}
