// SPDX-License-Identifier: MIT
// A machine in a worse state is never faster: time taken by other guests, slower products, slower copies.
#include <canirun/calibration.hpp>
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

Machine machine_named(const char* name) {
  catalog::MachineWish wish;
  wish.on = name;
  wish.ram_bytes = 256ULL << 30U;
  return catalog::machine_from_wish(wish, data()).value();
}

struct Case {
  Machine machine;
  ModelSpec model;
  WeightTable weights;
  EngineSettings settings;
  PlacedMemory placed;
  UsageProfile usage;

  [[nodiscard]] ThroughputEstimate speed(const Machine& of) const {
    return estimate_throughput(of, model, weights, settings, placed, usage, data().books().speeds).value();
  }
};

constexpr double k_rounding = 1 + 1e-9;

/// Processors alone, and models that are split between a card and the processor.
std::vector<Case> cases() {
  std::vector<Case> all;
  std::mt19937 random(7);
  const auto some = [&](std::uint32_t most) { return std::uniform_int_distribution<std::uint32_t>(0, most)(random); };
  for (const char* on :
       {"cpu=Ryzen 9 7950X", "cpu=EPYC 9654", "cpu=Raspberry Pi 5", "RTX 3060", "RX 6800 XT", "2x RTX 3090"}) {
    for (const char* name : {"llama-3.1-8b", "llama-3.1-70b", "qwen3-30b-a3b", "gpt-oss-20b"}) {
      Case each;
      each.machine = machine_named(on);
      each.model = data().model(name).value();
      each.weights = sum_weights(each.model, data().quant(some(1) == 0 ? "Q4_K_M" : "F16").value());
      each.settings.context_tokens = 8192;
      each.settings.flash_attn = some(1) == 0;
      each.placed = place(each.machine, each.model, each.weights, each.settings);
      each.usage.depth_tokens = some(8192);
      each.usage.prompt_tokens = 1 + some(4096);
      all.push_back(std::move(each));
    }
  }
  return all;
}

void check_whole_range(const Range& worse, const Range& better) {
  CHECK(worse.low <= better.low * k_rounding);
  CHECK(worse.high <= better.high * k_rounding);
}

void check_not_faster(const ThroughputEstimate& worse, const ThroughputEstimate& better) {
  check_whole_range(worse.decode_tokens_per_s, better.decode_tokens_per_s);
  check_whole_range(worse.prefill_tokens_per_s, better.prefill_tokens_per_s);
  for (const auto& [a, b] : {std::pair{worse.decode_tokens_per_s, better.decode_tokens_per_s},
                             std::pair{worse.prefill_tokens_per_s, better.prefill_tokens_per_s}}) {
    CHECK(a.typical <= b.typical * k_rounding);
    CHECK(a.low > 0);
    CHECK(a.low <= a.typical);
    CHECK(a.typical <= a.high);
  }
  CHECK(worse.decode_tokens_per_s.high <= worse.roofline_tokens_per_s * k_rounding);
}

}  // namespace

TEST_CASE("the more time other guests take, the slower", "[property]") {
  for (const Case& each : cases()) {
    INFO(each.model.id);
    ThroughputEstimate last = each.speed(each.machine);
    for (const double share : {0.01, 0.04, 0.12, 0.3, 0.6, 0.95}) {
      Machine machine = each.machine;
      machine.cpu.stolen_share = share;
      const ThroughputEstimate now = each.speed(machine);
      check_not_faster(now, last);
      last = now;
    }
  }
}

TEST_CASE("the slower products are, the slower; none makes faster", "[property]") {
  for (const Case& each : cases()) {
    INFO(each.model.id);
    ThroughputEstimate last = each.speed(each.machine);
    for (const double rate : {1e15, 3e12, 3e11, 3e10, 3e9}) {
      Machine machine = each.machine;
      machine.cpu.measured_fp32_flops_per_s = rate;
      machine.cpu.measured_int8_ops_per_s = 4 * rate;
      const ThroughputEstimate now = each.speed(machine);
      check_not_faster(now, last);
      last = now;
    }
  }
}

TEST_CASE("the slower a card copies, the slower; none makes faster", "[property]") {
  for (const Case& each : cases()) {
    if (each.machine.pools.size() < 2) continue;
    INFO(each.model.id);
    ThroughputEstimate last = each.speed(each.machine);
    const double nominal = *each.machine.pools[1].bandwidth_bytes_per_s;
    for (const double share : {2.0, 1.0, 0.8, 0.7, 0.6, 0.4, 0.1}) {
      Machine machine = each.machine;
      machine.pools[1].bandwidth_bytes_per_s = bandwidth_by_copies(share * nominal, nominal);
      const ThroughputEstimate now = each.speed(machine);
      check_not_faster(now, last);
      last = now;
    }
  }
}
