// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace canirun::probe {

/// What GetLogicalProcessorInformationEx(RelationAll) says, counted. Fields as in host_hwloc's Topology.
struct WindowsProcessors {
  std::uint32_t packages = 0, numa_nodes = 0, cores = 0, logical = 0;
  std::optional<std::uint32_t> performance_cores;  ///< cores of the highest efficiency class, when there are several
  std::optional<std::uint64_t> l2_cache_bytes, l3_cache_bytes;
};

/// Reads the buffer that the function fills: SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX entries one after another, 64-bit
/// layout. Total on any bytes; what comes after the first entry that does not fit is left out.
WindowsProcessors parse_processor_information(std::string_view buffer);

}  // namespace canirun::probe
