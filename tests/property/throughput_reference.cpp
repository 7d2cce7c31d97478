// SPDX-License-Identifier: MIT
// Published runs against the estimate: an error budget a class, wider than today's figures so that noise in the data
// passes and a broken constant does not.
#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/placement.hpp>
#include <canirun/speed.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "catalog/catalog.hpp"
#include "json/text.hpp"

using namespace canirun;

namespace throughput_reference {

struct Run {
  std::string device_class, on, model, quant, backend, source;
  bool flash_attention = true;
  std::uint32_t depth_tokens = 0;
  double decode_tokens_per_s = 0;
  std::optional<double> bandwidth_bytes_per_s, prefill_tokens_per_s;
  std::optional<std::uint32_t> threads, prompt_tokens;
};
struct Table {
  std::string about, retrieved;
  std::vector<Run> rows;
};
template <class Archive>
void fields(Archive& a, Run& value) {
  a.required("class", value.device_class);
  a.required("on", value.on);
  a.required("model", value.model);
  a.required("quant", value.quant);
  a.required("backend", value.backend);
  a.required("flash_attention", value.flash_attention);
  a.required("depth_tokens", value.depth_tokens);
  a.required("decode_tokens_per_s", value.decode_tokens_per_s);
  a.optional("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("threads", value.threads);
  a.optional("prompt_tokens", value.prompt_tokens);
  a.optional("prefill_tokens_per_s", value.prefill_tokens_per_s);
  a.required("source", value.source);
}
template <class Archive>
void fields(Archive& a, Table& value) {
  a.required("about", value.about);
  a.required("retrieved", value.retrieved);
  a.required("rows", value.rows);
}

const std::vector<Run>& runs() {
  static const std::vector<Run> rows = [] {
    std::ifstream file(CANIRUN_SOURCE_DIR "/tests/reference/throughput.json");
    std::stringstream text;
    text << file.rdbuf();
    return json::read_text<Table>(text.str()).value().rows;
  }();
  return rows;
}

}  // namespace throughput_reference

namespace {

const catalog::Catalog& data() {
  static const catalog::Catalog loaded = catalog::Catalog::embedded();
  return loaded;
}

ThroughputEstimate estimate(const throughput_reference::Run& run) {
  INFO(run.on << ", " << run.model << " " << run.quant);
  catalog::MachineWish wish;
  wish.on = run.on;
  wish.ram_bytes = 512ULL << 30U;
  wish.bandwidth_bytes_per_s = run.bandwidth_bytes_per_s;
  const auto machine = catalog::machine_from_wish(wish, data());
  const auto model = data().model(run.model);
  const auto quant = data().quant(run.quant);
  REQUIRE(machine);
  REQUIRE(model);
  REQUIRE(quant);
  EngineSettings settings;
  settings.backend = from_name<Backend>(run.backend).value_or(Backend::automatic);
  settings.flash_attn = run.flash_attention;
  settings.threads = run.threads;
  settings.context_tokens = std::max(4096U, run.depth_tokens + 1024);
  UsageProfile usage;
  usage.depth_tokens = run.depth_tokens;
  usage.prompt_tokens = run.prompt_tokens.value_or(512);
  const WeightTable weights = sum_weights(*model, *quant);
  const auto speed = estimate_throughput(*machine, *model, weights, settings, place(*machine, *model, weights, settings),
                                         usage, data().books().speeds);
  REQUIRE(speed);
  return *speed;
}

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
    const ThroughputEstimate speed = estimate(run);
    decode[run.device_class].push_back(ratio_error(speed.decode_tokens_per_s.typical, run.decode_tokens_per_s));
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
    return estimate(run).decode_tokens_per_s;
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
