// SPDX-License-Identifier: MIT
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>

#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;
using canirun::test::mixtral_8x7b;

namespace {

ThroughputEstimate estimate(const Machine& machine, const ModelSpec& model, const PlacedMemory& placed,
                            const UsageProfile& usage, const EngineSettings& settings = {},
                            const SpeedBook& book = round_book(), TensorType type = TensorType::q8_0) {
  const auto result = estimate_throughput(machine, model, sum_weights(model, plain(type)), settings, placed, usage, book);
  REQUIRE(result);
  return *result;
}

double read_per_token(const WeightTable& weights) {
  double bytes = static_cast<double>(weights.output_bytes);
  for (const LayerWeights& layer : weights.layers)
    bytes += static_cast<double>(layer.attention_bytes + layer.dense_ffn_bytes);
  return bytes;
}

}  // namespace

TEST_CASE("decode is bytes over effective bandwidth plus the token's overhead") {
  const ModelSpec model = llama_3_1_8b();
  const double bytes = read_per_token(sum_weights(model, plain(TensorType::q8_0)));
  const ThroughputEstimate got = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0));
  CHECK(1 / got.decode_tokens_per_s.typical == Approx(bytes / (0.5 * k_gpu_bandwidth) + 1e-3));
  CHECK(got.roofline_tokens_per_s == Approx(k_gpu_bandwidth / bytes));
  CHECK(got.decode_tokens_per_s.low == Approx(0.8 * got.decode_tokens_per_s.typical));
  CHECK(got.bottleneck == Bottleneck::memory_bandwidth);
  CHECK(got.basis == Basis::derived);
  CHECK(got.how_known == "constants of ada, fitted on 10 measured runs of 2 devices");
  REQUIRE(got.pools.size() == 1);
  CHECK(got.pools[0].pool == 1);
  CHECK(got.pools[0].weight_bytes == Approx(bytes));
}

TEST_CASE("the cache is read at its own rate") {
  const ModelSpec model = llama_3_1_8b();
  const ThroughputEstimate shallow = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0));
  const ThroughputEstimate deep = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(8192));
  const double cache_bytes = 8192.0 * 32 * 2 * 8 * 128 * 2;  // tokens, layers, K and V, heads, length, f16
  CHECK(deep.pools[0].kv_bytes == Approx(cache_bytes));
  CHECK(1 / deep.decode_tokens_per_s.typical - 1 / shallow.decode_tokens_per_s.typical ==
        Approx(cache_bytes / (0.25 * k_gpu_bandwidth)));
}

TEST_CASE("the rate of the cache goes with how many query heads share a read") {
  const ModelSpec model = llama_3_1_8b();  // 32 query heads on 8 of K and V: the usual four
  ModelSpec alone = model;
  for (LayerSpec& layer : alone.layers) layer.head_count = layer.head_count_kv;
  SpeedBook book = round_book();
  book.architectures[0].kv_grouping_exponent = 0.5;
  const auto cache_s = [&](const ModelSpec& shape) {
    const auto at = [&](std::uint32_t depth) {
      return 1 / estimate(gpu_machine(), shape, on_pool(shape, 1), at_depth(depth), {}, book).decode_tokens_per_s.typical;
    };
    return at(8192) - at(0);
  };
  CHECK(cache_s(alone) == Approx(2 * cache_s(model)));
}

TEST_CASE("routed experts in bf16 cost extra where the backend has no kernel for them") {
  const ModelSpec model = mixtral_8x7b();
  SpeedBook book = round_book();
  book.architectures[0].backends = {{.backend = Backend::vulkan, .bf16_expert_slowdown = 3}};
  EngineSettings vulkan;
  vulkan.backend = Backend::vulkan;
  const auto seconds = [&](const EngineSettings& settings, TensorType type) {
    return 1 /
           estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0), settings, book, type).decode_tokens_per_s.typical;
  };
  CHECK(seconds(vulkan, TensorType::f16) == Approx(seconds({}, TensorType::f16)));
  CHECK(seconds(vulkan, TensorType::bf16) > 1.5 * seconds({}, TensorType::bf16));
}

TEST_CASE("sliding windows and recurrent layers stop growing with depth") {
  ModelSpec model = llama_3_1_8b();
  model.sliding_window_tokens = 1024;
  for (LayerSpec& layer : model.layers) layer.attention = AttentionKind::sliding_window;
  const EngineSettings settings;
  const auto at = [&](std::uint32_t depth) {
    return estimate(gpu_machine(), model, on_pool(model, 1), at_depth(depth), settings).decode_tokens_per_s.typical;
  };
  CHECK(at(1024) == Approx(at(32768)));
  CHECK(at(512) > at(1024));
}

TEST_CASE("a token touches the experts it is routed to, a prompt nearly all of them") {
  const ModelSpec model = mixtral_8x7b();
  const WeightTable weights = sum_weights(model, plain(TensorType::q8_0));
  double experts = 0;
  for (const LayerWeights& layer : weights.layers) experts += static_cast<double>(layer.expert_bytes);
  const ThroughputEstimate got = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0));
  CHECK(got.pools[0].weight_bytes == Approx(read_per_token(weights) + experts / 4));
}

TEST_CASE("two GPUs that split layers take turns, under tensor parallelism they share the work") {
  const ModelSpec model = llama_3_1_8b();
  const double one = 1 / estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0)).decode_tokens_per_s.typical;
  const double two = 1 / estimate(gpu_machine(2), model, over_gpus(model, 2), at_depth(0)).decode_tokens_per_s.typical;
  CHECK(two == Approx(one + 2e-3));
  EngineSettings vllm;
  vllm.engine = Engine::vllm;
  const double parallel =
      1 / estimate(gpu_machine(2), model, over_gpus(model, 2), at_depth(0), vllm).decode_tokens_per_s.typical;
  // Cut evenly, whichever card the output matrix was planned on; the cards meet in each of 32 layers.
  const double meetings_s = 32 * 50e-6;
  CHECK(parallel == Approx((one - 1e-3) / 2 + 1e-3 + meetings_s));
  EngineSettings tensor;
  tensor.split_mode = SplitMode::tensor;
  const auto shared = [&](const EngineSettings& settings, std::uint32_t gpus) {
    return 1 / estimate(gpu_machine(gpus), model, over_gpus(model, static_cast<std::uint8_t>(gpus)), at_depth(0), settings)
                   .decode_tokens_per_s.typical;
  };
  CHECK(shared(tensor, 2) == Approx(parallel));
  CHECK(shared(tensor, 4) == Approx((one - 1e-3) / 4 + 1e-3 + meetings_s));
  // By rows they meet after each matrix, by way of one card.
  EngineSettings rows;
  rows.split_mode = SplitMode::row;
  CHECK(shared(rows, 2) == Approx((one - 1e-3) / 2 + 1e-3 + 3.5 * meetings_s));
}

TEST_CASE("GPUs that share every layer wait for the slower one") {
  const ModelSpec model = llama_3_1_8b();
  EngineSettings tensor;
  tensor.split_mode = SplitMode::tensor;
  Machine uneven = gpu_machine(2);
  uneven.pools[2].bandwidth_bytes_per_s = k_gpu_bandwidth / 2;
  const double even = estimate(gpu_machine(2), model, over_gpus(model, 2), at_depth(0), tensor).decode_tokens_per_s.typical;
  const double slower = estimate(uneven, model, over_gpus(model, 2), at_depth(0), tensor).decode_tokens_per_s.typical;
  for (MemoryPool& pool : uneven.pools) {
    if (pool.kind == PoolKind::gpu) pool.bandwidth_bytes_per_s = k_gpu_bandwidth / 2;
  }
  CHECK(slower < even);
  CHECK(slower == Approx(estimate(uneven, model, over_gpus(model, 2), at_depth(0), tensor).decode_tokens_per_s.typical));
}

TEST_CASE("layers left to the processor cost the host's bandwidth") {
  const ModelSpec model = llama_3_1_8b();
  PlacedMemory half = on_pool(model, 1);
  for (std::size_t i = 0; i < 16; ++i) half.placement.layers[i] = {.pool = 0, .expert_pool = 0};
  half.placement.gpu_layers = 17;
  const ThroughputEstimate got = estimate(gpu_machine(), model, half, at_depth(0));
  const ThroughputEstimate gpu = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0));
  const ThroughputEstimate host = estimate(gpu_machine(), model, on_pool(model, 0), at_depth(0));
  CHECK(got.pools.size() == 2);
  CHECK(got.decode_tokens_per_s.typical < gpu.decode_tokens_per_s.typical);
  CHECK(got.decode_tokens_per_s.typical > host.decode_tokens_per_s.typical);
}

TEST_CASE("the first token waits for the prompt and one step") {
  const ModelSpec model = llama_3_1_8b();
  const ThroughputEstimate got = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(512));
  CHECK(got.time_to_first_token_s.typical ==
        Approx(512 / got.prefill_tokens_per_s.typical + 1 / got.decode_tokens_per_s.typical));
  CHECK(got.time_to_first_token_s.low <= got.time_to_first_token_s.typical);
  CHECK(got.time_to_first_token_s.typical <= got.time_to_first_token_s.high);
  // 2 operations a weight at half of 80 TFLOP/s, and reading 8 GB once behind it.
  CHECK(got.prefill_tokens_per_s.typical == Approx(40e12 / (2 * 7.5e9)).epsilon(0.2));
}

TEST_CASE("unknown bandwidth gives no speed, unknown families the class with less certainty") {
  const ModelSpec model = llama_3_1_8b();
  const WeightTable weights = sum_weights(model, plain(TensorType::q4_0));
  Machine machine = gpu_machine();
  machine.devices[1].architecture = "unheard-of";
  const ThroughputEstimate unknown = estimate(machine, model, on_pool(model, 1), at_depth(0));
  const ThroughputEstimate known = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0));
  CHECK(unknown.basis == Basis::assumed);
  CHECK(unknown.decode_tokens_per_s.low / unknown.decode_tokens_per_s.typical <
        known.decode_tokens_per_s.low / known.decode_tokens_per_s.typical);
  machine.pools[1].bandwidth_bytes_per_s.reset();
  CHECK_FALSE(estimate_throughput(machine, model, weights, {}, on_pool(model, 1), at_depth(0), round_book()));
  CHECK_FALSE(estimate_throughput(gpu_machine(), ModelSpec{}, weights, {}, on_pool(model, 1), at_depth(0), round_book()));
}

TEST_CASE("an empty book still answers, and says so") {
  const ModelSpec model = llama_3_1_8b();
  const ThroughputEstimate got = estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0), {}, SpeedBook{});
  CHECK(got.basis == Basis::assumed);
  CHECK(got.how_known == "no constants for this device: cautious defaults");
  CHECK(got.decode_tokens_per_s.typical > 0);
}

TEST_CASE("speed is shown at the depths the context of a request reaches") {
  const ModelSpec model = llama_3_1_8b();
  const auto depths_of = [&](const EngineSettings& settings) {
    std::vector<std::uint32_t> depths;
    for (const DepthSpeed& at : estimate(gpu_machine(), model, on_pool(model, 1), at_depth(0), settings).by_depth)
      depths.push_back(at.depth_tokens);
    return depths;
  };
  EngineSettings settings;
  settings.context_tokens = 40000;
  CHECK(depths_of(settings) == std::vector<std::uint32_t>{0, 4096, 32768, 40000});
  settings.parallel = 4;
  CHECK(depths_of(settings) == std::vector<std::uint32_t>{0, 4096, 10000});
  settings.kv_unified = true;
  CHECK(depths_of(settings) == std::vector<std::uint32_t>{0, 4096, 32768, 40000});
}
