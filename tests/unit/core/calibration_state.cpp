// SPDX-License-Identifier: MIT
// What a machine's state does to its estimates where no model was run.
#include <canirun/calibration.hpp>
#include <catch2/catch.hpp>

#include "core/processor_state.hpp"
#include "core/speed_lookup.hpp"
#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;

namespace {

ThroughputEstimate on_processor(const Machine& machine) {
  const ModelSpec model = llama_3_1_8b();
  return *estimate_throughput(machine, model, sum_weights(model, plain(TensorType::q8_0)), {}, on_pool(model, 0),
                              at_depth(0), round_book());
}

}  // namespace

TEST_CASE("copies lower a bandwidth that they prove wrong, and raise none", "[state]") {
  constexpr double k_known = 1000e9;
  CHECK(bandwidth_by_copies(2000e9, k_known) == k_known);
  CHECK(bandwidth_by_copies(k_copy_share * 1000e9, k_known) == k_known);       // as a healthy card
  CHECK(bandwidth_by_copies(k_copy_share * 860e9, k_known) == k_known);        // a poor way to copy
  CHECK(bandwidth_by_copies(k_copy_share * 500e9, k_known) == Approx(500e9));  // half a card
  CHECK(bandwidth_by_copies(k_copy_share * 775e9, k_known) == Approx(850e9));  // half way between the marks
  CHECK(bandwidth_by_copies(k_copy_share * 400e9, std::nullopt) == Approx(400e9));
  double last = 0;
  for (double copies = 10e9; copies < 1200e9; copies += 7e9) {
    const double bandwidth = bandwidth_by_copies(copies, k_known);
    CHECK(bandwidth >= last);
    CHECK(bandwidth <= k_known);
    CHECK(bandwidth - last <= 25e9);  // no jump
    last = bandwidth;
  }
}

TEST_CASE("time that other guests took is missing from what the processor does", "[state]") {
  Machine machine = bare_machine();
  const ThroughputEstimate whole = on_processor(machine);
  machine.cpu.stolen_share = 0.02;  // every guest sees that much now and then
  CHECK(stolen_share(machine) == 0);
  CHECK(on_processor(machine).decode_tokens_per_s.low == whole.decode_tokens_per_s.low);
  machine.cpu.stolen_share = 0.25;
  const ThroughputEstimate shared = on_processor(machine);
  CHECK(shared.decode_tokens_per_s.typical == Approx(0.75 * whole.decode_tokens_per_s.typical).epsilon(0.02));
  CHECK(shared.decode_tokens_per_s.low == Approx(0.75 * 0.75 * whole.decode_tokens_per_s.low).epsilon(0.02));
  CHECK(shared.prefill_tokens_per_s.typical < 0.8 * whole.prefill_tokens_per_s.typical);
  CHECK(shared.roofline_tokens_per_s == Approx(whole.roofline_tokens_per_s));  // the memory is what it is
  machine.cpu.stolen_share = 0.999;
  CHECK(on_processor(machine).decode_tokens_per_s.low > 0);

  // A run that was measured here had its time stolen, too: it is compared with what a whole processor would do.
  const ModelSpec model = llama_3_1_8b();
  Measurement run;
  run.backend = Backend::cpu;
  run.decode = MeasuredRate{.tokens_per_s = 5, .tokens = 128, .depth_tokens = 0, .spread = std::nullopt};
  const auto expected = expected_run(machine, model, plain(TensorType::q8_0), run, round_book());
  REQUIRE(expected);
  CHECK(expected->decode_tokens_per_s->typical == Approx(whole.decode_tokens_per_s.typical));

  // On a GPU nothing of it counts.
  Machine gpu = gpu_machine();
  const auto on_gpu = [&] {
    return *estimate_throughput(gpu, model, sum_weights(model, plain(TensorType::q8_0)), {}, on_pool(model, 1), at_depth(0),
                                round_book());
  };
  const double alone = on_gpu().decode_tokens_per_s.typical;
  gpu.cpu.stolen_share = 0.5;
  CHECK(on_gpu().decode_tokens_per_s.typical == alone);
}

TEST_CASE("products measured here bound the processor's peak, and raise it never", "[state]") {
  Machine machine = bare_machine();
  const double peak = cpu_flops_per_s(machine, &machine.devices[0], std::nullopt);
  machine.cpu.measured_fp32_flops_per_s = peak * 0.7;  // as a healthy machine: clocks, and what tiles reach
  CHECK(cpu_flops_per_s(machine, &machine.devices[0], std::nullopt) == peak);
  machine.cpu.measured_fp32_flops_per_s = peak * 0.3;  // virtual cores that are threads of one
  CHECK(cpu_flops_per_s(machine, &machine.devices[0], std::nullopt) == Approx(0.5 * peak));
  // Half the threads have half of it.
  CHECK(cpu_flops_per_s(machine, &machine.devices[0], 8U) == Approx(0.25 * peak));
  const double slow = on_processor(machine).prefill_tokens_per_s.typical;
  machine.cpu.measured_fp32_flops_per_s = peak * 10;
  CHECK(cpu_flops_per_s(machine, &machine.devices[0], std::nullopt) == peak);
  const double usual = on_processor(machine).prefill_tokens_per_s.typical;
  CHECK(slow < 0.6 * usual);
  // A quota was in force while it was measured.
  machine.cpu.usable_cores = 4;
  machine.cpu.measured_fp32_flops_per_s = peak / 4 * 0.3;
  CHECK(cpu_flops_per_s(machine, &machine.devices[0], std::nullopt) == Approx(peak / 8));

  machine = bare_machine();
  machine.cpu.measured_int8_ops_per_s = peak * 1e-3;
  CHECK(on_processor(machine).prefill_tokens_per_s.typical < 0.1 * usual);
}
