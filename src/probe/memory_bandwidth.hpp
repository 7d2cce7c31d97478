// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>

namespace canirun::probe {

/// Read bandwidth of main memory as this process sees it, in bytes per second: the third quickest of a few passes over a
/// small buffer whose cache lines are flushed before each pass, so that every read comes from memory although the buffer
/// would fit in a cache. Takes a few milliseconds and 2 MiB a thread. On a machine so busy that its threads hardly ever read
/// together it is what one of them got. nullopt where lines cannot be flushed from user space (neither x86-64 nor AArch64)
/// or when no thread could be started.
///
/// For machines whose memory nobody describes: virtual machines, and processors without a record.
std::optional<double> measure_read_bandwidth(std::uint32_t cores);

}  // namespace canirun::probe
