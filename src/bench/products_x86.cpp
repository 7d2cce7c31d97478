// SPDX-License-Identifier: MIT
// AVX2 and AVX-512, with and without their dot-product instructions. Compiled for every x86-64 processor; each function says
// what it needs, and best_kernels() says which of them may be called.
#if defined(__x86_64__)
#include <immintrin.h>

#include "bench/products_parts.hpp"
#include "bench/products_tile.hpp"

namespace canirun::bench {
namespace {

// Registers: 16 of 256 bits hold 6 x 2 sums, 2 vectors of weights and a broadcast; 32 of 512 bits hold 12 x 2.
constexpr std::size_t k_avx2_rows = 6, k_avx512_rows = 12, k_vectors = 2;

[[gnu::target("avx2,fma")]] void fp32_avx2(const float* a, const float* b, float* c, std::size_t stride, std::size_t depth) {
  tile_fp32<32, k_avx2_rows, k_vectors>(a, b, c, stride, depth);
}
[[gnu::target("avx512f,avx512bw")]] void fp32_avx512(const float* a, const float* b, float* c, std::size_t stride,
                                                     std::size_t depth) {
  tile_fp32<64, k_avx512_rows, k_vectors>(a, b, c, stride, depth);
}

[[gnu::target("avx2,fma,f16c")]] void fp16_avx2(const float* a, const std::uint16_t* b, float* c, std::size_t stride,
                                                std::size_t depth) {
  __m256 sums[k_avx2_rows][k_vectors];
  for (std::size_t r = 0; r < k_avx2_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = _mm256_loadu_ps(c + r * stride + v * 8);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    __m256 weights[k_vectors];
    for (std::size_t v = 0; v < k_vectors; ++v)
      weights[v] = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + v * 8)));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < k_avx2_rows; ++r) {
      const __m256 value = _mm256_broadcast_ss(a + r);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = _mm256_fmadd_ps(value, weights[v], sums[r][v]);
    }
    a += k_avx2_rows;
    b += k_vectors * 8;
  }
  for (std::size_t r = 0; r < k_avx2_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) _mm256_storeu_ps(c + r * stride + v * 8, sums[r][v]);
  }
}

[[gnu::target("avx512f,avx512bw")]] void fp16_avx512(const float* a, const std::uint16_t* b, float* c, std::size_t stride,
                                                     std::size_t depth) {
  __m512 sums[k_avx512_rows][k_vectors];
  for (std::size_t r = 0; r < k_avx512_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = _mm512_loadu_ps(c + r * stride + v * 16);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    __m512 weights[k_vectors];
    for (std::size_t v = 0; v < k_vectors; ++v)
      weights[v] = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + v * 16)));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < k_avx512_rows; ++r) {
      const __m512 value = _mm512_set1_ps(a[r]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < k_vectors; ++v) sums[r][v] = _mm512_fmadd_ps(value, weights[v], sums[r][v]);
    }
    a += k_avx512_rows;
    b += k_vectors * 16;
  }
  for (std::size_t r = 0; r < k_avx512_rows; ++r) {
    for (std::size_t v = 0; v < k_vectors; ++v) _mm512_storeu_ps(c + r * stride + v * 16, sums[r][v]);
  }
}

/// Adds the products of four unsigned and four signed bytes to each sum of 32 bits.
[[gnu::target("avx2")]] inline __m256i dot_avx2(__m256i sum, __m256i values, __m256i weights) {
  const __m256i pairs = _mm256_maddubs_epi16(values, weights);  // below 16 bits with values of 7 bits
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
[[gnu::target("avx512f,avx512bw")]] inline __m512i dot_avx512(__m512i sum, __m512i values, __m512i weights) {
  const __m512i pairs = _mm512_maddubs_epi16(values, weights);
  return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

// One text for four instruction sets: what a function may use cannot be a template's parameter.
#define CANIRUN_TILE int8_avx2
#define CANIRUN_TARGET "avx2"
#define CANIRUN_VECTOR __m256i
#define CANIRUN_ROWS k_avx2_rows
#define CANIRUN_DOT dot_avx2
#include "bench/products_int8.inc"

#define CANIRUN_TILE int8_avx_vnni
#define CANIRUN_TARGET "avx2,avxvnni"
#define CANIRUN_VECTOR __m256i
#define CANIRUN_ROWS k_avx2_rows
#define CANIRUN_DOT _mm256_dpbusd_avx_epi32
#include "bench/products_int8.inc"

#define CANIRUN_TILE int8_avx512
#define CANIRUN_TARGET "avx512f,avx512bw"
#define CANIRUN_VECTOR __m512i
#define CANIRUN_ROWS k_avx512_rows
#define CANIRUN_DOT dot_avx512
#include "bench/products_int8.inc"

#define CANIRUN_TILE int8_avx512_vnni
#define CANIRUN_TARGET "avx512f,avx512bw,avx512vnni"
#define CANIRUN_VECTOR __m512i
#define CANIRUN_ROWS k_avx512_rows
#define CANIRUN_DOT _mm512_dpbusd_epi32
#include "bench/products_int8.inc"

}  // namespace

KernelSet avx2_kernels(bool vnni) {
  return {.fp32 = {fp32_avx2, k_avx2_rows, 16},
          .fp16 = {fp16_avx2, k_avx2_rows, 16},
          .int8 = {vnni ? int8_avx_vnni : int8_avx2, k_avx2_rows, 16}};
}
KernelSet avx512_kernels(bool vnni) {
  return {.fp32 = {fp32_avx512, k_avx512_rows, 32},
          .fp16 = {fp16_avx512, k_avx512_rows, 32},
          .int8 = {vnni ? int8_avx512_vnni : int8_avx512, k_avx512_rows, 32}};
}

}  // namespace canirun::bench
#endif
