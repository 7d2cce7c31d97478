// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <optional>

namespace canirun::probe {

/// Reading one large file, bytes per second: what the interface or the data sheet says, less what a file system and a busy
/// machine take. An assumption, with its source beside it. Nothing where it depends on somebody else's machine (a network)
/// or on none (memory).
std::optional<double> assumed_read_rate(DriveKind drive);

}  // namespace canirun::probe
