// SPDX-License-Identifier: MIT
// AMX: eight tile registers of 16 rows of 64 bytes. Sums of 32 x 32 in four of them, 32 rows of A and 32 columns of B in two
// each; an instruction adds 16 x 16 x 64 products in 16 cycles. The machine this was written on has no AMX: arithmetic and
// the order of A are tested with a stand-in. A first version ran on a guest with an Emerald Rapids processor and reached an
// eighth of what the units can do: it set the registers up and cleared them for every tile of 512 cycles. Now that is done
// once a product; how fast it is has not been measured.
#if defined(__x86_64__) && defined(__linux__)  // who else grants the registers is not known
#include <immintrin.h>

#include <array>
#include <cstring>

#include "bench/products_parts.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_side = 16, k_row_bytes = 64;  // of a register
constexpr std::size_t k_steps = 16;                   // of four bytes in a register's row
constexpr std::size_t k_tile_rows = 2 * k_side, k_tile_columns = 2 * k_side;

/// What LDTILECFG reads: palette 1, and for each register its bytes a row and its rows (Intel SDM, volume 1, chapter 18).
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};
static_assert(sizeof(TileConfiguration) == 64);

constexpr TileConfiguration all_registers() {
  TileConfiguration configuration;
  for (std::size_t i = 0; i < 8; ++i) {
    configuration.row_bytes[i] = k_row_bytes;
    configuration.rows[i] = k_side;
  }
  return configuration;
}
constexpr TileConfiguration k_all_registers = all_registers();

[[gnu::target("amx-tile")]] void set_up_registers() { _tile_loadconfig(&k_all_registers); }
[[gnu::target("amx-tile")]] void clear_registers() { _tile_release(); }

/// Loads stand between the products that do not wait for them: two of 8 cycles fit under each of 16.
[[gnu::target("amx-tile,amx-int8")]] void int8_amx(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c,
                                                   std::size_t stride, std::size_t depth) {
  constexpr std::size_t k_b_stride = k_tile_columns * 4, k_a_half = k_side * k_row_bytes;
  const std::size_t c_stride = stride * sizeof(std::int32_t);
  std::int32_t* const lower = c + k_side * stride;
  _tile_loadd(0, c, c_stride);
  _tile_loadd(1, c + k_side, c_stride);
  _tile_loadd(2, lower, c_stride);
  _tile_loadd(3, lower + k_side, c_stride);
  for (std::size_t k = 0; k + k_steps <= depth; k += k_steps) {
    _tile_loadd(6, b, k_b_stride);
    _tile_loadd(4, a, k_row_bytes);
    _tile_dpbusd(0, 4, 6);
    _tile_loadd(7, b + k_row_bytes, k_b_stride);
    _tile_dpbusd(1, 4, 7);
    _tile_loadd(5, a + k_a_half, k_row_bytes);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
    a += 2 * k_a_half;
    b += k_steps * k_b_stride;
  }
  _tile_stored(0, c, c_stride);
  _tile_stored(1, c + k_side, c_stride);
  _tile_stored(2, lower, c_stride);
  _tile_stored(3, lower + k_side, c_stride);
}

}  // namespace

KernelSet amx_kernels() {
  KernelSet set = avx512_kernels(true);
  set.int8 = {int8_amx, k_tile_rows, k_tile_columns, k_steps, set_up_registers, clear_registers};
  return set;
}

}  // namespace canirun::bench
#endif
