// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/correction.hpp>
#include <canirun/evidence.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

enum class Vendor : std::uint8_t { unknown, nvidia, amd, intel, apple, qualcomm, arm, other };
constexpr auto enum_names(Vendor) {
  return std::array<std::string_view, 8>{"unknown", "nvidia", "amd", "intel", "apple", "qualcomm", "arm", "other"};
}
enum class DeviceKind : std::uint8_t { cpu, discrete_gpu, integrated_gpu, npu };
constexpr auto enum_names(DeviceKind) {
  return std::array<std::string_view, 4>{"cpu", "discrete_gpu", "integrated_gpu", "npu"};
}
enum class PoolKind : std::uint8_t { host, gpu, unified };
constexpr auto enum_names(PoolKind) { return std::array<std::string_view, 3>{"host", "gpu", "unified"}; }

/// A memory with one bandwidth that one or more devices read. Unified memory is one pool with two devices on it.
struct MemoryPool {
  std::string id;  ///< "host", "gpu0", "unified"
  PoolKind kind = PoolKind::host;
  std::uint64_t total_bytes = 0;
  std::optional<std::uint64_t> free_bytes;   ///< right now; unknown for hardware that is not here
  std::optional<std::uint64_t> limit_bytes;  ///< what a process may take at most: cgroup, Metal working set, MIG, GTT
  std::string limit_reason;                  ///< "cgroup memory.max", "Metal working set (2/3 of memory)"
  std::optional<double> bandwidth_bytes_per_s;
  Provenance bandwidth_provenance;
  Basis total_basis = Basis::measured;
  /// "host memory: two channels DDR5-5600": how total and bandwidth are known, one phrase each
  std::string description;
};

/// Something that computes. Figures are peaks from the record of the part (dense, no sparsity); unknown is nullopt.
struct Device {
  std::string id;  ///< "cpu", "gpu0"
  DeviceKind kind = DeviceKind::cpu;
  Vendor vendor = Vendor::unknown;
  std::string name;
  std::string record_id;               ///< the device record it was matched with ("nvidia/geforce-rtx-4090"); "" if none
  std::string architecture;            ///< "ada", "rdna3", "m2", "zen4", ...: key of the speed constants
  std::uint32_t pool = 0;              ///< index into Machine::pools
  std::optional<std::string> pci_id;   ///< "10de:2684"
  std::optional<std::string> pci_bus;  ///< "0000:01:00.0"
  std::optional<std::string> pci_revision;        ///< "c8": tells boards with one PCI id apart (AMD)
  std::optional<std::string> pci_subsystem;       ///< "1da2:e471": who built the board
  std::optional<std::string> uuid_suffix;         ///< last characters only; never the whole serial
  std::optional<std::string> compute_capability;  ///< NVIDIA "8.9"
  std::optional<std::string> gfx_target;          ///< AMD "gfx1100"
  std::optional<double> fp32_flops_per_s;
  std::optional<double> fp16_flops_per_s;  ///< matrix units, fp16 in, fp32 accumulate; vector rate when there are none
  std::optional<double> int8_ops_per_s;
  std::optional<std::uint32_t> core_count;  ///< shader / GPU cores; physical cores on a CPU
  std::optional<double> boost_clock_hz;
  std::optional<std::uint64_t> l2_cache_bytes;
  std::optional<std::uint32_t> bus_width_bits;
  std::optional<double> memory_clock_hz;
  std::optional<double> tdp_w, power_limit_w;
  std::optional<std::uint32_t> pcie_generation, pcie_lanes;  ///< what the link can do; an idle one is slowed down
  std::optional<std::uint32_t> pcie_generation_now, pcie_lanes_max;
  std::optional<bool> ecc, persistence;  ///< NVIDIA: memory with error correction on, driver kept loaded
  std::optional<std::string> driver_version;
  std::optional<std::string> runtime;          ///< "cuda", "rocm", "vulkan", "metal", "sycl": what is installed to use it
  std::optional<std::string> runtime_version;  ///< "12.4": newest CUDA the driver runs, ROCm installed, Vulkan of the GPU
  bool is_mig = false, drives_display = false;
  /// MIG instance, part of a split Instinct, die of an MI250X: its share of the card that records and sellers speak of.
  std::optional<double> share_of_card;
  bool is_virtual = false;  ///< a vGPU: other guests use the same card
  Basis basis = Basis::assumed;
  std::string how_known;  ///< one phrase: "NVML", "sysfs + device record 10de:2684", "--on"
};

enum class CpuIsa : std::uint8_t {
  scalar,
  avx,
  avx2,
  avx_vnni,
  avx512,
  avx512_vnni,
  amx,
  neon,
  neon_dotprod,
  neon_i8mm,
  sve
};
constexpr auto enum_names(CpuIsa) {
  return std::array<std::string_view, 11>{"scalar", "avx",  "avx2",         "avx_vnni",  "avx512", "avx512_vnni",
                                          "amx",    "neon", "neon_dotprod", "neon_i8mm", "sve"};
}
struct CpuFacts {
  std::string name;
  std::uint32_t sockets = 1, numa_nodes = 1;
  std::uint32_t physical_cores = 0, logical_cores = 0;
  std::optional<std::uint32_t> performance_cores;  ///< hybrid parts
  std::optional<double> usable_cores;              ///< fewer than the physical ones: cgroup CPU quota, affinity
  std::string usable_cores_reason;                 ///< "cgroup cpu.max 200000 100000", "affinity 0-3"; "" without a limit
  CpuIsa isa = CpuIsa::scalar;                     ///< best that matters for matrix work
  std::optional<std::uint64_t> l2_cache_bytes, l3_cache_bytes;  ///< sums over the machine
  std::optional<double> max_clock_hz;
  bool virtualised = false;
  /// Of the processor time that was wanted since boot, what the host gave to its other guests; nothing where nobody counts.
  std::optional<double> stolen_share;
  /// Matrix products of all cores in use together, as `canirun bench` measured them while the machine was quiet.
  std::optional<double> measured_fp32_flops_per_s, measured_int8_ops_per_s;
  /// What the processor says it is: "AuthenticAMD-25-97-2" (vendor-family-model-stepping), "arm-0x41-0xd0b"
  /// (implementer-part).
  std::optional<std::string> signature;
  std::optional<std::string> memory_type;                        ///< firmware: "DDR5", "LPDDR5"
  std::optional<double> memory_transfers_per_s;                  ///< configured, per pin: 5600e6 for DDR5-5600
  std::optional<std::uint32_t> memory_modules, memory_channels;  ///< populated
};

/// What surrounds the host's memory. Swap is counted apart: a model in swap does not run.
struct HostMemoryFacts {
  std::optional<std::uint64_t> swap_total_bytes, swap_free_bytes;
  std::optional<std::uint64_t> zram_bytes;           ///< of that swap, kept compressed in memory itself
  std::optional<std::uint64_t> huge_pages_bytes;     ///< set aside for huge pages: nobody else can use it
  std::optional<std::uint64_t> locked_limit_bytes;   ///< ulimit -l; nothing when unlimited
  std::optional<std::uint64_t> address_limit_bytes;  ///< ulimit -v; nothing when unlimited
};

enum class DriveKind : std::uint8_t { unknown, nvme, ssd, hdd, sd_card, network, memory };
constexpr auto enum_names(DriveKind) {
  return std::array<std::string_view, 7>{"unknown", "nvme", "ssd", "hdd", "sd_card", "network", "memory"};
}
/// Where models would be stored.
struct StorageFacts {
  std::string place;       ///< "~/.cache/huggingface"; below the home folder, so without the user's name
  std::string filesystem;  ///< "ext4"
  DriveKind drive = DriveKind::unknown;
  std::uint64_t total_bytes = 0, free_bytes = 0;  ///< free: for this user
  std::optional<double> read_bytes_per_s;         ///< assumed, by the kind of drive
};

/// A process that holds memory of a GPU, where the driver tells. Only looked for when asked.
struct MemoryUser {
  std::string device;   ///< "gpu0"
  std::string process;  ///< "ollama"; "" when it may not be read
  std::uint32_t pid = 0;
  std::uint64_t bytes = 0;
};

/// Between two pools (indices). Bytes per second in one direction.
struct Link {
  std::uint32_t from_pool = 0, to_pool = 0;
  std::string kind;  ///< "pcie4 x16", "nvlink"
  double bandwidth_bytes_per_s = 0;
  Basis basis = Basis::derived;
};

/// A fact that could not be had, and why. "gpu0 memory clock: NVML_ERROR_NOT_SUPPORTED".
struct ProbeNote {
  std::string fact;
  std::string reason;
};

/// A machine, probed or described. Written by `hw --json`, read by `--machine`.
struct Machine {
  std::string origin;  ///< "this machine", "--on RTX 4090", file name
  bool is_this_machine = false;
  std::string os, kernel;
  CpuFacts cpu;
  std::vector<Device> devices;    ///< devices[0] is the CPU when there is one
  std::vector<MemoryPool> pools;  ///< pools[0] is what the CPU uses (host or unified)
  std::vector<Link> links;
  HostMemoryFacts host_memory;
  std::optional<StorageFacts> storage;
  std::vector<MemoryUser> memory_users;  ///< largest first; empty unless asked for
  std::vector<ProbeNote> notes;
  std::vector<SpeedCorrection> corrections;  ///< from runs measured here, when some were saved; estimates follow them
};

/// What a model may use of a pool: what is free if known and `only_free`, else the total, less what the system keeps
/// (half a GiB of free host memory; of a total 2 GiB on a host, 256 MiB on a GPU; less on small ones), clipped to the limit.
std::uint64_t usable_bytes(const MemoryPool& pool, bool only_free);

}  // namespace canirun
