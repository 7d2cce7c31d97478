// SPDX-License-Identifier: MIT
// What runs on a machine do to its estimates: how far they are believed, what they never do, and which are no runs.
#include <canirun/calibration.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "throughput_cases.hpp"

using namespace canirun;
using namespace canirun::speed_cases;
using canirun::test::llama_3_1_8b;

namespace {

Measurement run_of(const ModelSpec& model, Backend backend = Backend::cuda) {
  Measurement run;
  run.model = run.model_name = model.id;
  run.quant = "q8_0";
  run.backend = backend;
  run.gpu_layers = 999;
  run.parallel = 1;
  run.source = "llama-bench";
  run.measured_on = "2026-05-04";
  return run;
}

MeasuredRate rate(double tokens_per_s, std::uint32_t tokens = 128, std::uint32_t depth = 0) {
  return {.tokens_per_s = tokens_per_s, .tokens = tokens, .depth_tokens = depth, .spread = std::nullopt};
}

/// A model, a quant and runs of it at given multiples of what is estimated.
struct Lab {
  Machine machine = gpu_machine();
  ModelSpec model = llama_3_1_8b();
  QuantScheme quant = plain(TensorType::q8_0);
  SpeedBook book = round_book();
  std::vector<Measurement> runs = {};
  std::vector<ModelSpec> models = {};

  double estimated_decode(Backend backend = Backend::cuda) const {
    Measurement run = run_of(model, backend);
    run.decode = rate(1);
    return expected_run(machine, model, quant, run, book)->decode_tokens_per_s->typical;
  }
  /// Same layers under another name: another model to the arithmetic.
  void add(const std::string& id, double decode_ratio, Backend backend = Backend::cuda) {
    ModelSpec spec = model;
    spec.id = id;
    Measurement run = run_of(spec, backend);
    run.decode = rate(decode_ratio * estimated_decode(backend));
    models.push_back(spec);
    runs.push_back(run);
  }
  std::vector<SpeedCorrection> calibrated() const {
    std::vector<CalibrationCase> cases;
    for (std::size_t i = 0; i < runs.size(); ++i) cases.push_back({runs[i], models[i], quant});
    return calibrate(machine, cases, book);
  }
  /// The estimate for a model of this id, everything on the GPU, with what was measured.
  ThroughputEstimate estimate(const std::string& id, Engine engine = Engine::llama_cpp) const {
    ModelSpec spec = model;
    spec.id = id;
    Machine here = machine;
    here.corrections = calibrated();
    EngineSettings settings;
    settings.engine = engine;
    const PlacedMemory placed = on_pool(spec, 1);
    ThroughputEstimate result =
        *estimate_throughput(here, spec, sum_weights(spec, quant), settings, placed, at_depth(0), book);
    correct_estimate(result, here, spec, quant.id, settings, placed.placement, at_depth(0));
    return result;
  }
};

}  // namespace

TEST_CASE("a model that was measured is as it was measured", "[calibration]") {
  Lab lab;
  lab.add("llama-3.1-8b", 0.7);
  const ThroughputEstimate got = lab.estimate("llama-3.1-8b");
  CHECK(got.decode_tokens_per_s.typical == Approx(0.7 * lab.estimated_decode()));
  CHECK(got.basis == Basis::measured);
  CHECK(got.how_known.find("1 measured run of this model") == 0);
  CHECK(got.decode_tokens_per_s.high / got.decode_tokens_per_s.low < 1.2);
  CHECK(got.by_depth.front().decode_tokens_per_s.typical == Approx(got.decode_tokens_per_s.typical));
  REQUIRE(got.pools.size() == 1);
  CHECK(got.pools[0].weight_bytes / got.pools[0].seconds ==
        Approx(got.pools[0].effective_bandwidth_bytes_per_s).epsilon(0.01));
  // The first word follows the new rates.
  CHECK(got.time_to_first_token_s.typical ==
        Approx(512 / got.prefill_tokens_per_s.typical + 1 / got.decode_tokens_per_s.typical));
}

TEST_CASE("other models are believed to follow the more, the more were measured", "[calibration]") {
  const double plain_estimate = Lab().estimated_decode();
  double last_factor = 1, last_range = 1e9;
  for (int count = 1; count <= 4; ++count) {
    Lab lab;
    for (int i = 0; i < count; ++i) lab.add("other " + std::to_string(i), 0.9);
    const ThroughputEstimate got = lab.estimate("llama-3.1-8b");
    CHECK(got.basis == Basis::calibrated);
    const double factor = got.decode_tokens_per_s.typical / plain_estimate;
    CHECK(factor > 0.9);
    CHECK(factor < last_factor);
    const double range = got.decode_tokens_per_s.high / got.decode_tokens_per_s.low;
    CHECK(range < last_range);
    last_factor = factor;
    last_range = range;
  }
  CHECK(last_factor == Approx(0.9).epsilon(0.04));
}

TEST_CASE("a machine far off its class is believed at once, and one odd run among several is not", "[calibration]") {
  Lab slow;
  slow.add("other", 0.25);
  CHECK(slow.estimate("llama-3.1-8b").decode_tokens_per_s.typical == Approx(0.25 * slow.estimated_decode()).epsilon(0.08));
  Lab odd;
  for (int i = 0; i < 4; ++i) odd.add("other " + std::to_string(i), 1);
  odd.add("odd", 0.3);
  CHECK(odd.estimate("llama-3.1-8b").decode_tokens_per_s.typical == Approx(odd.estimated_decode()).epsilon(0.01));
}

TEST_CASE("a model that was run twenty times counts once", "[calibration]") {
  Lab lab;
  for (int i = 0; i < 20; ++i) lab.add("often", 0.5);
  lab.add("first", 1);
  lab.add("second", 1);
  const double factor = lab.estimate("llama-3.1-8b").decode_tokens_per_s.typical / lab.estimated_decode();
  CHECK(factor == Approx(1).epsilon(0.01));
}

TEST_CASE("corrections hold for their backend, placement and kind of engine", "[calibration]") {
  Lab lab;
  lab.add("other", 0.3);
  const double plain_estimate = lab.estimated_decode();
  CHECK(lab.estimate("llama-3.1-8b", Engine::ollama).decode_tokens_per_s.typical < 0.4 * plain_estimate);
  CHECK(lab.estimate("llama-3.1-8b", Engine::vllm).basis != Basis::calibrated);
  Lab cpu;
  cpu.add("other", 0.3, Backend::cpu);
  REQUIRE(cpu.calibrated().size() == 1);
  CHECK(cpu.calibrated().front().placement == PlacementKind::cpu);
  CHECK(cpu.estimate("llama-3.1-8b").basis != Basis::calibrated);
  CHECK(cpu.estimate("llama-3.1-8b").decode_tokens_per_s.typical == Approx(plain_estimate));
}

TEST_CASE("no correction goes above the roofline", "[calibration]") {
  Lab lab;
  for (int i = 0; i < 5; ++i) lab.add("other " + std::to_string(i), 1.9);
  const ThroughputEstimate got = lab.estimate("llama-3.1-8b");
  CHECK(got.decode_tokens_per_s.typical <= got.roofline_tokens_per_s);
  CHECK(got.decode_tokens_per_s.high <= got.roofline_tokens_per_s);
  CHECK(got.decode_tokens_per_s.low <= got.decode_tokens_per_s.typical);
}

TEST_CASE("runs that cannot be true are told with their arithmetic", "[calibration]") {
  Lab lab;
  lab.model.parameter_count = 8'030'261'248;
  Measurement run = run_of(lab.model);
  const auto why = [&](double decode, double prefill) {
    run.decode = rate(decode);
    run.prefill = rate(prefill, 512);
    const auto expected = expected_run(lab.machine, lab.model, lab.quant, run, lab.book);
    return why_impossible(run, &*expected);
  };
  CHECK(why(50, 2000).empty());
  CHECK(why(200, 2000).find("GB read per token is") != std::string::npos);
  CHECK(why(50, 90000).find("TOPS") != std::string::npos);
  CHECK(why(0, 2000).find("above zero") != std::string::npos);
  CHECK(why(std::nan(""), 2000).find("above zero") != std::string::npos);
  run.speculative = true;
  CHECK(why(200, 2000).empty());  // a draft may well
  run.speculative = false;
  run.decode = rate(2e5);
  CHECK(why_impossible(run, nullptr).find("nothing writes") == 0);
  // A read test is no law: only what records say of a memory is.
  lab.machine.pools[1].bandwidth_provenance.basis = Basis::measured;
  CHECK(why(200, 2000).empty());
  CHECK(why(2000, 2000).find("10000 GB/s") != std::string::npos);
}

TEST_CASE("runs that say nothing of others are kept out, with the reason", "[calibration]") {
  Lab lab;
  lab.add("other", 0.5);
  const Measurement good = lab.runs.front();
  CHECK(why_not_calibrating(good).empty());
  const auto without = [&](auto change) {
    Measurement run = good;
    change(run);
    lab.runs.front() = run;
    CHECK(lab.calibrated().empty());
    return why_not_calibrating(run);
  };
  CHECK(without([](Measurement& run) { run.model.clear(); }).find("catalog") != std::string::npos);
  CHECK(without([](Measurement& run) { run.quant.clear(); }).find("--quant") != std::string::npos);
  CHECK(without([](Measurement& run) { run.parallel.reset(); }).find("--parallel") != std::string::npos);
  CHECK(without([](Measurement& run) { run.parallel = 4; }).find("several") != std::string::npos);
  CHECK(without([](Measurement& run) { run.speculative = true; }).find("draft") != std::string::npos);
  CHECK(without([](Measurement& run) { run.decode.reset(); }).find("no rate") != std::string::npos);
  without([](Measurement& run) { run.decode->tokens = 4; });  // too short to be a rate: no reason to tell
  Measurement far = good;
  far.decode = rate(lab.estimated_decode() / 100);
  const auto expected = expected_run(lab.machine, lab.model, lab.quant, far, lab.book);
  CHECK(why_not_calibrating(far, &*expected).find("times off") != std::string::npos);
  lab.runs.front() = far;
  CHECK(lab.calibrated().empty());
}

TEST_CASE("work beside a run widens the range", "[calibration]") {
  Lab quiet, busy;
  quiet.add("llama-3.1-8b", 0.9);
  busy.add("llama-3.1-8b", 0.9);
  busy.runs.front().busy = true;
  const Range a = quiet.estimate("llama-3.1-8b").decode_tokens_per_s, b = busy.estimate("llama-3.1-8b").decode_tokens_per_s;
  CHECK(b.typical == Approx(a.typical));
  CHECK(b.high / b.low > 1.1 * a.high / a.low);
  const Range c = quiet.estimate("other").decode_tokens_per_s, d = busy.estimate("other").decode_tokens_per_s;
  CHECK(d.high / d.low > 1.1 * c.high / c.low);
}

TEST_CASE("memory that is taken now was free for the run", "[calibration]") {
  Lab lab;
  Measurement run = run_of(lab.model);
  run.decode = rate(50);
  run.gpu_layers.reset();
  lab.machine.pools[1].free_bytes = 1U << 20U;  // the server that was measured
  const auto expected = expected_run(lab.machine, lab.model, lab.quant, run, lab.book);
  REQUIRE(expected);
  CHECK(expected->place.placement == PlacementKind::gpu);
}

TEST_CASE("what models read proves a bandwidth", "[calibration]") {
  Lab lab;
  lab.add("other", 1.5, Backend::cpu);
  const std::vector<CalibrationCase> cases = {{lab.runs[0], lab.models[0], lab.quant}};
  const auto proven = proven_bandwidth(lab.machine, cases, 0, lab.book);
  REQUIRE(proven);
  CHECK(*proven < k_host_bandwidth);
  CHECK(*proven > 0.5 * k_host_bandwidth);
  CHECK_FALSE(proven_bandwidth(lab.machine, cases, 1, lab.book));
}

TEST_CASE("a machine's key survives a new driver, and tells machines apart", "[calibration]") {
  Machine machine = gpu_machine();
  machine.devices[1].pci_id = "10de:2684";
  const std::string key = machine_key(machine);
  machine.devices[1].driver_version = "999";
  machine.pools[0].total_bytes -= 50U << 20U;
  machine.pools[1].free_bytes = 5;
  machine.kernel = "7.0";
  CHECK(machine_key(machine) == key);
  Machine more = machine;
  more.pools[0].total_bytes *= 2;
  CHECK(machine_key(more) != key);
  more = machine;
  more.devices[1].pci_id = "10de:2704";
  CHECK(machine_key(more) != key);
  more = machine;
  more.cpu.usable_cores = 2;
  CHECK(machine_key(more) != key);
}
