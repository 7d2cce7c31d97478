// SPDX-License-Identifier: MIT
// Every set of kernels that this processor runs computes what it says; how fast is nobody's business here.
#include "bench/products.hpp"

#include <canirun/names.hpp>
#include <catch2/catch.hpp>

#include "bench/cpu_probe.hpp"

using namespace canirun;
using namespace canirun::bench;

namespace {

/// The best set, and the weaker ones that it implies.
std::vector<Kernels> runnable() {
  switch (best_kernels()) {
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

}  // namespace

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
