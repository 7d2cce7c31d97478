// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/capability.hpp>

namespace canirun {
namespace {

/// What a vendor measured on its own model counts half of what others measured.
constexpr double k_self_reported_weight = 0.5;
/// Less evidence than this in all (a saturated benchmark, a proxy) can show a gap but not that there is none.
constexpr double k_enough_weight = 0.5;

/// Without a shared benchmark the common scale can only tell very different models apart: further than its links scatter.
constexpr double k_linked_distance = 0.3;

const QualityFigure* find(const std::vector<QualityFigure>& figures, const std::string& benchmark) {
  const auto found =
      std::find_if(figures.begin(), figures.end(), [&](const QualityFigure& f) { return f.benchmark == benchmark; });
  return found == figures.end() ? nullptr : &*found;
}

double on_scale(double value, const BenchmarkMeaning& meaning) {
  const double span = meaning.scale_high - meaning.scale_low;
  return span > 0 ? (value - meaning.scale_low) / span : 0;
}

/// The model by itself on the common scale, from every benchmark of the task it has; nothing without any.
struct OwnScore {
  double sum = 0, weight = 0;
  void add(const QualityFigure& figure, const BenchmarkMeaning& meaning) {
    const double w = meaning.weight * (figure.self_reported ? k_self_reported_weight : 1);
    sum += w * std::clamp(on_scale(figure.value, meaning), 0.0, 1.0);
    weight += w;
  }
  [[nodiscard]] std::optional<double> value() const {
    return weight > 0 ? std::optional<double>(sum / weight) : std::nullopt;
  }
};

/// How far behind, in steps: 0 equal, 1 the last that is "close", 2 the last that "assists", straight lines between and on.
double steps_behind(double behind, const BenchmarkMeaning& meaning) {
  if (meaning.close_within <= 0 || meaning.assists_within <= meaning.close_within) return behind > 0 ? 3 : 0;
  if (behind <= meaning.close_within) return std::max(-1.0, behind / meaning.close_within);
  return 1 + (behind - meaning.close_within) / (meaning.assists_within - meaning.close_within);
}

CapabilityLevel level_of(double steps, double weight) {
  if (steps > 2) return CapabilityLevel::not_a_substitute;
  if (steps > 1 || weight < k_enough_weight) return CapabilityLevel::assists;
  return steps > 0 ? CapabilityLevel::close : CapabilityLevel::equal_or_better;
}

/// Divergence from which a careful reader sees the difference, and what is lost of the score per unit of it. The divergence
/// is measured (Llama 3 8B); that half of it is lost of the score is an assumption, made to rank a small model at 5 bits
/// above a big one at 2.
constexpr double k_visible_divergence = 0.08, k_score_per_divergence = 0.5;

void count_quant(Capability& capability, const QuantScheme& quant) {
  if (!quant.kld || *quant.kld <= 0) return;
  if (capability.score) capability.score = std::max(0.0, *capability.score - k_score_per_divergence * *quant.kld);
  if (*quant.kld < k_visible_divergence) return;
  capability.quant_note = fmt::format(
      "{} is visibly weaker than the model that was measured (KL divergence {:.2f}; Q4_K_M has 0.03)", quant.id, *quant.kld);
  if (capability.level > CapabilityLevel::not_a_substitute) {
    capability.level = static_cast<CapabilityLevel>(static_cast<int>(capability.level) - 1);
  }
}

}  // namespace

std::string grade_of(const std::optional<double>& score) {
  if (!score) return "?";
  // 1 is the best model of any kind on record, 0 what the smallest models reach.
  constexpr std::pair<double, const char*> k_grades[] = {{0.85, "S"}, {0.70, "A"}, {0.55, "B"}, {0.40, "C"}, {0.25, "D"}};
  for (const auto& [at_least, grade] : k_grades) {
    if (*score >= at_least) return grade;
  }
  return "F";
}

Capability judge_capability(const ModelSpec& model, Task task, const std::string& reference_name,
                            const std::vector<QualityFigure>& reference_quality, const CapabilityBook& book,
                            const QuantScheme* quant) {
  Capability capability;
  capability.task = task;
  capability.reference = reference_name;
  OwnScore mine_alone, theirs_alone;           // each by itself, on the common scale
  double weight_both = 0, steps = 0, gap = 0;  // against the reference, where both were measured

  for (const BenchmarkMeaning& meaning : book.benchmarks) {
    if (meaning.task != task) continue;
    const QualityFigure* mine = find(model.quality, meaning.benchmark);
    const QualityFigure* theirs = find(reference_quality, meaning.benchmark);
    if (theirs != nullptr) theirs_alone.add(*theirs, meaning);
    if (mine == nullptr) continue;
    mine_alone.add(*mine, meaning);
    const double weight = meaning.weight * (mine->self_reported ? k_self_reported_weight : 1);
    if (theirs != nullptr) {
      const double both = meaning.weight * (mine->self_reported || theirs->self_reported ? k_self_reported_weight : 1);
      steps += both * steps_behind(theirs->value - mine->value, meaning);
      gap += both * (on_scale(theirs->value, meaning) - on_scale(mine->value, meaning));
      weight_both += both;
    }
    capability.evidence.push_back(
        {.benchmark = meaning.benchmark,
         .local_value = mine->value,
         .reference_value = theirs != nullptr ? std::optional<double>(theirs->value) : std::nullopt,
         .self_reported = mine->self_reported || (theirs != nullptr && theirs->self_reported),
         .weight = weight,
         .source = mine->provenance.source,
         .retrieved = mine->provenance.retrieved});
  }

  // Comparable evidence first, then the heaviest.
  std::stable_sort(capability.evidence.begin(), capability.evidence.end(),
                   [](const CapabilityEvidence& a, const CapabilityEvidence& b) {
                     return std::pair(!a.reference_value, -a.weight) < std::pair(!b.reference_value, -b.weight);
                   });
  capability.score = mine_alone.value();
  if (weight_both > 0) {
    capability.gap_to_reference = gap / weight_both;
    capability.level = level_of(steps / weight_both, weight_both);
  } else if (capability.score && theirs_alone.value() && *theirs_alone.value() - *capability.score > k_linked_distance) {
    capability.gap_to_reference = *theirs_alone.value() - *capability.score;
    capability.level = CapabilityLevel::not_a_substitute;
    capability.linked = true;
  }
  if (quant != nullptr) count_quant(capability, *quant);
  capability.grade = grade_of(capability.score);
  return capability;
}

}  // namespace canirun
