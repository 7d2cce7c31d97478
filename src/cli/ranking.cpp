// SPDX-License-Identifier: MIT
#include "cli/ranking.hpp"

#include <algorithm>
#include <numeric>

#include "cli/quant_choice.hpp"
#include "cli/question.hpp"

namespace canirun::cli {
namespace {

/// Quality figures of the API model compared with; none when it is unknown.
const std::vector<QualityFigure>& reference_quality(const PriceBook& prices, const std::string& id) {
  static const std::vector<QualityFigure> none;
  const auto found =
      std::find_if(prices.api.begin(), prices.api.end(), [&](const ApiPrice& price) { return price.id == id; });
  return found == prices.api.end() ? none : found->quality;
}

double typical_speed(const Assessment& assessment) {
  return assessment.speed ? assessment.speed->decode_tokens_per_s.typical : 0;
}

}  // namespace

Ranking::Ranking(const catalog::Catalog& catalog, const Resolved& asked, const std::string& quant)
    : catalog_(catalog), asked_(asked), forced_quant_(quant), models_(catalog.models()), fits_(models_.size()) {
  for (const MemoryPool& pool : asked.machine->pools) memory_bytes_ += pool.total_bytes;
}

std::vector<Capability> Ranking::capabilities(Task task) const {
  const Books& books = catalog_.books();
  const std::string& versus = asked_.question.money.versus;
  const std::vector<QualityFigure>& reference = reference_quality(books.prices, versus);
  std::vector<Capability> all;
  all.reserve(models_.size());
  for (const ModelSpec& model : models_) all.push_back(judge_capability(model, task, versus, reference, books.capability));
  return all;
}

const QuantScheme* Ranking::quant(std::string_view name) {
  const auto found = quants_.find(name);
  if (found != quants_.end()) return found->second ? &*found->second : nullptr;
  const Result<QuantScheme> scheme = catalog_.quant(name);
  const auto placed = quants_.emplace(std::string(name), scheme ? std::optional(*scheme) : std::nullopt).first;
  return placed->second ? &*placed->second : nullptr;
}

bool Ranking::may_fit(const ModelSpec& model, std::string_view smallest_quant) const {
  // No quant in use stores a weight in less than 1.5 bits; those of four bits and more not below four.
  const bool four_bits = smallest_quant.find('4') != std::string_view::npos;
  const double least_bits_per_weight = four_bits ? 3.9 : 1.5;
  return static_cast<double>(model.parameter_count) * least_bits_per_weight / 8 <= static_cast<double>(memory_bytes_);
}

const std::optional<Ranking::Fit>& Ranking::fit(std::size_t model) {
  std::optional<std::optional<Fit>>& known = fits_[model];
  if (!known) known = find_fit(models_[model]);
  return *known;
}

std::optional<Ranking::Fit> Ranking::find_fit(const ModelSpec& model) {
  if (model.layers.empty()) return std::nullopt;
  Fit fit{.quant = {}, .question = asked_.question, .assessment = {}};
  RequestChecker nothing_asked(Request::From::flags);
  adapt_to_model(nothing_asked, Request{}, model, fit.question);

  std::vector<std::string_view> ladder = quant_ladder(model, fit.question.settings.engine);
  if (!forced_quant_.empty()) ladder = {forced_quant_};
  fit.quant = ladder.front();
  if (!may_fit(model, ladder.back())) return fit;

  Placer placer(*asked_.machine, model, fit.question.settings);
  // Assessments are kept as the ladder asks for them: the chosen one was among them.
  std::vector<std::optional<Assessment>> tried(ladder.size());
  const auto trial = [&](std::size_t step) -> QuantTrial {
    if (!tried[step]) {
      const QuantScheme* scheme = quant(ladder[step]);
      if (scheme == nullptr) return {};
      tried[step] = assess_fit(placer, *asked_.machine, model, *scheme, fit.question, catalog_.books());
      ++pairs_tried_;
      if (tried[step]->placed.placement.status != FitStatus::does_not_fit) ++pairs_that_run_;
    }
    return {.status = tried[step]->placed.placement.status, .usability = tried[step]->usability.level};
  };
  const std::size_t step = choose_from_ladder(ladder.size(), three_bit_count(ladder), trial).value_or(0);
  fit.quant = ladder[step];
  if (tried[step]) fit.assessment = std::move(*tried[step]);
  return fit;
}

std::vector<std::size_t> Ranking::by_evidence(const std::vector<Capability>& capabilities) {
  std::vector<std::size_t> order(capabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return !capabilities[i].score; });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return *capabilities[a].score > *capabilities[b].score; });
  return order;
}

Capability Ranking::at_fitted_quant(std::size_t model, const Capability& capability) {
  const std::optional<Fit>& found = fit(model);
  const QuantScheme* scheme = found ? quant(found->quant) : nullptr;
  if (scheme == nullptr || !scheme->kld) return capability;
  const Books& books = catalog_.books();
  const std::string& versus = asked_.question.money.versus;
  return judge_capability(models_[model], capability.task, versus, reference_quality(books.prices, versus), books.capability,
                          scheme);
}

std::optional<std::size_t> Ranking::best(const std::vector<Capability>& capabilities, UsabilityLevel least) {
  // Going down from the best evidence, which a quant can only lower: the first that runs well and whose score no later
  // one can reach is the answer; equals are decided by speed.
  std::optional<std::size_t> found;
  double found_score = 0;
  for (const std::size_t i : by_evidence(capabilities)) {
    if (found && *capabilities[i].score < found_score) break;
    const std::optional<Fit>& candidate = fit(i);
    if (!candidate || candidate->assessment.placed.placement.status == FitStatus::does_not_fit) continue;
    if (candidate->assessment.usability.level < least) continue;
    const double score = at_fitted_quant(i, capabilities[i]).score.value_or(0);
    const bool better = !found || score > found_score;
    const bool faster =
        found && score == found_score && typical_speed(candidate->assessment) > typical_speed(fit(*found)->assessment);
    if (better || faster) {
      found = i;
      found_score = score;
    }
  }
  return found;
}

std::optional<std::size_t> Ranking::faster(const std::vector<Capability>& capabilities, std::size_t than) {
  constexpr double k_clearly_faster = 1.5;
  constexpr std::size_t k_looked_at = 16;  // further down the evidence is too weak to be worth the speed
  const double speed = typical_speed(fit(than)->assessment);
  std::size_t looked_at = 0;
  for (const std::size_t i : by_evidence(capabilities)) {
    if (i == than) continue;
    if (++looked_at > k_looked_at) break;
    const std::optional<Fit>& candidate = fit(i);
    if (candidate && candidate->assessment.placed.placement.status != FitStatus::does_not_fit &&
        typical_speed(candidate->assessment) >= k_clearly_faster * speed)
      return i;
  }
  return std::nullopt;
}

report::ListRow Ranking::row(std::size_t model, const Capability& bare) {
  const Capability capability = at_fitted_quant(model, bare);
  const ModelSpec& spec = models_[model];
  report::ListRow row;
  row.model = spec.id;
  row.name = spec.name;
  row.licence = spec.licence;
  row.parameter_count = spec.parameter_count;
  row.active_parameter_count = spec.active_parameter_count;
  row.score = capability.score;
  row.grade = capability.grade;
  row.level = capability.level;
  const std::optional<Fit>& found = fit(model);
  if (!found) return row;
  row.quant = found->quant;
  row.context_tokens = found->question.settings.context_tokens;
  row.status = found->assessment.placed.placement.status;
  for (const PoolMemory& pool : found->assessment.placed.memory.pools) row.memory_bytes += pool.required_bytes;
  row.usability = found->assessment.usability.level;
  if (found->assessment.speed) {
    row.decode_tokens_per_s = found->assessment.speed->decode_tokens_per_s;
    row.time_to_first_token_s = found->assessment.speed->time_to_first_token_s;
  }
  return row;
}

}  // namespace canirun::cli
