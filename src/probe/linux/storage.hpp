// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "probe/context.hpp"
#include "probe/drive.hpp"

namespace canirun::probe {

/// Fills machine.storage: the folder models would go to (of the options, else Hugging Face's cache in this user's home).
/// Nothing for a recorded machine. A network file system is named and not asked: one that hangs would hang this program.
void probe_storage(Context& context);

/// The mount a path lies on, from /proc/self/mountinfo: the longest mount point that is its beginning.
struct MountFacts {
  std::string point, filesystem, source;
  unsigned major = 0, minor = 0;
};
std::optional<MountFacts> mount_of(std::string_view mountinfo, std::string_view path);

/// What kind of drive a mount is on; reads /sys/dev/block.
DriveKind drive_of(const FsRoot& fs, const MountFacts& mount);

}  // namespace canirun::probe
