// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/capability.hpp>
#include <canirun/cost.hpp>
#include <canirun/placement.hpp>
#include <string>
#include <vector>

namespace canirun {

enum class Answer : std::uint8_t { run_local, use_api, hybrid, rent, cannot_run };
constexpr auto enum_names(Answer) {
  return std::array<std::string_view, 5>{"run_local", "use_api", "hybrid", "rent", "cannot_run"};
}
enum class Confidence : std::uint8_t { low, medium, high };
constexpr auto enum_names(Confidence) { return std::array<std::string_view, 3>{"low", "medium", "high"}; }

/// Reasons are codes with numbers already put into words by the core; the report only lays them out.
struct Reason {
  std::string code;  ///< "does_not_fit", "batch_only", "not_a_substitute", "cheaper_local", "private", "capacity" ...
  std::string text;
};
struct Suggestion {
  std::string command;  ///< what to type
  std::string text;     ///< what it changes
};
struct Verdict {
  Answer answer = Answer::cannot_run;
  bool yes = false;          ///< exit code 0: runs here and meets every floor
  bool worth_it = false;     ///< money included
  std::vector<Reason> reasons;
  std::vector<Suggestion> suggestions;
  Confidence confidence = Confidence::medium;
};

Verdict decide(const Machine& machine, const ModelSpec& model, const PlacedMemory& placed,
               const std::optional<ThroughputEstimate>& speed, const Usability& usability, const Capability& capability,
               const CostEstimate& cost, const Floors& floors, const Policy& policy);

}  // namespace canirun
