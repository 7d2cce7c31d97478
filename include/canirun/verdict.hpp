// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/capability.hpp>
#include <canirun/cost.hpp>
#include <canirun/engine.hpp>
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
  bool yes = false;       ///< exit code 0: runs here and meets every floor
  bool worth_it = false;  ///< money included
  std::vector<Reason> reasons;
  std::vector<Suggestion> suggestions;
  Confidence confidence = Confidence::medium;
};

/// A change worth trying when the answer is no. The caller places it; what fits becomes a suggestion.
struct Alternative {
  std::string quant;  ///< name of the quant scheme to try
  EngineSettings settings;
  Suggestion suggestion;  ///< as it will be shown once it is known to work
};
/// Nearest first: one step of one knob, then larger steps, then two knobs together. At most eighteen. Only changes that make
/// it smaller are proposed. Quant names are the common llama.cpp mixtures.
std::vector<Alternative> alternatives_to_try(const Machine& machine, const ModelSpec& model, const std::string& quant,
                                             const EngineSettings& settings);

/// Gates in order: capability, fit, usability, capacity, policy, money. Total; every reason carries its numbers.
/// A faster, bigger or cheaper machine never gets a worse verdict.
Verdict decide(const Machine& machine, const ModelSpec& model, const PlacedMemory& placed,
               const std::optional<ThroughputEstimate>& speed, const Usability& usability, const Capability& capability,
               const CostEstimate& cost, const Floors& floors, const Policy& policy);

/// A context that was asked for is a floor like any other: beyond what the model was made for (its limit, when known)
/// the answer becomes no, with the longest context it was made for as the nearest yes.
void hold_to_context_limit(Verdict& verdict, const Machine& machine, const ModelSpec& model, const EngineSettings& settings);

}  // namespace canirun
