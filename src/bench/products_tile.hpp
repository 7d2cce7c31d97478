// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Tiles in the compiler's own vectors: one text for every width. Inlined into functions that say their instruction set.
namespace canirun::bench {

template <std::size_t bytes>
struct Vector {
  using Float [[gnu::vector_size(bytes)]] = float;
};

/// `rows` x (`count` vectors) of C.
template <std::size_t bytes, std::size_t rows, std::size_t count>
[[gnu::always_inline]] inline void tile_fp32(const float* a, const float* b, float* c, std::size_t stride,
                                             std::size_t depth) {
  using V = typename Vector<bytes>::Float;
  constexpr std::size_t k_lanes = bytes / sizeof(float);
  V sums[rows][count];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < count; ++v) std::memcpy(&sums[r][v], c + r * stride + v * k_lanes, bytes);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    V weights[count];
    for (std::size_t v = 0; v < count; ++v) std::memcpy(&weights[v], b + v * k_lanes, bytes);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < count; ++v) sums[r][v] += weights[v] * a[r];
    }
    a += rows;
    b += count * k_lanes;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < count; ++v) std::memcpy(c + r * stride + v * k_lanes, &sums[r][v], bytes);
  }
}

/// Without any instruction for it: pairs of products in 32 bits, as the compiler likes them.
template <std::size_t rows, std::size_t columns>
[[gnu::always_inline]] inline void tile_int8_plain(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c,
                                                   std::size_t stride, std::size_t depth) {
  for (std::size_t k = 0; k < depth; ++k) {
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t n = 0; n < columns; ++n) {
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < 4; ++i) sum += static_cast<std::int32_t>(a[r * 4 + i]) * b[n * 4 + i];
        c[r * stride + n] += sum;
      }
    }
    a += rows * 4;
    b += columns * 4;
  }
}

}  // namespace canirun::bench
