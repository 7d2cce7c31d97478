// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/engine.hpp>
#include <canirun/machine.hpp>
#include <canirun/model.hpp>
#include <canirun/placement.hpp>
#include <canirun/usage.hpp>
#include <optional>
#include <string>
#include <vector>

namespace canirun {

enum class Bottleneck : std::uint8_t { memory_bandwidth, compute, overhead, link };
constexpr auto enum_names(Bottleneck) {
  return std::array<std::string_view, 4>{"memory_bandwidth", "compute", "overhead", "link"};
}

struct PoolTime {
  std::uint32_t pool = 0;
  double weight_bytes = 0;  ///< read per token
  double kv_bytes = 0;      ///< read per token at the stated depth
  double effective_bandwidth_bytes_per_s = 0;
  double seconds = 0;  ///< per token, overhead included
};

struct DepthSpeed {
  std::uint32_t depth_tokens = 0;
  Range decode_tokens_per_s;
};

/// Several requests decoding at the same time.
struct ConcurrentSpeed {
  std::uint32_t sequences = 1;
  Range each_tokens_per_s;          ///< what one of them sees
  Range total_tokens_per_s;         ///< all together
  double expert_share_touched = 0;  ///< of the routed experts, read in one step; 0 for dense models
  double cache_bytes = 0;           ///< K, V and state of all, at the stated depth
  /// How many fit at once with as much context each as the settings give one, placed as it is now; null: not looked for.
  std::optional<std::uint32_t> most_sequences;
};

/// Who proposes the tokens that speculative decoding checks: a small model, layers of the model itself that predict further
/// tokens (MTP, "nextn"), a trained head of one layer (EAGLE-3), or what followed the same words before in the text.
enum class DraftKind : std::uint8_t { model, mtp, eagle3, ngram };
constexpr auto enum_names(DraftKind) { return std::array<std::string_view, 4>{"model", "mtp", "eagle3", "ngram"}; }

/// Decode with a small model that drafts (speculative decoding): it proposes `draft_tokens`, the large one checks them in
/// one step and keeps those it would have written itself.
struct SpeculativeSpeed {
  DraftKind kind = DraftKind::model;
  Range decode_tokens_per_s;
  std::uint32_t draft_tokens = 0;  ///< proposed at a time; what is fastest at the typical acceptance
  Range acceptance;                ///< share of proposals kept when those before were: assumed, it depends on the text
  double tokens_per_step = 0;      ///< written by one check, typical
  double draft_step_s = 0;         ///< one token of the small model
  double check_step_s = 0;         ///< one check by the large one
  double speedup = 1;              ///< typical, against the large model alone
  Basis basis = Basis::assumed;
  std::string source;  ///< of the acceptance
};

struct ThroughputEstimate {
  Range decode_tokens_per_s;         ///< one sequence, at usage.depth_tokens
  Range prefill_tokens_per_s;        ///< usage.prompt_tokens, the last part of usage.depth_tokens
  Range time_to_first_token_s;       ///< prompt / prefill + one decode step
  double roofline_tokens_per_s = 0;  ///< sum of bytes / spec bandwidth: nothing may be above
  Bottleneck bottleneck = Bottleneck::memory_bandwidth;
  std::vector<PoolTime> pools;
  std::vector<DepthSpeed> by_depth;             ///< 0, 4k, 32k, 128k as far as the context goes, and its end
  std::optional<ConcurrentSpeed> concurrent;    ///< of as many requests as the settings serve at once, when several
  std::optional<SpeculativeSpeed> speculative;  ///< with a draft model
  Basis basis = Basis::derived;
  std::string how_known;  ///< one phrase for --explain: which constants, fitted on what
};

}  // namespace canirun
