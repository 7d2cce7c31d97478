// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace canirun::probe {

/// The end of a serial number: enough to tell two cards of a machine apart, too little to know the card by.
std::string last_four(const std::string& uuid);

/// One GPU, or one MIG instance of one, as NVIDIA's management library describes it.
struct NvmlGpu {
  std::string bus;        ///< "0000:01:00.0"
  std::string pci_id;     ///< "10de:2684"
  std::string subsystem;  ///< "10de:167c"
  std::string name, uuid_suffix, compute_capability;
  std::optional<std::uint64_t> total_bytes, free_bytes;
  std::optional<std::uint64_t> card_bytes;  ///< MIG: memory of the whole card
  std::optional<std::uint64_t> bus_width_bits, memory_clock_mhz, sm_clock_mhz, cores;
  std::optional<std::uint64_t> power_limit_mw, default_power_limit_mw;
  std::optional<std::uint64_t> pcie_generation, pcie_lanes;
  std::optional<std::uint64_t> pcie_generation_now, pcie_lanes_max, multiprocessors;
  std::optional<std::uint64_t> ecc, persistence;  ///< 1 on, 0 off
  std::optional<std::uint64_t> c2c;               ///< 1: the processor is reached over NVLink-C2C (Grace)
  std::optional<std::uint64_t> virtualization;    ///< nvmlGpuVirtualizationMode_t: 1 passed through, 2 vGPU
  struct NvLink {
    unsigned version;
    std::string bus;  ///< of what is at the other end
  };
  std::vector<std::pair<std::uint32_t, std::uint64_t>> processes;  ///< process id, bytes it holds
  std::vector<NvLink> nvlinks;                                     ///< those that are up
  bool is_mig = false, drives_display = false;
  bool memory_not_supported = false;  ///< memory is the system's own (GB10)
  std::vector<std::string> missing;   ///< "memory_clock_mhz NVML_ERROR_NOT_SUPPORTED"
};

struct NvmlAnswer {
  std::string driver_version;
  std::string cuda_version;  ///< the newest that the driver runs: "12.4"
  std::vector<NvmlGpu> gpus;
  std::string trouble;  ///< why there are none, or not all
};

/// Loads the library, asks, and writes the answer as lines "key value" to `fd`, as it comes: a crash half way loses only
/// the rest. To be called in a child process. `library`: full path, or "" for the usual places.
/// `with_processes`: also who holds the memory.
void write_nvml_answer(const std::string& library, int fd, bool with_processes = false);

/// The lines read back. Total: what does not parse is left out, text is cleaned, numbers are bounded, and an answer without
/// its last line is trouble.
NvmlAnswer parse_nvml_answer(std::string_view lines);

}  // namespace canirun::probe
