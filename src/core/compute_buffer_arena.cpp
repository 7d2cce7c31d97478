// SPDX-License-Identifier: MIT
#include "core/compute_buffer_arena.hpp"

#include <algorithm>

namespace canirun {

namespace {
constexpr std::uint64_t k_open_end = std::uint64_t{1} << 62U;
}

void Arena::clear() {
  holes_.assign(1, Hole{.offset = 0, .bytes = k_open_end});
  high_water_ = 0;
}

std::uint64_t Arena::take(std::uint64_t bytes) {
  bytes = aligned(bytes);
  std::size_t best = holes_.size() - 1;
  std::uint64_t best_bytes = k_open_end;
  for (std::size_t i = 0; i + 1 < holes_.size(); ++i) {
    // `<=`: of two holes of the same size the later one is taken.
    if (holes_[i].bytes >= bytes && holes_[i].bytes <= best_bytes) {
      best = i;
      best_bytes = holes_[i].bytes;
    }
  }
  Hole& hole = holes_[best];
  const std::uint64_t offset = hole.offset;
  hole.offset += bytes;
  hole.bytes -= bytes;
  if (hole.bytes == 0) holes_.erase(holes_.begin() + static_cast<std::ptrdiff_t>(best));
  high_water_ = std::max(high_water_, offset + bytes);
  return offset;
}

void Arena::give_back(std::uint64_t offset, std::uint64_t bytes) {
  bytes = aligned(bytes);
  if (bytes == 0) return;
  std::size_t next = 0;
  while (next < holes_.size() && holes_[next].offset < offset) ++next;
  const bool joins_before = next > 0 && holes_[next - 1].offset + holes_[next - 1].bytes == offset;
  const bool joins_after = next < holes_.size() && offset + bytes == holes_[next].offset;
  if (joins_before) {
    holes_[next - 1].bytes += bytes;
    if (!joins_after) return;
    holes_[next - 1].bytes += holes_[next].bytes;
    holes_.erase(holes_.begin() + static_cast<std::ptrdiff_t>(next));
  } else if (joins_after) {
    holes_[next].offset = offset;
    holes_[next].bytes += bytes;
  } else {
    holes_.insert(holes_.begin() + static_cast<std::ptrdiff_t>(next), Hole{.offset = offset, .bytes = bytes});
  }
}

}  // namespace canirun
