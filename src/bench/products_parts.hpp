// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bench/products.hpp"

/// The innermost loops, by instruction set. Not for other rooms.
namespace canirun::bench {

/// Adds one tile: `rows` x `columns` of C (row stride `stride`), over `depth` steps of packed panels. A panel: `rows` values
/// a step; B panel: `columns` values a step. int8: a step is four values of each.
using TileFp32 = void (*)(const float* a, const float* b, float* c, std::size_t stride, std::size_t depth);
using TileFp16 = void (*)(const float* a, const std::uint16_t* b, float* c, std::size_t stride, std::size_t depth);
using TileInt8 = void (*)(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c, std::size_t stride,
                          std::size_t depth);

template <class Tile>
struct TileKernel {
  Tile run = nullptr;
  std::size_t rows = 0, columns = 0;
  /// Steps of one row that lie together in the panel of A; the depth of a tile is a multiple of them.
  std::size_t steps_together = 1;
  /// Before the first and after the last tile of a product, on its thread; nullptr: nothing to do.
  void (*begin)() = nullptr;
  void (*end)() = nullptr;
};

struct KernelSet {
  TileKernel<TileFp32> fp32;
  TileKernel<TileFp16> fp16;
  TileKernel<TileInt8> int8;
};

KernelSet plain_kernels();
#if defined(__x86_64__)
KernelSet avx2_kernels(bool vnni);
KernelSet avx512_kernels(bool vnni);
/// As with AVX-512, but for eight-bit products.
KernelSet amx_kernels();
#endif
#if defined(__aarch64__)
KernelSet neon_kernels(bool dotprod);
#endif

/// With kernels of any kind.
std::unique_ptr<Product> make_product(NumberFormat format, const KernelSet& set, ProductSize size);

float half_to_float(std::uint16_t half);
std::uint16_t float_to_half(float value);

}  // namespace canirun::bench
