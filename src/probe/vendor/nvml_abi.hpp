// SPDX-License-Identifier: MIT
#pragma once

/// The part of NVIDIA's management library (NVML) that is used, declared by hand: layouts and values are those of the NVML
/// API reference (nvmlDeviceGetPciInfo_v3, nvmlDeviceGetMemoryInfo, nvmlDeviceGetMaxClockInfo, ...). The library promises
/// that versioned symbols keep their layout.
namespace canirun::probe::nvml {

using Return = int;
using Device = void*;

inline constexpr Return k_success = 0, k_not_supported = 3, k_not_found = 6;
inline constexpr int k_clock_sm = 1, k_clock_memory = 2;  // nvmlClockType_t
inline constexpr unsigned k_feature_enabled = 1;          // nvmlEnableState_t, NVML_DEVICE_MIG_ENABLE

/// nvmlPciInfo_t, as nvmlDeviceGetPciInfo_v3 fills it.
struct PciInfo {
  char bus_id_legacy[16];
  unsigned domain, bus, device;
  unsigned device_and_vendor;     ///< device id in the upper half
  unsigned subsystem_and_vendor;  ///< likewise
  char bus_id[32];                ///< "00000000:01:00.0"
};
static_assert(sizeof(PciInfo) == 68);

/// nvmlMemory_t: `used` includes what the driver keeps for itself.
struct Memory {
  unsigned long long total, free, used;
};

/// nvmlDeviceAttributes_t: what a MIG instance has.
struct Attributes {
  unsigned multiprocessors, copy_engines, decoders, encoders, jpeg, ofa, gpu_slices, compute_slices;
  unsigned long long memory_mib;
};

/// nvmlProcessInfo_t, as nvmlDeviceGetComputeRunningProcesses_v3 fills it; `used` is all ones when it is not known.
struct Process {
  unsigned pid;
  unsigned long long used;
  unsigned gpu_instance, compute_instance;
};
static_assert(sizeof(Process) == 24);

}  // namespace canirun::probe::nvml
