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

const DraftAcceptance k_even{
    .kind = DraftKind::ngram, .share = {.low = 0.25, .typical = 0.5, .high = 0.75}, .source = "a test"};

}  // namespace

TEST_CASE("a check keeps proposals until the first one refused, and writes one token itself") {
  CHECK(tokens_per_check(0, 4) == Approx(1));
  CHECK(tokens_per_check(1, 4) == Approx(5));
  CHECK(tokens_per_check(0.5, 1) == Approx(1.5));
  CHECK(tokens_per_check(0.5, 3) == Approx(1 + 0.5 + 0.25 + 0.125));
}

TEST_CASE("a round is the draft model's steps and one check") {
  const auto speed = speculative_speed({0.1, 0.1}, 0.01, k_even);
  REQUIRE(speed);
  CHECK(speed->draft_tokens == 1);
  CHECK(speed->decode_tokens_per_s.typical == Approx(1.5 / 0.11));
  CHECK(speed->decode_tokens_per_s.low == Approx(1.25 / 0.11));
  CHECK(speed->decode_tokens_per_s.high == Approx(1.75 / 0.11));
  CHECK(speed->speedup == Approx(1.5 / 0.11 * 0.1));
  CHECK(speed->basis == Basis::assumed);
  CHECK(speed->source == "a test");
  CHECK(speed->kind == DraftKind::ngram);
}

TEST_CASE("as many proposals as pay: none more when drafting or checking costs what it saves") {
  const std::vector<double> free_checks(9, 0.1);
  CHECK(speculative_speed(free_checks, 1e-6, k_even)->draft_tokens == 8);
  CHECK(speculative_speed(free_checks, 0.05, k_even)->draft_tokens == 1);
  std::vector<double> dear_checks;
  for (int n = 0; n < 9; ++n) dear_checks.push_back(0.1 * (n + 1));
  const auto dear = speculative_speed(dear_checks, 0.01, k_even);
  CHECK(dear->draft_tokens == 1);
  CHECK(dear->speedup < 1);  // and it says that it does not help
}

TEST_CASE("nothing to propose with, no speed") {
  CHECK_FALSE(speculative_speed({}, 0.01, k_even));
  CHECK_FALSE(speculative_speed({0.1}, 0.01, k_even));
  CHECK_FALSE(speculative_speed({0.1, 0.1}, -1, k_even));
  CHECK_FALSE(speculative_speed({0, 0.1}, 0.01, k_even));
}

TEST_CASE("a check of a placed model reads its weights and its cache once") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, plain(TensorType::q8_0));
  ModelSpec draft = model;
  draft.layers.resize(4);
  const WeightTable draft_weights = sum_weights(draft, plain(TensorType::q8_0));
  const auto drafted = [&](std::uint32_t depth) {
    return speculative_decode(gpu_machine(), model, weights, {}, on_pool(model, 1), at_depth(depth), round_book(),
                              {.kind = DraftKind::model, .model = &draft, .weights = &draft_weights});
  };
  const auto alone = estimate_throughput(gpu_machine(), model, weights, {}, on_pool(model, 1), at_depth(0), round_book());
  REQUIRE(drafted(0));
  CHECK(drafted(0)->check_step_s < 1.2 / alone->decode_tokens_per_s.typical);
  CHECK(drafted(0)->decode_tokens_per_s.typical > alone->decode_tokens_per_s.typical);
  CHECK(drafted(0)->speedup == Approx(drafted(0)->decode_tokens_per_s.typical / alone->decode_tokens_per_s.typical));
  const double cache_bytes = 8192.0 * 32 * 2 * 8 * 128 * 2;  // tokens, layers, K and V, heads, length, f16
  const auto deep = drafted(8192);
  if (deep->draft_tokens == drafted(0)->draft_tokens)
    CHECK(deep->check_step_s - drafted(0)->check_step_s == Approx(cache_bytes / (0.25 * k_gpu_bandwidth)));

  // A mixture's check touches more experts than one token does: drafting gains less.
  const ModelSpec mixture = mixtral_8x7b();
  const WeightTable mixture_weights = sum_weights(mixture, plain(TensorType::q8_0));
  const auto of_mixture =
      speculative_decode(gpu_machine(4), mixture, mixture_weights, {}, on_pool(mixture, 1), at_depth(0), round_book(),
                         {.kind = DraftKind::model, .model = &draft, .weights = &draft_weights});
  REQUIRE(of_mixture);
  CHECK(of_mixture->speedup < drafted(0)->speedup);
}

TEST_CASE("how many requests fit is what placing them says") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, plain(TensorType::q8_0));
  for (const Engine engine : {Engine::llama_cpp, Engine::vllm}) {
    EngineSettings settings;
    settings.engine = engine;
    settings.parallel = 2;
    settings.context_tokens = engine == Engine::vllm ? 8192 : 16384;
    const std::uint32_t most = most_sequences(gpu_machine(), model, weights, settings, FitStatus::fits);
    CHECK(most > 2);
    CHECK(most < 64);  // 24 GiB less 8.5 GB, a GiB of cache each
    const auto status = [&](std::uint32_t count) {
      EngineSettings more = settings;
      more.parallel = count;
      if (engine != Engine::vllm) more.context_tokens = 8192 * count;
      return place(gpu_machine(), model, weights, more).placement.status;
    };
    CHECK(status(most) == FitStatus::fits);
    CHECK(status(most + 1) != FitStatus::fits);
  }
}
