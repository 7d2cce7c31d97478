// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "probe/context.hpp"

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

/// Reading one large file, bytes per second: what such drives are sold with, halved for what a file system and a busy
/// machine leave. Nothing where it depends on somebody else's machine.
std::optional<double> assumed_read_rate(DriveKind drive);

}  // namespace canirun::probe
