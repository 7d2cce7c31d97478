// SPDX-License-Identifier: MIT
// Several requests at once, drafting, models split between GPU and processor, and GPUs that share a model, against
// published runs. Budgets are wider than today's errors, so that a refit passes and broken physics does not.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "serving_rows.hpp"

using namespace canirun;
using throughput_reference::Setup;

namespace {

const SpeedBook& speeds() { return throughput_reference::data().books().speeds; }

ThroughputPlan plan_of(const Setup& asked) {
  return make_plan(asked.machine, asked.model, asked.weights, asked.settings, asked.placed.placement, speeds());
}

struct Budget {
  double median, p90, bias;
};
void check(const std::string& name, const serving::Errors& errors, const Budget& budget) {
  UNSCOPED_INFO(name << ": " << errors.size() << " runs, median " << errors.quantile(0.5) << ", 90 % "
                     << errors.quantile(0.9) << ", bias " << errors.bias());
  CHECK(errors.quantile(0.5) <= budget.median);
  CHECK(errors.quantile(0.9) <= budget.p90);
  CHECK(std::abs(errors.bias()) <= budget.bias);
}

/// Written tokens a second of a run that says how long its prompts and answers are: reading counts.
double whole_rate(const json::View& row, const ConcurrentSpeed& many, const Setup& asked) {
  if (!row.at("prompt_tokens")) return many.total_tokens_per_s.typical;
  const double requests = serving::count(row, "requests"), answer = serving::count(row, "answer_tokens");
  Setup reading = asked;
  constexpr double k_batch = 4096;  // prompts are read together
  const double prompts = requests * serving::count(row, "prompt_tokens");
  reading.usage.prompt_tokens = static_cast<std::uint32_t>(std::min(prompts, k_batch));
  reading.usage.depth_tokens = reading.usage.prompt_tokens;
  const double read_s = prompts / reading.estimate().prefill_tokens_per_s.typical;
  return requests * answer / (read_s + answer / many.each_tokens_per_s.typical);
}

/// The share s for which n proposals, each kept with s as long as those before it were, are kept as often as measured.
double share_of(double kept, std::uint32_t proposals) {
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double share = (low + high) / 2;
    ((tokens_per_check(share, proposals) - 1) / proposals < kept ? low : high) = share;
  }
  return low;
}

}  // namespace

TEST_CASE("several requests at once are as fast as published", "[property]") {
  std::map<std::string, serving::Errors> errors;
  serving::each_row("batches", 300, [&](const json::View& row) {
    const Setup asked = serving::setup_of(row);
    if (asked.placed.placement.status != FitStatus::fits) return;  // the engine would have let some wait
    INFO(serving::text(row, "on") << ", " << asked.model.id << ", " << asked.settings.parallel);
    const auto many = concurrent_speed(asked.machine, asked.model, asked.weights, asked.settings, asked.placed, asked.usage,
                                       speeds(), asked.settings.parallel);
    REQUIRE(many);
    const std::string name = serving::text(row, "engine") + "/" + serving::text(row, "backend");
    errors[name].add(whole_rate(row, *many, asked), serving::number(row, "total_tokens_per_s"));
  });
  const std::map<std::string, Budget> budgets = {{"llama.cpp/cuda", {0.11, 0.45, 0.1}},
                                                 {"llama.cpp/metal", {0.14, 0.75, 0.2}},
                                                 {"llama.cpp/rocm", {0.22, 0.45, 0.2}},
                                                 {"llama.cpp/vulkan", {0.3, 0.6, 0.3}},
                                                 {"vllm/cuda", {0.12, 0.3, 0.1}}};
  for (const auto& [name, budget] : budgets) {
    REQUIRE(errors.count(name) == 1);
    check(name, errors.at(name), budget);
  }
}

TEST_CASE("drafting gains what is published, at the published share of kept tokens", "[property]") {
  serving::Errors errors;
  serving::each_row("drafts", 30, [&](const json::View& row) {
    const Setup asked = serving::setup_of(row);
    INFO(serving::text(row, "on") << ", " << asked.model.id << ", " << serving::text(row, "source"));
    const ThroughputPlan plan = plan_of(asked);
    const double depth = asked.usage.depth_tokens;
    const std::uint32_t proposals = serving::count(row, "proposals");
    std::optional<ModelSpec> draft;
    WeightTable draft_weights;
    Drafting drafting{.kind = DraftKind::mtp};
    if (serving::text(row, "drafting") == "model") {
      drafting.kind = DraftKind::model;
      draft = throughput_reference::data().model(serving::text(row, "draft")).value();
      draft_weights = sum_weights(*draft, throughput_reference::data().quant(serving::text(row, "draft_quant")).value());
    } else {
      draft = next_token_model(asked.model);
      REQUIRE(draft);
      draft_weights = next_token_weights(asked.model, asked.weights);
    }
    drafting.model = &*draft;
    drafting.weights = &draft_weights;
    const auto drafted = speculative_decode(asked.machine, asked.model, asked.weights, asked.settings, asked.placed,
                                            asked.usage, speeds(), drafting);
    REQUIRE(drafted);
    const double check_s = decode_time(plan, depth, proposals + 1.0, 1.0).total_s;
    const double tokens = tokens_per_check(share_of(serving::number(row, "kept_share"), proposals), proposals);
    const double gain = tokens * decode_time(plan, depth).total_s / (proposals * drafted->draft_step_s + check_s);
    errors.add(gain, serving::number(row, "drafting_tokens_per_s") / serving::number(row, "alone_tokens_per_s"));
  });
  check("drafting", errors, {0.22, 0.6, 0.15});
}

TEST_CASE("models split between GPU and processor decode as published", "[property]") {
  serving::Errors errors;
  serving::each_row("offload", 15, [&](const json::View& row) {
    const Setup asked = serving::setup_of(row);
    INFO(serving::text(row, "on") << ", " << asked.model.id << ", " << serving::text(row, "source"));
    errors.add(asked.estimate().decode_tokens_per_s.typical, serving::number(row, "decode_tokens_per_s"));
  });
  check("offload", errors, {0.25, 0.6, 0.25});
}

TEST_CASE("GPUs that share a model decode as published", "[property]") {
  std::map<std::string, serving::Errors> errors;
  serving::each_row("splits", 50, [&](const json::View& row) {
    const Setup asked = serving::setup_of(row);
    INFO(serving::text(row, "on") << ", " << asked.model.id << ", " << serving::text(row, "source"));
    const std::string name = asked.settings.engine == Engine::vllm ? "vllm" : serving::text(row, "split_mode");
    errors[name].add(asked.estimate().decode_tokens_per_s.typical, serving::number(row, "decode_tokens_per_s"));
  });
  check("vllm", errors.at("vllm"), {0.08, 0.3, 0.1});
  check("tensor", errors.at("tensor"), {0.1, 0.45, 0.15});
  check("layer", errors.at("layer"), {0.15, 0.45, 0.2});
}
