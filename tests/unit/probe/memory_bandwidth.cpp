// SPDX-License-Identifier: MIT
#include "probe/memory_bandwidth.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace canirun::probe;

TEST_CASE("the read test says how many threads its figure is of") {
  for (const std::uint32_t cores : {0U, 1U, 2U, 7U, 32U, 100'000U}) {
    const std::optional<ReadTest> test = measure_read_bandwidth(cores);
#if defined(__x86_64__) || defined(__aarch64__)
    REQUIRE(test);
    CHECK(test->bytes_per_s > 1e6);
    CHECK(test->bytes_per_s < 1e14);
    // All that were asked for, up to the most there are; or one, on a machine too busy to let them read together.
    const std::uint32_t asked = std::min(std::max(cores, 1U), 32U);
    CHECK((test->threads == asked || test->threads == 1));
#else
    CHECK_FALSE(test);
#endif
  }
}
