// SPDX-License-Identifier: MIT
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;
using canirun::test::mixtral_8x7b;

namespace {

ConcurrentSpeed at_once(const ModelSpec& model, std::uint32_t sequences, std::uint32_t depth = 0,
                        SpeedBook book = round_book()) {
  const auto speed = concurrent_speed(gpu_machine(), model, sum_weights(model, plain(TensorType::q8_0)), {},
                                      on_pool(model, 1), at_depth(depth), book, sequences);
  REQUIRE(speed);
  return *speed;
}

}  // namespace

TEST_CASE("one request at once is the ordinary speed") {
  for (const ModelSpec& model : {llama_3_1_8b(), mixtral_8x7b()}) {
    const auto alone = estimate_throughput(gpu_machine(), model, sum_weights(model, plain(TensorType::q8_0)), {},
                                           on_pool(model, 1), at_depth(4096), round_book());
    const ConcurrentSpeed one = at_once(model, 1, 4096);
    CHECK(one.each_tokens_per_s.typical == Approx(alone->decode_tokens_per_s.typical));
    CHECK(one.total_tokens_per_s.typical == Approx(one.each_tokens_per_s.typical));
  }
}

TEST_CASE("requests share the weights: each gets less, all together get more") {
  for (const ModelSpec& model : {llama_3_1_8b(), mixtral_8x7b()}) {
    ConcurrentSpeed last = at_once(model, 1, 2048);
    for (const std::uint32_t count : {2U, 4U, 16U, 64U}) {
      const ConcurrentSpeed now = at_once(model, count, 2048);
      CHECK(now.each_tokens_per_s.typical < last.each_tokens_per_s.typical);
      CHECK(now.total_tokens_per_s.typical > last.total_tokens_per_s.typical);
      CHECK(now.total_tokens_per_s.typical == Approx(count * now.each_tokens_per_s.typical));
      last = now;
    }
  }
}

TEST_CASE("every request reads a cache of its own") {
  const double cache_bytes = 8192.0 * 32 * 2 * 8 * 128 * 2;  // tokens, layers, K and V, heads, length, f16
  const ModelSpec model = llama_3_1_8b();
  CHECK(at_once(model, 5, 8192).cache_bytes == Approx(5 * cache_bytes));
  const auto step_s = [&](std::uint32_t depth) { return 1 / at_once(model, 5, depth).each_tokens_per_s.typical; };
  CHECK(step_s(8192) - step_s(0) == Approx(5 * cache_bytes / (0.25 * k_gpu_bandwidth)));
}

TEST_CASE("of a mixture's experts a step touches 1 - (1 - share)^n") {
  const ModelSpec model = mixtral_8x7b();  // two of eight
  CHECK(at_once(model, 1).expert_share_touched == Approx(0.25));
  CHECK(at_once(model, 4).expert_share_touched == Approx(1 - std::pow(0.75, 4)));
  CHECK(at_once(model, 64).expert_share_touched == Approx(1).margin(1e-6));
  CHECK(at_once(llama_3_1_8b(), 4).expert_share_touched == 0);
}

TEST_CASE("a large batch ends at the compute a prompt reaches") {
  const ModelSpec model = llama_3_1_8b();
  SpeedBook book = round_book();
  book.architectures[0].token_overhead_s = 0;
  const double total = at_once(model, 4096, 0, book).total_tokens_per_s.typical;
  CHECK(total == Approx(40e12 / (2 * 7.5e9)).epsilon(0.05));  // half of 80 TFLOP/s, two operations a weight
}

TEST_CASE("no requests, no speed") {
  const ModelSpec model = llama_3_1_8b();
  CHECK_FALSE(concurrent_speed(gpu_machine(), model, sum_weights(model, plain(TensorType::q8_0)), {}, on_pool(model, 1),
                               at_depth(0), round_book(), 0));
}
