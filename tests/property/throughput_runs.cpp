// SPDX-License-Identifier: MIT
#include "throughput_runs.hpp"

#include <canirun/names.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "json/text.hpp"

using namespace canirun;

namespace throughput_reference {

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
  a.required("engine", value.engine);
  a.optional("program", value.program);
  a.optional("build", value.build);
  a.optional("backend", value.backend);
  a.optional("flash_attention", value.flash_attention);
  a.optional("os", value.os);
  a.optional("threads", value.threads);
  a.optional("tensor_parallel", value.tensor_parallel);
  a.optional("bandwidth_bytes_per_s", value.bandwidth_bytes_per_s);
  a.optional("vram_bytes", value.vram_bytes);
  a.required("depth_tokens", value.depth_tokens);
  a.required("prompt_tokens", value.prompt_tokens);
  a.optional("decode_tokens_per_s", value.decode_tokens_per_s);
  a.optional("prefill_tokens_per_s", value.prefill_tokens_per_s);
  a.optional("prefill_is_a_mean", value.prefill_is_a_mean);
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

const catalog::Catalog& data() {
  static const catalog::Catalog loaded = catalog::Catalog::embedded();
  return loaded;
}

Setup setup_of(const Run& run) {
  INFO(run.on << ", " << run.model << " " << run.quant);
  catalog::MachineWish wish;
  wish.on = run.on;
  wish.ram_bytes = 1024ULL << 30U;
  wish.vram_bytes = run.vram_bytes;
  wish.bandwidth_bytes_per_s = run.bandwidth_bytes_per_s;
  auto machine = catalog::machine_from_wish(wish, data());
  auto model = data().model(run.model);
  const auto quant = data().quant(run.quant);
  REQUIRE(machine);
  REQUIRE(model);
  REQUIRE(quant);
  Setup asked;
  asked.machine = *std::move(machine);
  asked.model = *std::move(model);
  asked.settings.engine = from_name<Engine>(run.engine).value_or(Engine::llama_cpp);
  asked.settings.backend = from_name<Backend>(run.backend.value_or("auto")).value_or(Backend::automatic);
  asked.settings.flash_attn = run.flash_attention.value_or(true);
  asked.settings.threads = run.threads;
  asked.settings.context_tokens = std::max(4096U, run.depth_tokens + run.prompt_tokens + 512);
  asked.usage.depth_tokens = run.depth_tokens;
  asked.usage.prompt_tokens = run.prompt_tokens;
  asked.weights = sum_weights(asked.model, *quant);
  asked.placed = place(asked.machine, asked.model, asked.weights, asked.settings);
  return asked;
}

ThroughputEstimate Setup::estimate() const {
  auto speed = estimate_throughput(machine, model, weights, settings, placed, usage, data().books().speeds);
  REQUIRE(speed);
  return *std::move(speed);
}

}  // namespace throughput_reference
