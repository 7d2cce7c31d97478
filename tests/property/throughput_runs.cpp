// SPDX-License-Identifier: MIT
#include "throughput_runs.hpp"

#include <catch2/catch.hpp>

using namespace canirun;

namespace throughput_reference {

const std::vector<Run>& runs() {
  static const std::vector<Run> rows = [] {
    std::vector<Run> all;
    for (const catalog::SpeedRuns& publication : data().reference_speeds()) {
      all.insert(all.end(), publication.rows.begin(), publication.rows.end());
    }
    return all;
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
  asked.settings.engine = run.engine;
  asked.settings.backend = run.backend.value_or(Backend::automatic);
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
