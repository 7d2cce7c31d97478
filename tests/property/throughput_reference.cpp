// SPDX-License-Identifier: MIT
// Published runs against the estimate: an error budget a class, wider than today's figures so that noise in the data
// passes and a broken constant does not.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "throughput_runs.hpp"

using namespace canirun;

namespace {

double ratio_error(double estimated, double measured) { return std::max(estimated / measured, measured / estimated) - 1; }

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values.at(std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size()))));
}

struct Budget {
  double decode_median, prefill_median;
};
const std::map<std::string, Budget>& budgets() {
  static const std::map<std::string, Budget> table = {{"nvidia", {0.12, 0.25}},  {"amd", {0.20, 0.35}},
                                                      {"apple", {0.12, 0.15}},   {"cpu", {0.25, 0.45}},
                                                      {"unified", {0.20, 0.50}}, {"intel", {0.45, 0.45}}};
  return table;
}

}  // namespace

TEST_CASE("published runs lie near the estimate, class by class") {
  std::map<std::string, std::vector<double>> decode, prefill;
  std::size_t held = 0;
  for (const throughput_reference::Run& run : throughput_reference::runs()) {
    const ThroughputEstimate speed = throughput_reference::setup_of(run).estimate();
    if (run.decode_tokens_per_s) {
      decode[run.device_class].push_back(ratio_error(speed.decode_tokens_per_s.typical, *run.decode_tokens_per_s));
    }
    if (run.prefill_tokens_per_s) {
      prefill[run.device_class].push_back(ratio_error(speed.prefill_tokens_per_s.typical, *run.prefill_tokens_per_s));
    }
    if (speed.decode_tokens_per_s.low <= run.decode_tokens_per_s &&
        run.decode_tokens_per_s <= speed.decode_tokens_per_s.high)
      ++held;
  }
  for (const auto& [name, budget] : budgets()) {
    INFO(name);
    REQUIRE(decode.contains(name));
    CHECK(quantile(decode.at(name), 0.5) <= budget.decode_median);
    CHECK(quantile(prefill.at(name), 0.5) <= budget.prefill_median);
  }
  CHECK(static_cast<double>(held) / static_cast<double>(throughput_reference::runs().size()) >= 0.65);
}

TEST_CASE("the figures everybody knows") {
  const auto decode = [](const char* on, const char* model, const char* quant) {
    throughput_reference::Run run;
    run.on = on;
    run.model = model;
    run.quant = quant;
    run.backend = "auto";
    return throughput_reference::setup_of(run).estimate().decode_tokens_per_s;
  };
  const Range rtx_4090 = decode("RTX 4090", "llama-3.1-8b", "Q4_K_M");
  CHECK(rtx_4090.low <= 150);
  CHECK(rtx_4090.high >= 120);
  const Range m2_pro = decode("M2 Pro 16GB", "llama-3.1-8b", "Q4_K_M");
  CHECK(m2_pro.typical > 25);
  CHECK(m2_pro.typical <= 40.7);  // 200 GB/s over 4.92 GB
  const Range desktop = decode("cpu=Ryzen 9 7950X", "llama-3.1-70b", "Q4_K_M");
  CHECK(desktop.typical >= 1);
  CHECK(desktop.typical <= 3);
}
