// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/model.hpp>
#include <canirun/throughput.hpp>
#include <canirun/usage.hpp>
#include <optional>
#include <string>
#include <vector>

namespace canirun {

/// Is it pleasant to sit in front of. Thresholds are data (data/capability/), with their sources.
enum class UsabilityLevel : std::uint8_t { unusable, batch_only, readable, comfortable, fast };
constexpr auto enum_names(UsabilityLevel) {
  return std::array<std::string_view, 5>{"unusable", "batch_only", "readable", "comfortable", "fast"};
}
struct UsabilityThresholds {
  std::string id = "default";
  double batch_only_below_tokens_per_s = 5;
  double readable_below_tokens_per_s = 15;
  double comfortable_below_tokens_per_s = 50;
  double unusable_below_tokens_per_s = 0.5;
  double slow_first_token_s = 10;  ///< a wait that breaks the conversation: at best readable
  Provenance provenance;
  std::string notes;
};
struct Usability {
  UsabilityLevel level = UsabilityLevel::unusable;
  std::string reason;  ///< "42 tok/s typical, first word after 0.4 s"
};

/// How good a model is at a task against a reference; from published evidence only.
enum class CapabilityLevel : std::uint8_t { unknown, not_a_substitute, assists, close, equal_or_better };
constexpr auto enum_names(CapabilityLevel) {
  return std::array<std::string_view, 5>{"unknown", "not_a_substitute", "assists", "close", "equal_or_better"};
}
/// A benchmark that counts for a task, how much of a gap still means "close", and how it is normalised.
struct BenchmarkMeaning {
  std::string id;  ///< "chat/lmarena-text-elo"
  std::string benchmark;
  Task task = Task::chat;
  double weight = 1;                       ///< below 0.5: saturated or a proxy; alone it never proves "close"
  double close_within = 0;                 ///< points below the reference that still count as close
  double assists_within = 0;               ///< further below than this: not a substitute
  double scale_low = 0, scale_high = 100;  ///< maps to 0..1 for ranking models among themselves
  Provenance provenance;
  std::string notes;
};
struct CapabilityBook {
  std::vector<BenchmarkMeaning> benchmarks;
  UsabilityThresholds usability;
};
struct CapabilityEvidence {
  std::string benchmark;
  double local_value = 0;
  std::optional<double> reference_value;
  bool self_reported = false;
  double weight = 1;
  std::string source, retrieved;
};
struct Capability {
  Task task = Task::chat;
  CapabilityLevel level = CapabilityLevel::unknown;
  std::optional<double> score;             ///< 0..1, for ranking; nullopt without evidence for this task
  std::optional<double> gap_to_reference;  ///< weighted normalised gap, positive: reference is better
  std::string reference;                   ///< the API model compared with
  std::string grade;                       ///< "S".."F" against the best model known for the task; "?" without evidence
  bool linked = false;                     ///< no shared benchmark: the level rests on the common scale alone
  std::string quant_note;                  ///< what the quant does to it, when that was measured and matters; else ""
  std::vector<CapabilityEvidence> evidence;
};

/// Grade for a score: S, A, B, C, D, F; "?" without one.
std::string grade_of(const std::optional<double>& score);

/// Level by typical decode speed; a first word later than `slow_first_token_s` caps it at readable. Null: unusable.
Usability judge_usability(const std::optional<ThroughputEstimate>& speed, const UsabilityThresholds& thresholds);
/// Evidence of benchmarks that both have, never of different ones. The score for ranking needs no reference.
/// Benchmarks are run on unquantised weights; with `quant`, a measured KL divergence lowers score and level.
Capability judge_capability(const ModelSpec& model, Task task, const std::string& reference_name,
                            const std::vector<QualityFigure>& reference_quality, const CapabilityBook& book,
                            const QuantScheme* quant = nullptr);

}  // namespace canirun
