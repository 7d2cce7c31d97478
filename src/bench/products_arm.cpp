// SPDX-License-Identifier: MIT
// AArch64: NEON everywhere, its dot products where the processor has them.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "bench/products_parts.hpp"
#include "bench/products_tile.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_rows = 8, k_vectors = 2, k_columns = 8;  // 16 of 32 registers hold sums

void fp32(const float* a, const float* b, float* c, std::size_t stride, std::size_t depth) {
  tile_fp32<16, k_rows, k_vectors>(a, b, c, stride, depth);
}

void fp16(const float* a, const std::uint16_t* b, float* c, std::size_t stride, std::size_t depth) {
  float32x4_t sums[k_rows][k_vectors];
  for (std::size_t r = 0; r < k_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = vld1q_f32(c + r * stride + v * 4);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    float32x4_t weights[k_vectors];
    for (std::size_t v = 0; v < k_vectors; ++v) weights[v] = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(b + v * 4)));
    for (std::size_t r = 0; r < k_rows; ++r) {
      for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = vfmaq_n_f32(sums[r][v], weights[v], a[r]);
    }
    a += k_rows;
    b += k_columns;
  }
  for (std::size_t r = 0; r < k_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) vst1q_f32(c + r * stride + v * 4, sums[r][v]);
  }
}

void int8_neon(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c, std::size_t stride, std::size_t depth) {
  tile_int8_plain<k_rows, k_columns>(a, b, c, stride, depth);
}

/// Values have seven bits, so they are the same number signed and unsigned.
[[gnu::target("+dotprod")]] void int8_dotprod(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c,
                                              std::size_t stride, std::size_t depth) {
  int32x4_t sums[k_rows][k_vectors];
  for (std::size_t r = 0; r < k_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = vld1q_s32(c + r * stride + v * 4);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    int8x16_t weights[k_vectors];
    for (std::size_t v = 0; v < k_vectors; ++v) weights[v] = vld1q_s8(b + v * 16);
    for (std::size_t r = 0; r < k_rows; ++r) {
      std::int32_t four = 0;
      std::memcpy(&four, a + r * 4, sizeof four);
      const int8x16_t values = vreinterpretq_s8_s32(vdupq_n_s32(four));
      for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = vdotq_s32(sums[r][v], weights[v], values);
    }
    a += k_rows * 4;
    b += k_columns * 4;
  }
  for (std::size_t r = 0; r < k_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) vst1q_s32(c + r * stride + v * 4, sums[r][v]);
  }
}

}  // namespace

KernelSet neon_kernels(bool dotprod) {
  return {.fp32 = {fp32, k_rows, k_columns},
          .fp16 = {fp16, k_rows, k_columns},
          .int8 = {dotprod ? int8_dotprod : int8_neon, k_rows, k_columns}};
}

}  // namespace canirun::bench
#endif
