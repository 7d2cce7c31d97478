// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <optional>

namespace canirun::probe {

/// Reading one large file, bytes per second: what such drives are sold with, halved for what a file system and a busy
/// machine leave. Nothing where it depends on somebody else's machine.
std::optional<double> assumed_read_rate(DriveKind drive);

}  // namespace canirun::probe
