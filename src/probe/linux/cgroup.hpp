// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "probe/fs_root.hpp"

namespace canirun::probe {

/// What the control groups of this process allow, the strictest level from its own group up to the mount.
struct CgroupLimits {
  std::optional<std::uint64_t> memory_limit_bytes;
  std::string memory_reason;  ///< "cgroup memory.max"
  /// Limit minus what the group holds and cannot drop (usage without inactive file cache), smallest over the levels.
  std::optional<std::uint64_t> memory_left_bytes;
  std::optional<double> cpus;  ///< quota / period
  std::string cpus_reason;     ///< "cgroup cpu.max 200000 100000"
};

/// Version 2 (memory.max, memory.high, cpu.max) and version 1 (memory.limit_in_bytes, cpu.cfs_quota_us), also mixed.
CgroupLimits read_cgroup_limits(const FsRoot& fs);

}  // namespace canirun::probe
