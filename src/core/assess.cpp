// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/assess.hpp>
#include <canirun/calibration.hpp>
#include <canirun/engine_refusal.hpp>

#include "core/sequences.hpp"

namespace canirun {
namespace {

/// Quality figures of the API model compared with; empty when it is unknown, and then capability is unknown too.
const std::vector<QualityFigure>& quality_of_reference(const PriceBook& prices, const std::string& id) {
  static const std::vector<QualityFigure> none;
  const auto found =
      std::find_if(prices.api.begin(), prices.api.end(), [&](const ApiPrice& price) { return price.id == id; });
  return found == prices.api.end() ? none : found->quality;
}

/// What depends on more than one request or model: several at once, and a model that drafts. Follows whatever was
/// measured on this machine as the plain estimate does.
void add_shared_speeds(Assessment& answer, double correction, const Machine& machine, const ModelSpec& model,
                       const Question& question, const Books& books, Effort effort) {
  const EngineSettings& settings = question.settings;
  const auto scaled = [&](Range rate) {
    return Range{.low = rate.low * correction, .typical = rate.typical * correction, .high = rate.high * correction};
  };
  if (settings.parallel > 1) {
    std::optional<ConcurrentSpeed>& many = answer.speed->concurrent;
    many = concurrent_speed(machine, model, answer.weights, settings, answer.placed, question.usage, books.speeds,
                            settings.parallel);
    if (many) {
      many->each_tokens_per_s = scaled(many->each_tokens_per_s);
      many->total_tokens_per_s = scaled(many->total_tokens_per_s);
      if (effort == Effort::answer) {
        many->most_sequences = most_sequences_beside(machine, model, answer.weights, settings,
                                                     answer.placed.placement.status, question.companions);
      }
    }
  }
  const Companions& beside = question.companions;
  if (beside.drafting) {
    std::optional<SpeculativeSpeed>& drafted = answer.speed->speculative;
    drafted = speculative_decode(machine, model, answer.weights, settings, answer.placed, question.usage, books.speeds,
                                 {.kind = *beside.drafting, .model = beside.draft, .weights = beside.draft_weights});
    if (drafted) drafted->decode_tokens_per_s = scaled(drafted->decode_tokens_per_s);
  }
}

Assessment run_here(Placer& placer, const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                    const Question& question, const Books& books, Effort effort) {
  Assessment answer;

  // What the file holds, tensor by tensor.
  answer.weights = sum_weights(model, quant);

  // Where each layer goes, and what every pool then has to hold. Memory and speed both follow from this placement.
  answer.placed = question.companions.any()
                      ? place_with(machine, model, answer.weights, question.settings, question.companions, effort)
                      : placer.place(answer.weights, effort);

  // How fast the placed model reads its bytes. A model that does not fit has no speed.
  if (answer.placed.placement.status != FitStatus::does_not_fit) {
    answer.speed =
        estimate_throughput(machine, model, answer.weights, question.settings, answer.placed, question.usage, books.speeds);
    if (answer.speed) {
      const double estimated = answer.speed->decode_tokens_per_s.typical;
      correct_estimate(*answer.speed, machine, model, quant.id, question.settings, answer.placed.placement, question.usage);
      const double correction = answer.speed->decode_tokens_per_s.typical / estimated;
      add_shared_speeds(answer, correction, machine, model, question, books, effort);
    }
  }

  // Whether that is pleasant to sit in front of.
  answer.usability = judge_usability(answer.speed, books.capability.usability);
  return answer;
}

}  // namespace

Assessment assess_fit(Placer& placer, const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                      const Question& question, const Books& books) {
  return run_here(placer, machine, model, quant, question, books, Effort::ranking);
}

Assessment assess_fit(const Machine& machine, const ModelSpec& model, const QuantScheme& quant, const Question& question,
                      const Books& books) {
  Placer placer(machine, model, question.settings);
  return assess_fit(placer, machine, model, quant, question, books);
}

Assessment assess(const Machine& machine, const ModelSpec& model, const QuantScheme& quant, const Question& question,
                  const Books& books) {
  Placer placer(machine, model, question.settings);
  Assessment answer = run_here(placer, machine, model, quant, question, books, Effort::answer);

  // Whether it is good enough for the task, by published evidence against the API model.
  answer.capability = judge_capability(model, question.usage.task, question.money.versus,
                                       quality_of_reference(books.prices, question.money.versus), books.capability, &quant);

  // What it costs here, at an API, and rented.
  CostInputs money = question.money;
  money.weights_bytes = static_cast<double>(answer.weights.file_bytes);
  answer.cost = estimate_cost(machine, model, question.usage, money, answer.speed, books.prices);

  // Gates first, money last.
  answer.verdict = decide(machine, model, answer.placed, answer.speed, answer.usability, answer.capability, answer.cost,
                          question.floors, question.policy);
  hold_to_context_limit(answer.verdict, machine, model, question.settings);
  hold_to_engine(answer.verdict, machine, model, question.settings);
  return answer;
}

}  // namespace canirun
