// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "probe/linux/pci.hpp"

namespace canirun::probe {

/// A GPU in the kernel's compute topology, /sys/class/kfd/kfd/topology/nodes/N.
struct KfdNode {
  std::uint32_t number = 0;             ///< N
  std::optional<std::uint64_t> gpu_id;  ///< what kfd calls it where it lists the processes that use it
  std::string gfx_target;               ///< "gfx1100"
  std::optional<std::uint32_t> compute_units;
  std::optional<double> engine_clock_hz;
  std::optional<std::uint32_t> memory_width_bits;
  std::optional<double> memory_clock_hz;
  std::optional<std::uint64_t> memory_bytes;  ///< what the GPU can address; on an APU all of the memory it may use
};

/// The nodes of this PCI device: several for an accelerator that is split, each with its own units and memory. None without
/// the kfd driver.
std::vector<KfdNode> kfd_nodes(const FsRoot& fs, const PciDevice& pci);
/// What each process that computes holds of a node's memory, by process id; nothing when kfd does not list processes. Kept
/// since Linux 5.9; for everybody to read.
std::optional<std::map<std::uint32_t, std::uint64_t>> kfd_memory_users(const FsRoot& fs, std::uint64_t gpu_id);
/// The first of them.
std::optional<KfdNode> kfd_node(const FsRoot& fs, const PciDevice& pci);

/// A link between two nodes that is no PCI Express (XGMI, sold as Infinity Fabric), one direction.
struct KfdLink {
  std::uint32_t to = 0;
  double bandwidth_bytes_per_s = 0;
};
/// Those of one node that lead straight to another and whose rate the kernel tells.
std::vector<KfdLink> xgmi_links(const FsRoot& fs, std::uint32_t node);

/// 110501 -> "gfx1151", 90010 -> "gfx90a"; "" for 0 (a CPU) and for nonsense.
std::string gfx_name(std::uint64_t gfx_target_version);

/// Target of a graphics core by the version in the chip's own table, which counts differently (11.0.1 is gfx1103); the pairs
/// are those of the kernel's amdkfd (kfd_device.c). "" when unknown.
std::string gfx_name_of_core(std::uint64_t major, std::uint64_t minor, std::uint64_t revision);

/// Transfers per clock of the memory behind a GPU of this target, as amdgpu counts clocks: HBM2 2, HBM3 4, GDDR6 16,
/// GDDR5 4. Nothing where the target does not settle the kind of memory (APUs, old or new parts).
std::optional<double> transfers_per_clock(std::string_view gfx_target, std::uint32_t width_bits);

}  // namespace canirun::probe
