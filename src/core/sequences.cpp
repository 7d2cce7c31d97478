// SPDX-License-Identifier: MIT
// How many requests at once fit, each with the context that one has now.
#include "core/sequences.hpp"

#include <algorithm>
#include <canirun/speed.hpp>

namespace canirun {
namespace {

/// Sequences an engine serves at once. llama.cpp: LLAMA_MAX_SEQ; vLLM: its default max_num_seqs is of that size too.
constexpr std::uint32_t k_most_sequences = 256;

/// The same settings for `count` requests, each with the context that one has now.
EngineSettings settings_for(const EngineSettings& settings, std::uint32_t count) {
  EngineSettings other = settings;
  other.parallel = count;
  // Elsewhere the context is every sequence's own; llama.cpp and what runs it divide it between them.
  if (settings.engine == Engine::vllm || settings.engine == Engine::mlx) return other;
  const std::uint64_t each = settings.context_tokens / std::max(1U, settings.parallel);
  constexpr std::uint64_t k_most_tokens = 1ULL << 30U;
  other.context_tokens = static_cast<std::uint32_t>(std::min(each * count, k_most_tokens));
  return other;
}

}  // namespace

std::uint32_t most_sequences(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                             const EngineSettings& settings, FitStatus status) {
  return most_sequences_beside(machine, model, weights, settings, status, {});
}

std::uint32_t most_sequences_beside(const Machine& machine, const ModelSpec& model, const WeightTable& weights,
                                    const EngineSettings& settings, FitStatus status, const Companions& beside) {
  const auto fits = [&](std::uint32_t count) {
    const EngineSettings more = settings_for(settings, count);
    return place_with(machine, model, weights, more, beside, Effort::ranking).placement.status <= status;
  };
  std::uint32_t good = std::max(1U, settings.parallel);
  if (status == FitStatus::does_not_fit || good >= k_most_sequences) return good;
  std::uint32_t bad = good + 1;
  while (bad < k_most_sequences && fits(bad)) {
    good = bad;
    bad = std::min(k_most_sequences, bad * 2);
  }
  if (bad >= k_most_sequences && fits(k_most_sequences)) return k_most_sequences;
  while (bad - good > 1) {
    const std::uint32_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace canirun
