// SPDX-License-Identifier: MIT
// What holds a device back that its family's constants do not know: a power limit, memory of several sockets.
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/speed_lookup.hpp"
#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;
using canirun::test::mixtral_8x7b;

namespace {

DeviceSpeed speed_of(const Machine& machine, std::size_t device, const SpeedBook& book, EngineSettings settings = {}) {
  return device_speed(machine, machine.devices[device], device == 0 ? Backend::cpu : Backend::cuda, settings, book);
}

ThroughputEstimate estimate(const ModelSpec& model, const SpeedBook& book, EngineSettings settings = {},
                            std::uint32_t prompt = 512) {
  auto speed = estimate_throughput(gpu_machine(4), model, sum_weights(model, plain(TensorType::q8_0)), settings,
                                   on_pool(model, 1), at_depth(prompt, prompt), book);
  REQUIRE(speed);
  return *std::move(speed);
}

}  // namespace

TEST_CASE("a power limit slows the cores, not the memory") {
  SpeedBook book = round_book();
  book.architectures[0].power_limit_exponent = 0.5;
  Machine machine = gpu_machine();
  const DeviceSpeed free = speed_of(machine, 1, book);
  machine.devices[1].tdp_w = 400;
  machine.devices[1].power_limit_w = 100;
  const DeviceSpeed limited = speed_of(machine, 1, book);
  CHECK(limited.prefill_flops_per_s == Approx(free.prefill_flops_per_s / 2));
  CHECK(limited.fp32_flops_per_s == Approx(free.fp32_flops_per_s / 2));
  CHECK(limited.bandwidth_fraction == Approx(free.bandwidth_fraction));
  machine.devices[1].power_limit_w = 450;  // raised above the design: promises nothing
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free.prefill_flops_per_s));
  machine.devices[1].power_limit_w = 1;  // a driver's nonsense costs no more than the lowest limit there is
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free.prefill_flops_per_s * std::sqrt(0.2)));
  machine.devices[1].tdp_w.reset();
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free.prefill_flops_per_s));
}

TEST_CASE("a card with little power for its units does not hold their peak") {
  SpeedBook book = round_book();
  Machine machine = gpu_machine();
  Device& gpu = machine.devices[1];
  for (SpeedConstants& record : book.architectures) {
    record.prefill_unit = ComputeUnit::fp32;
    record.power_starved_exponent = 0.5;
    record.prefill_joules_per_operation = 1e-11;
  }
  gpu.fp32_flops_per_s = 40e12;  // 400 W by that
  gpu.tdp_w.reset();
  const double free = speed_of(machine, 1, book).prefill_flops_per_s;
  CHECK(free > 0);
  gpu.tdp_w = 100;
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free / 2));
  CHECK(speed_of(machine, 1, book).fp32_flops_per_s == Approx(40e12));  // decode waits for memory
  gpu.tdp_w = 600;                                                      // more than it needs gains nothing
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free));
  gpu.tdp_w = 0;
  CHECK(speed_of(machine, 1, book).prefill_flops_per_s == Approx(free));
}

TEST_CASE("memory of several sockets gives less than its sum, unless that was measured") {
  SpeedBook book = round_book();
  book.architectures[0].socket_exponent = -0.5;
  Machine machine = bare_machine();
  const double one = speed_of(machine, 0, book).bandwidth_fraction;
  machine.cpu.sockets = 4;
  CHECK(speed_of(machine, 0, book).bandwidth_fraction == Approx(one / 2));
  machine.pools[0].bandwidth_provenance.basis = Basis::measured;
  const double measured = speed_of(machine, 0, book).bandwidth_fraction;
  machine.cpu.sockets = 1;
  CHECK(speed_of(machine, 0, book).bandwidth_fraction == Approx(measured));
}

TEST_CASE("a family unpacks at its own rate") {
  SpeedBook book = round_book();
  book.architectures[0].weight_costs = {
      {.weights = WeightClass::q4_k, .decode_flops_per_weight = 8, .prefill_slowdown = {}}};
  book.architectures[1].unpacking_slowdown = 1.5;
  const auto slot = static_cast<std::size_t>(WeightClass::q4_k);
  CHECK(speed_of(gpu_machine(), 1, book).decode_flops_per_weight[slot] == Approx(12));
  CHECK(speed_of(bare_machine(), 0, book).decode_flops_per_weight[slot] == Approx(8));
}

TEST_CASE("without flash attention the scores go through memory: as many as heads, whatever their length") {
  SpeedBook book = round_book();
  book.architectures[0].score_bytes_without_flash_attention = 16;
  const ModelSpec model = llama_3_1_8b();
  EngineSettings off;
  off.flash_attn = false;
  off.context_tokens = 32768;
  EngineSettings on = off;
  on.flash_attn = true;
  const auto prefill_s = [&](const EngineSettings& settings, std::uint32_t prompt) {
    return prompt / estimate(model, book, settings, prompt).prefill_tokens_per_s.typical;
  };
  for (const std::uint32_t prompt : {512U, 8192U}) {
    const double scores = 32.0 * 32 * prompt * prompt / 2;  // layers, heads, pairs of a query and a key before it
    CHECK(prefill_s(off, prompt) - prefill_s(on, prompt) == Approx(scores * 16 / (0.86 * k_gpu_bandwidth)).epsilon(1e-6));
  }
}

TEST_CASE("ranges of models with experts are wider, each speed by its own measure") {
  SpeedBook book = round_book();
  const Range dense = estimate(llama_3_1_8b(), book).decode_tokens_per_s;
  book.architectures[0].mixture_spread_exponent = 2;
  CHECK(estimate(llama_3_1_8b(), book).decode_tokens_per_s.low == Approx(dense.low));
  const ThroughputEstimate mixture = estimate(mixtral_8x7b(), book);
  CHECK(mixture.decode_tokens_per_s.low == Approx(mixture.decode_tokens_per_s.typical * 0.8 * 0.8));
  CHECK(mixture.decode_tokens_per_s.high == Approx(mixture.decode_tokens_per_s.typical * 1.25 * 1.25));
  CHECK(mixture.prefill_tokens_per_s.low == Approx(mixture.prefill_tokens_per_s.typical * 0.5));
  book.architectures[0].mixture_prefill_spread_exponent = 3;
  const Range prefill = estimate(mixtral_8x7b(), book).prefill_tokens_per_s;
  CHECK(prefill.low == Approx(prefill.typical * 0.5 * 0.5 * 0.5));
}

TEST_CASE("a backend that scatters more than the vendor's own has ranges of its own") {
  SpeedBook book = round_book();
  book.architectures[1].decode_spread = SpeedSpread{.low = 0.9, .high = 1.1};
  book.architectures[1].prefill_spread = SpeedSpread{.low = 0.8, .high = 1.2};
  book.architectures[1].backends = {{.backend = Backend::vulkan, .prefill_spread = SpeedSpread{.low = 0.3, .high = 1.5}}};
  const Machine machine = gpu_machine();
  const DeviceSpeed native = speed_of(machine, 1, book);
  const DeviceSpeed vulkan = device_speed(machine, machine.devices[1], Backend::vulkan, {}, book);
  CHECK(native.prefill_spread.low == Approx(0.8));
  CHECK(vulkan.prefill_spread.low == Approx(0.3));
  CHECK(vulkan.prefill_spread.high == Approx(1.5));
  CHECK(vulkan.decode_spread.low == Approx(native.decode_spread.low));
}

TEST_CASE("vLLM multiplies both kinds of 16 bits alike") {
  SpeedBook book = round_book();
  book.architectures[0].weight_costs = {{.weights = WeightClass::f16, .decode_flops_per_weight = 1, .prefill_slowdown = 1.5},
                                        {.weights = WeightClass::bf16, .decode_flops_per_weight = 9, .prefill_slowdown = 4}};
  const auto bf16 = static_cast<std::size_t>(WeightClass::bf16);
  CHECK(speed_of(gpu_machine(), 1, book).decode_flops_per_weight[bf16] == Approx(9));
  EngineSettings settings;
  settings.engine = Engine::vllm;
  const DeviceSpeed speed = speed_of(gpu_machine(), 1, book, settings);
  CHECK(speed.decode_flops_per_weight[bf16] == Approx(1));
  CHECK(speed.prefill_slowdown[bf16] == Approx(1.5));
}
