// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// The catalog measured against one machine, without asking more than is needed: a model whose weights cannot fit is
/// never placed, a quant is tried only when the ladder gets to it, and the evidence for a task is read before any fit.
class Ranking {
 public:
  /// `asked` names the machine and the settings; `quant` (a catalog id) forces one, "" lets the ladder choose.
  Ranking(const catalog::Catalog& catalog, const Resolved& asked, const std::string& quant);

  [[nodiscard]] const std::vector<ModelSpec>& models() const { return models_; }

  /// Capability of every model for the task, in the order of models().
  [[nodiscard]] std::vector<Capability> capabilities(Task task) const;

  /// The model at the quant that suits the machine; nullopt when its dimensions are unknown. When nothing fits: at the
  /// preferred quant, with status does_not_fit. Remembered.
  struct Fit {
    std::string quant;
    Question question;
    Assessment assessment;
  };
  const std::optional<Fit>& fit(std::size_t model);

  [[nodiscard]] report::ListRow row(std::size_t model, const Capability& capability);

  /// The best for a task that runs at least at `least`: by score at the quant that fits, then by speed. nullopt: none does.
  std::optional<std::size_t> best(const std::vector<Capability>& capabilities, UsabilityLevel least);

  /// The best of those that decode at least half again as fast as `than`. nullopt when there is none among the next few.
  std::optional<std::size_t> faster(const std::vector<Capability>& capabilities, std::size_t than);

  /// Model and quant pairs that were placed, and how many of them run.
  [[nodiscard]] std::size_t pairs_tried() const { return pairs_tried_; }
  [[nodiscard]] std::size_t pairs_that_run() const { return pairs_that_run_; }

 private:
  std::optional<Fit> find_fit(const ModelSpec& model);
  /// Models with evidence for the task, best first.
  [[nodiscard]] static std::vector<std::size_t> by_evidence(const std::vector<Capability>& capabilities);
  /// The same capability at the quant that fits: low-bit files are weaker than the model that was measured.
  [[nodiscard]] Capability at_fitted_quant(std::size_t model, const Capability& capability);
  const QuantScheme* quant(std::string_view name);
  /// False when even the smallest quant of the ladder is larger than all memory together.
  [[nodiscard]] bool may_fit(const ModelSpec& model, std::string_view smallest_quant) const;

  const catalog::Catalog& catalog_;
  const Resolved& asked_;
  std::string forced_quant_;
  std::vector<ModelSpec> models_;
  std::vector<std::optional<std::optional<Fit>>> fits_;
  std::map<std::string, std::optional<QuantScheme>, std::less<>> quants_;
  std::uint64_t memory_bytes_ = 0;
  std::size_t pairs_tried_ = 0, pairs_that_run_ = 0;
};

}  // namespace canirun::cli
