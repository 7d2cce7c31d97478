// SPDX-License-Identifier: MIT
// What several tokens in one step cost, by hand: 8.03e9 weights of one byte and a bit, read at half of 1000 GB/s.
#include "core/throughput_batch.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;
using canirun::test::mixtral_8x7b;

namespace {

/// Vector kernels up to four tokens, four operations a weight and further token; tiles of eight above.
BatchCosts round_costs() {
  BatchCosts costs;
  costs.id = "llama.cpp/any";
  costs.vector_columns = 4;
  costs.column_unpacking = 1;
  costs.column_flops_per_weight = 4;
  costs.matrix_read_slowdown = 2;
  costs.matrix_product_slowdown = 1;
  costs.matrix_rows = 8;
  costs.expert_columns = 4;
  costs.expert_rows = 1;
  costs.launch_slowdown = 1;
  return costs;
}

struct Place {
  Machine machine = gpu_machine();
  ModelSpec model;
  WeightTable weights;
  EngineSettings settings;
  PlacedMemory placed;
  SpeedBook book = round_book();

  explicit Place(ModelSpec spec, const BatchCosts& costs = round_costs())
      : model(std::move(spec)), weights(sum_weights(model, plain(TensorType::q8_0))), placed(on_pool(model, 1)) {
    book.batches = {costs};
  }
  [[nodiscard]] ThroughputPlan plan() const { return make_plan(machine, model, weights, settings, placed.placement, book); }
};

}  // namespace

TEST_CASE("a few tokens are unpacked and multiplied one by one, many by tiles") {
  const Place place(llama_3_1_8b());
  const ThroughputPlan plan = place.plan();
  const SiteLoad& load = plan.loads[1];
  const double bytes = load.dense_bytes, weights = bytes * load.mix.weights_per_byte;
  const double read_s = bytes / (0.5 * k_gpu_bandwidth);
  const auto step_s = [&](double tokens) { return batch_weights_s(plan, load, tokens); };
  CHECK(step_s(1) == Approx(read_s));
  CHECK(step_s(3) == Approx(std::hypot(read_s, 2 * 4 * weights / 80e12)));
  const double product_s = 2 * weights / 40e12;
  CHECK(step_s(5) == Approx(2 * read_s + 8 * product_s));  // a tile of eight
  CHECK(step_s(5) == Approx(step_s(8)));
  CHECK(step_s(100) == Approx(2 * read_s + 100 * product_s));
}

TEST_CASE("experts that no kernel shares are read once for each token") {
  BatchCosts apart = round_costs();
  apart.experts_read_once = false;
  apart.column_flops_per_weight = 0;
  const Place place(mixtral_8x7b(), apart);
  const ThroughputPlan plan = place.plan();
  SiteLoad experts = plan.loads[1];
  experts.dense_bytes = 0;
  CHECK(batch_weights_s(plan, experts, 3) == Approx(3 * batch_weights_s(plan, experts, 1)));
  BatchCosts together = apart;
  together.experts_read_once = true;
  const Place shared(mixtral_8x7b(), together);
  const ThroughputPlan shared_plan = shared.plan();
  experts.speed.batch = shared_plan.loads[1].speed.batch;
  const double touched = 1 - std::pow(1 - 0.25, 3);
  CHECK(batch_weights_s(shared_plan, experts, 3) == Approx(touched / 0.25 * batch_weights_s(plan, experts, 1)));
}

TEST_CASE("uneven routing touches fewer experts, never fewer than one token does, at most all") {
  ModelSpec many = mixtral_8x7b();
  many.moe->expert_count = 128;
  many.moe->expert_used_count = 8;
  const Place place(many);
  const ThroughputPlan plan = place.plan();
  BatchSpeed even, uneven;
  uneven.routing_concentration = 4.3;
  double last = 1.0 / 16;
  CHECK(touched_share(plan, uneven, 1) == Approx(last));
  for (const double tokens : {2.0, 4.0, 16.0, 64.0, 1024.0}) {
    const double share = touched_share(plan, uneven, tokens);
    CHECK(touched_share(plan, even, tokens) == Approx(1 - std::pow(15.0 / 16, tokens)));
    CHECK(share < touched_share(plan, even, tokens));
    CHECK(share > last);
    CHECK(share <= 1);
    last = share;
  }
  // Eight experts are picked evenly, however the rest of the book is.
  const Place few(mixtral_8x7b());
  CHECK(touched_share(few.plan(), uneven, 4) == Approx(1 - std::pow(0.75, 4)));
}

TEST_CASE("an engine with kernels of its own multiplies by the 16-bit peak") {
  BatchCosts own = round_costs();
  own.id = "vllm/any";
  own.vector_columns = 0;
  own.matrix_read_slowdown = 1;
  own.matrix_rows = 1;
  own.product_fraction = 0.5;
  own.prefill_fraction = 0.25;
  own.least_bandwidth_fraction = 0.8;
  Place place(llama_3_1_8b(), own);
  place.settings.engine = Engine::vllm;
  const ThroughputPlan plan = place.plan();
  const SiteLoad& load = plan.loads[1];
  CHECK(load.speed.bandwidth_fraction == 0.8);
  CHECK(load.speed.prefill_flops_per_s == Approx(0.25 * 160e12));
  const double read_s = load.dense_bytes / (0.8 * k_gpu_bandwidth);
  const double products_s = 2 * load.dense_bytes * load.mix.weights_per_byte * 16 / (0.5 * 160e12);
  CHECK(batch_weights_s(plan, load, 16) == Approx(read_s + products_s));
}
