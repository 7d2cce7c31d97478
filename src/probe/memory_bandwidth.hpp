// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>

namespace canirun::probe {

/// What was read, and by how many at once.
struct ReadTest {
  double bytes_per_s = 0;     ///< of all of them together
  std::uint32_t threads = 1;  ///< fewer than were asked for: what one of them got, a lower bound of what all would
};

/// Read bandwidth of main memory as this process sees it: the third quickest of a few passes over a small buffer whose cache
/// lines are flushed before each pass, so that every read comes from memory although the buffer would fit in a cache. With
/// as many threads as `cores`, up to 32: a core of a server reads a tenth of what the memory gives to sixteen (8.8 and 89
/// GB/s, Xeon of family 6, model 207, 2026-11). Takes up to ten milliseconds and 16 MiB. On a machine so busy that its
/// threads never read together it is what one of them got. nullopt where lines cannot be flushed from user space (neither
/// x86-64 nor AArch64) or when no thread could be started.
///
/// For machines whose memory nobody describes: virtual machines, and processors without a record.
std::optional<ReadTest> measure_read_bandwidth(std::uint32_t cores);

}  // namespace canirun::probe
