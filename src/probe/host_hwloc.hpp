// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "probe/fs_root.hpp"

namespace canirun::probe {

/// Cores, caches and NUMA nodes as hwloc sees them.
struct Topology {
  std::uint32_t packages = 1, numa_nodes = 1;
  std::uint32_t cores = 0, processing_units = 0;
  std::optional<std::uint64_t> l2_cache_bytes, l3_cache_bytes;  ///< sums
  std::optional<std::uint32_t> allowed_cores;                   ///< cores with at least one of the allowed CPUs
  std::optional<std::uint32_t> performance_cores;               ///< cores among the performance CPUs
};

/// `allowed` and `performance` are CPU lists ("0-7,16"), "" when there is none. Nothing when hwloc finds no CPU: for a
/// recorded machine without /sys, and then /proc/cpuinfo has to do.
std::optional<Topology> read_topology(const FsRoot& fs, std::string_view allowed, std::string_view performance);

}  // namespace canirun::probe
