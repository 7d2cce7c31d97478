// SPDX-License-Identifier: MIT
// Laws that hold for any machine and any model of the catalog.
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>
#include <random>

#include "catalog/catalog.hpp"

using namespace canirun;

namespace {

const catalog::Catalog& data() {
  static const catalog::Catalog loaded = catalog::Catalog::embedded();
  return loaded;
}

/// A machine, a model and a question drawn at random, the same on every run.
struct Draw {
  Machine machine;
  ModelSpec model;
  WeightTable weights;
  EngineSettings settings;
  PlacedMemory placed;
  UsageProfile usage;

  [[nodiscard]] std::optional<ThroughputEstimate> speed() const {
    return estimate_throughput(machine, model, weights, settings, placed, usage, data().books().speeds);
  }
};

constexpr const char* k_machines[] = {"RTX 4090",
                                      "2x RTX 3090",
                                      "RTX 3060",
                                      "GTX 1080 Ti",
                                      "RX 7900 XTX",
                                      "RX 6800 XT",
                                      "Arc B580",
                                      "M2 Max",
                                      "M4",
                                      "Ryzen AI Max+ 395",
                                      "A100 SXM4 80GB",
                                      "cpu=Ryzen 9 7950X",
                                      "cpu=EPYC 9654",
                                      "cpu=Raspberry Pi 5"};
constexpr const char* k_models[] = {"llama-3.1-8b",    "llama-3.1-70b", "qwen3-30b-a3b",
                                    "gpt-oss-20b",     "gemma-3-27b",   "deepseek-v2-lite",
                                    "qwen3.5-35b-a3b", "qwen2.5-0.5b",  "nemotron-3-nano-30b-a3b"};
constexpr const char* k_quants[] = {"Q4_K_M", "Q8_0", "F16", "Q4_0", "IQ2_XXS"};

template <std::size_t N>
const char* any_of(const char* const (&names)[N], std::mt19937& random) {
  return names[std::uniform_int_distribution<std::size_t>(0, N - 1)(random)];
}

Machine machine_named(const char* name) {
  catalog::MachineWish wish;
  wish.on = name;
  wish.ram_bytes = 128ULL << 30U;
  return catalog::machine_from_wish(wish, data()).value();
}

Draw draw(std::mt19937& random) {
  Draw drawn;
  drawn.machine = machine_named(any_of(k_machines, random));
  drawn.model = data().model(any_of(k_models, random)).value();
  drawn.weights = sum_weights(drawn.model, data().quant(any_of(k_quants, random)).value());
  drawn.settings.context_tokens = 32768;
  drawn.settings.flash_attn = std::bernoulli_distribution(0.7)(random);
  drawn.placed = place(drawn.machine, drawn.model, drawn.weights, drawn.settings);
  drawn.usage.depth_tokens = std::uniform_int_distribution<std::uint32_t>(0, 32768)(random);
  drawn.usage.prompt_tokens = std::uniform_int_distribution<std::uint32_t>(1, 8192)(random);
  return drawn;
}

void check_order(const Range& range) {
  CHECK(range.low > 0);
  CHECK(range.low <= range.typical);
  CHECK(range.typical <= range.high);
}

constexpr int k_draws = 300;
constexpr double k_rounding = 1 + 1e-9;

}  // namespace

TEST_CASE("every machine with known bandwidth gets a speed below its roofline") {
  std::mt19937 random(1);
  for (int i = 0; i < k_draws; ++i) {
    const Draw drawn = draw(random);
    const auto speed = drawn.speed();
    INFO(drawn.machine.origin << " " << drawn.model.id << " depth " << drawn.usage.depth_tokens);
    REQUIRE(speed);
    check_order(speed->decode_tokens_per_s);
    check_order(speed->prefill_tokens_per_s);
    check_order(speed->time_to_first_token_s);
    CHECK(speed->decode_tokens_per_s.high <= speed->roofline_tokens_per_s * k_rounding);
    REQUIRE_FALSE(speed->pools.empty());
    for (const DepthSpeed& at : speed->by_depth) check_order(at.decode_tokens_per_s);
  }
}

TEST_CASE("a deeper context never decodes faster") {
  std::mt19937 random(2);
  for (int i = 0; i < k_draws; ++i) {
    Draw drawn = draw(random);
    const double shallow = drawn.speed()->decode_tokens_per_s.typical;
    drawn.usage.depth_tokens += 5000;
    CHECK(drawn.speed()->decode_tokens_per_s.typical <= shallow * k_rounding);
  }
}

TEST_CASE("more bandwidth never makes anything slower") {
  std::mt19937 random(3);
  for (int i = 0; i < k_draws; ++i) {
    Draw drawn = draw(random);
    const auto before = drawn.speed();
    for (MemoryPool& pool : drawn.machine.pools) {
      if (pool.bandwidth_bytes_per_s) *pool.bandwidth_bytes_per_s *= 1.3;
    }
    const auto after = drawn.speed();
    INFO(drawn.machine.origin << " " << drawn.model.id);
    CHECK(after->decode_tokens_per_s.typical * k_rounding >= before->decode_tokens_per_s.typical);
    CHECK(after->prefill_tokens_per_s.typical * k_rounding >= before->prefill_tokens_per_s.typical);
  }
}

TEST_CASE("more bytes of the same types never decode faster") {
  std::mt19937 random(4);
  for (int i = 0; i < k_draws; ++i) {
    Draw drawn = draw(random);
    const double before = drawn.speed()->decode_tokens_per_s.typical;
    for (LayerWeights& layer : drawn.weights.layers) {
      layer.attention_bytes += layer.attention_bytes / 5;
      layer.dense_ffn_bytes += layer.dense_ffn_bytes / 5;
      layer.expert_bytes += layer.expert_bytes / 5;
    }
    CHECK(drawn.speed()->decode_tokens_per_s.typical <= before * k_rounding);
  }
}

TEST_CASE("a longer prompt never reaches its first token sooner") {
  std::mt19937 random(5);
  for (int i = 0; i < k_draws; ++i) {
    Draw drawn = draw(random);
    drawn.usage.depth_tokens = 0;
    const double before = drawn.speed()->time_to_first_token_s.typical;
    drawn.usage.prompt_tokens += 2048;
    CHECK(drawn.speed()->time_to_first_token_s.typical * k_rounding >= before);
  }
}

TEST_CASE("layers moved from a GPU to slower host memory never speed decode up") {
  std::mt19937 random(6);
  Draw drawn = draw(random);
  drawn.machine = machine_named("RTX 4090");
  drawn.model = data().model("llama-3.1-8b").value();
  drawn.weights = sum_weights(drawn.model, data().quant("Q4_K_M").value());
  double last = 1e12;
  for (std::uint32_t on_gpu = 33; on_gpu > 0; --on_gpu) {
    drawn.settings.gpu_layers = on_gpu;
    drawn.placed = place(drawn.machine, drawn.model, drawn.weights, drawn.settings);
    const double now = drawn.speed()->decode_tokens_per_s.typical;
    CHECK(now <= last * k_rounding);
    last = now;
  }
}
