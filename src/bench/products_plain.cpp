// SPDX-License-Identifier: MIT
// For processors without anything better than what every compiler may assume: SSE2, NEON, or nothing.
#include "bench/products_parts.hpp"
#include "bench/products_tile.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_rows = 4, k_columns = 8;

void fp32(const float* a, const float* b, float* c, std::size_t stride, std::size_t depth) {
  tile_fp32<16, k_rows, 2>(a, b, c, stride, depth);
}

/// Each panel of weights is widened first: a few hundred steps share the cost of none of it, as in an engine.
void fp16(const float* a, const std::uint16_t* b, float* c, std::size_t stride, std::size_t depth) {
  for (std::size_t k = 0; k < depth; ++k) {
    float weights[k_columns];
    for (std::size_t n = 0; n < k_columns; ++n) weights[n] = half_to_float(b[n]);
    tile_fp32<16, k_rows, 2>(a, weights, c, stride, 1);
    a += k_rows;
    b += k_columns;
  }
}

void int8(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c, std::size_t stride, std::size_t depth) {
  tile_int8_plain<k_rows, k_columns>(a, b, c, stride, depth);
}

}  // namespace

KernelSet plain_kernels() {
  return {.fp32 = {fp32, k_rows, k_columns}, .fp16 = {fp16, k_rows, k_columns}, .int8 = {int8, k_rows, k_columns}};
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU, fraction = half & 0x3FFU;
  float value = 0;
  if (exponent == 0) {
    value = static_cast<float>(fraction) / 16777216.0F;  // 2^-24
    return sign != 0 ? -value : value;
  }
  const std::uint32_t bits = sign | ((exponent == 31 ? 255 : exponent + 112) << 23U) | (fraction << 13U);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Cut, not rounded; for numbers of ordinary size.
std::uint16_t float_to_half(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U, exponent = (bits >> 23U) & 0xFFU;
  if (exponent < 113) return static_cast<std::uint16_t>(sign);
  if (exponent > 142) return static_cast<std::uint16_t>(sign | 0x7BFFU);
  return static_cast<std::uint16_t>(sign | ((exponent - 112) << 10U) | ((bits >> 13U) & 0x3FFU));
}

}  // namespace canirun::bench
