// SPDX-License-Identifier: MIT
// Every set of kernels that this processor runs computes what it says; how fast is nobody's business here.
#include "bench/products.hpp"

#include <canirun/names.hpp>
#include <catch2/catch.hpp>

#include "bench/cpu_probe.hpp"
#include "bench/products_parts.hpp"

using namespace canirun;
using namespace canirun::bench;

namespace {

/// The best set, and the weaker ones that it implies.
std::vector<Kernels> runnable() {
  switch (best_kernels()) {
    case Kernels::amx:
      return {Kernels::plain, Kernels::avx2, Kernels::avx512, Kernels::avx512_vnni, Kernels::amx};
    case Kernels::avx512_vnni:
      return {Kernels::plain, Kernels::avx2, Kernels::avx512, Kernels::avx512_vnni};
    case Kernels::avx512:
      return {Kernels::plain, Kernels::avx2, Kernels::avx512};
    case Kernels::avx_vnni:
      return {Kernels::plain, Kernels::avx2, Kernels::avx_vnni};
    case Kernels::avx2:
      return {Kernels::plain, Kernels::avx2};
    case Kernels::neon_dotprod:
      return {Kernels::plain, Kernels::neon, Kernels::neon_dotprod};
    case Kernels::neon:
      return {Kernels::plain, Kernels::neon};
    case Kernels::plain:
      return {Kernels::plain};
  }
  return {};
}

/// What AMX's tiles do, in the order in which they read A: 64 bytes of a row together.
void in_tiles(const std::uint8_t* a, const std::int8_t* b, std::int32_t* c, std::size_t stride, std::size_t depth) {
  constexpr std::size_t k_side = 32, k_steps = 16;
  for (std::size_t k = 0; k + k_steps <= depth; k += k_steps) {
    for (std::size_t r = 0; r < k_side; ++r) {
      for (std::size_t n = 0; n < k_side; ++n) {
        for (std::size_t i = 0; i < 4 * k_steps; ++i)
          c[r * stride + n] += static_cast<std::int32_t>(a[r * 64 + i]) * b[i / 4 * k_side * 4 + n * 4 + i % 4];
      }
    }
    a += k_side * 64;
    b += k_steps * k_side * 4;
  }
}

}  // namespace

TEST_CASE("Panels in which steps of a row lie together hold the same matrix", "[bench]") {
  KernelSet set = plain_kernels();
  static int open = 0, opened = 0;
  open = opened = 0;
  set.int8 = {in_tiles, 32, 32, 16, [] { ++open, ++opened; }, [] { --open; }};
  const auto product = make_product(NumberFormat::int8, set, {.rows = 70, .columns = 40, .depth = 1100});
  CHECK(product->operations() == 2.0 * 96 * 64 * 1152);  // whole tiles, and a depth of whole runs
  product->run();
  CHECK(opened == 1);  // once a product, not once a tile
  CHECK(open == 0);
  for (std::size_t row = 0; row < 70; ++row) {
    for (std::size_t column = 0; column < 40; ++column) {
      REQUIRE(product->at(row, column) == product->expected(row, column));
    }
  }
}

TEST_CASE("Tiles are taken where the kernel grants them, and nowhere else", "[bench]") {
  CHECK((best_kernels() == Kernels::amx) == may_use_amx());
}

TEST_CASE("Blocked products equal plain ones", "[bench]") {
  for (const Kernels kernels : runnable()) {
    for (const NumberFormat format : {NumberFormat::fp32, NumberFormat::fp16, NumberFormat::int8}) {
      INFO(name_of(kernels) << " " << name_of(format));
      // Sizes that are no multiple of any tile, and a depth of more than one block.
      const auto product = make_product(format, kernels, {.rows = 25, .columns = 45, .depth = 1100});
      CHECK(product->operations() >= 2.0 * 25 * 45 * 1100);
      product->run();
      product->run();
      for (std::size_t row = 0; row < 25; ++row) {
        for (std::size_t column = 0; column < 45; ++column) {
          REQUIRE(product->at(row, column) == 2 * product->expected(row, column));
        }
      }
    }
  }
}

TEST_CASE("Repeated figures: the upper quartile, and how far they lie apart", "[bench]") {
  CHECK_FALSE(summarise({}));
  CHECK_FALSE(summarise({0, 0}));
  const auto figure = summarise({10, 12, 11, 8, 9});
  REQUIRE(figure);
  CHECK(figure->typical == 11);
  CHECK(figure->spread == Approx(4.0 / 11));
  CHECK(figure->repetitions == 5);
}

TEST_CASE("A read test gives a rate or nothing", "[bench]") {
  const auto rate = measure_read_rate(2, 1U << 20U, 0.01, {}, best_kernels());
  REQUIRE(rate);
  CHECK(rate->typical > 1e6);
  CHECK(rate->repetitions >= 3);
  CHECK_FALSE(measure_read_rate(0, 1U << 20U, 0.01, {}, best_kernels()));
  CHECK_FALSE(measure_read_rate(1, 8, 0.01, {}, best_kernels()));
}
