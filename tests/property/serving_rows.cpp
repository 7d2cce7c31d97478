// SPDX-License-Identifier: MIT
#include "serving_rows.hpp"

#include <algorithm>
#include <canirun/names.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "json/text.hpp"

using namespace canirun;

namespace serving {
namespace {

const json::Parsed& reference() {
  static const json::Parsed parsed = [] {
    std::ifstream file(std::string(CANIRUN_SOURCE_DIR) + "/tests/reference/serving.json");
    std::stringstream text;
    text << file.rdbuf();
    auto read = json::Parsed::parse(text.str());
    REQUIRE(read);
    return std::move(*read);
  }();
  return parsed;
}

template <class E>
E word(const json::View& row, std::string_view key, E otherwise) {
  const auto given = row.at(key).text();
  if (!given) return otherwise;
  const auto value = from_name<E>(*given);
  REQUIRE(value);
  return *value;
}

}  // namespace

void each_row(std::string_view list, std::size_t least, const std::function<void(const json::View& row)>& visit) {
  const json::View rows = json::View(reference().root()).at(list);
  REQUIRE(rows.size() >= least);
  rows.each_element(visit);
}

std::string text(const json::View& row, std::string_view key) {
  const auto value = row.at(key).text();
  REQUIRE(value);
  return *value;
}
double number(const json::View& row, std::string_view key) {
  const auto value = row.at(key).number();
  REQUIRE(value);
  return *value;
}
std::uint32_t count(const json::View& row, std::string_view key) {
  const auto value = row.at(key).count32();
  REQUIRE(value);
  return *value;
}

throughput_reference::Setup setup_of(const json::View& row) {
  const catalog::Catalog& data = throughput_reference::data();
  catalog::MachineWish wish;
  wish.on = text(row, "on");
  wish.ram_bytes = 1024ULL << 30U;
  auto machine = catalog::machine_from_wish(wish, data);
  INFO(wish.on);
  REQUIRE(machine);
  auto model = data.model(text(row, "model"));
  REQUIRE(model);
  const auto quant = data.quant(text(row, "quant"));
  REQUIRE(quant);

  throughput_reference::Setup asked;
  asked.machine = *std::move(machine);
  asked.machine.os = row.at("os").text().value_or("Linux");
  asked.model = *std::move(model);
  for (MemoryPool& pool : asked.machine.pools) {
    if (pool.kind == PoolKind::host && row.at("host_bandwidth_bytes_per_s"))
      pool.bandwidth_bytes_per_s = number(row, "host_bandwidth_bytes_per_s");
  }
  EngineSettings& settings = asked.settings;
  settings.engine = word(row, "engine", Engine::llama_cpp);
  settings.backend = word(row, "backend", Backend::automatic);
  settings.split_mode = word(row, "split_mode", SplitMode::layer);
  settings.kv_type_k = settings.kv_type_v = word(row, "kv_type", TensorType::f16);
  settings.gpu_layers = row.at("gpu_layers").count32();
  settings.cpu_moe_layers = row.at("cpu_moe_layers").count32();
  if (settings.cpu_moe_layers) settings.gpu_layers = 999;
  asked.usage.depth_tokens = row.at("depth_tokens").count32().value_or(256);
  settings.parallel = row.at("requests").count32().value_or(1);
  settings.context_tokens = std::max(512U, (asked.usage.depth_tokens + 255U) / 256U * 256U);
  if (settings.engine != Engine::vllm) settings.context_tokens *= settings.parallel;
  asked.weights = sum_weights(asked.model, *quant);
  asked.placed = place(asked.machine, asked.model, asked.weights, settings);
  return asked;
}

void Errors::add(double estimate, double measured) { logs_.push_back(std::log(estimate / measured)); }

double Errors::quantile(double share) const {
  std::vector<double> sizes;
  for (const double log : logs_) sizes.push_back(std::exp(std::abs(log)) - 1);
  std::sort(sizes.begin(), sizes.end());
  return sizes[static_cast<std::size_t>(share * static_cast<double>(sizes.size() - 1))];
}

double Errors::bias() const {
  double sum = 0;
  for (const double log : logs_) sum += log;
  return sum / static_cast<double>(logs_.size());
}

}  // namespace serving
