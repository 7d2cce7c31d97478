// SPDX-License-Identifier: MIT
#include "report/bar.hpp"

#include <catch2/catch.hpp>

#include "report/text.hpp"

using namespace canirun;
using namespace canirun::report;

namespace {
constexpr Terminal k_ascii{.width = 80, .colour = false, .unicode = false, .is_tty = true};

PoolMemory pool(std::uint64_t weights, std::uint64_t cache, std::uint64_t buffers, std::uint64_t usable) {
  PoolMemory used;
  used.parts.weights_bytes = weights;
  used.parts.kv_cache_bytes = cache;
  used.parts.compute_bytes = buffers;
  used.used_bytes = used.required_bytes = used.parts.total();
  used.usable_bytes = usable;
  return used;
}
}  // namespace

TEST_CASE("parts in proportion") {
  CHECK(memory_bar(pool(50, 20, 10, 100), 10, k_ascii) == "#####%%=..");
  CHECK(memory_bar(pool(0, 0, 0, 100), 10, k_ascii) == "..........");
  CHECK(memory_bar(pool(100, 0, 0, 100), 10, k_ascii) == "##########");
}

TEST_CASE("what does not fit ends in a mark, in the same width") {
  CHECK(memory_bar(pool(300, 20, 10, 100), 10, k_ascii) == "#########!");
  CHECK(memory_bar(pool(10, 20, 90, 100), 10, k_ascii) == "#%%======!");
  CHECK(memory_bar(pool(10, 0, 0, 0), 10, k_ascii) == "#########!");
}

TEST_CASE("rounding never adds up to more than the bar") {
  for (std::uint64_t weights = 0; weights <= 97; ++weights) {
    const auto bar =
        memory_bar(pool(weights, 1, 1, 99), 24, {.width = 80, .colour = false, .unicode = true, .is_tty = true});
    REQUIRE(display_width(bar) == 24);
  }
}
