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

/// The first hole it touches, from either side, takes it up. A piece of no bytes may leave a hole of no bytes, which keeps
/// its neighbours apart: the engine has those (states of sequences that are not in the batch), and they cost it memory.
void Arena::give_back(std::uint64_t offset, std::uint64_t bytes) {
  bytes = aligned(bytes);
  std::size_t insert_at = 0;
  for (std::size_t i = 0; i < holes_.size(); ++i) {
    Hole& hole = holes_[i];
    if (hole.offset + hole.bytes == offset) {
      hole.bytes += bytes;
      if (i + 1 < holes_.size() && hole.offset + hole.bytes == holes_[i + 1].offset) {
        hole.bytes += holes_[i + 1].bytes;
        holes_.erase(holes_.begin() + static_cast<std::ptrdiff_t>(i + 1));
      }
      return;
    }
    if (offset + bytes == hole.offset) {
      hole.offset = offset;
      hole.bytes += bytes;
      if (i > 0 && holes_[i - 1].offset + holes_[i - 1].bytes == hole.offset) {
        holes_[i - 1].bytes += hole.bytes;
        holes_.erase(holes_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      return;
    }
    if (hole.offset < offset) insert_at = i + 1;
  }
  holes_.insert(holes_.begin() + static_cast<std::ptrdiff_t>(insert_at), Hole{.offset = offset, .bytes = bytes});
}

}  // namespace canirun
