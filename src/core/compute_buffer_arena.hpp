// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <vector>

namespace canirun {

/// Scratch memory that is handed out at offsets, without any memory behind it: best fit among the holes, else at the
/// open end. The high-water mark is what the engine has to allocate. Follows the rules of ggml-alloc.c, because how the
/// holes fall is part of the size.
class Arena {
 public:
  void clear();
  /// Offset of `bytes` (rounded up to the alignment of the engine's buffers).
  std::uint64_t take(std::uint64_t bytes);
  void give_back(std::uint64_t offset, std::uint64_t bytes);
  [[nodiscard]] std::uint64_t high_water_bytes() const { return high_water_; }
  static std::uint64_t aligned(std::uint64_t bytes) { return (bytes + k_alignment - 1) / k_alignment * k_alignment; }

 private:
  static constexpr std::uint64_t k_alignment = 32;
  struct Hole {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };
  std::vector<Hole> holes_;  ///< by offset; the last one is open-ended
  std::uint64_t high_water_ = 0;
};

}  // namespace canirun
