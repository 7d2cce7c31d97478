// SPDX-License-Identifier: MIT
#include "report/serving_phrases.hpp"

#include <fmt/format.h>

#include "report/numbers.hpp"

namespace canirun::report {
namespace {

std::string who_drafts(DraftKind kind) {
  switch (kind) {
    case DraftKind::model:
      return "the draft model";
    case DraftKind::mtp:
      return "the model's own draft layers";
    case DraftKind::eagle3:
      return "an EAGLE-3 head";
    case DraftKind::ngram:
      return "words that the text repeats";
  }
  return "a draft";
}

}  // namespace

std::string concurrency_phrase(const ConcurrentSpeed& many) {
  std::string text = fmt::format("{} at once: {} tok/s each, {} together", many.sequences,
                                 format_rate_range(many.each_tokens_per_s), format_rate_range(many.total_tokens_per_s));
  if (many.most_sequences) {
    text += *many.most_sequences > many.sequences
                ? fmt::format(" · up to {} fit with this much context each", *many.most_sequences)
                : " · no more fit with this much context each";
  }
  return text;
}

std::string drafting_phrase(const SpeculativeSpeed& drafted) {
  constexpr double k_worth_it = 1.05;
  const std::string who = who_drafts(drafted.kind);
  if (drafted.speedup < k_worth_it)
    return fmt::format("{} hardly {}: checking takes what drafting saves here", who,
                       drafted.kind == DraftKind::model || drafted.kind == DraftKind::eagle3 ? "helps" : "help");
  return fmt::format("with {} {} tok/s: {} tokens at a time, the next one kept in {} of cases (assumed)", who,
                     format_rate_range(drafted.decode_tokens_per_s), drafted.draft_tokens,
                     format_percent(drafted.acceptance.typical));
}

std::string draft_name(const Companions& beside, const std::string& quant) {
  switch (beside.drafting.value_or(DraftKind::model)) {
    case DraftKind::mtp:
      return "draft layers " + quant;
    case DraftKind::eagle3:
      return "EAGLE-3 head " + quant;
    case DraftKind::ngram:
      return {};
    case DraftKind::model:
      break;
  }
  return fmt::format("draft model {} {}", beside.draft != nullptr ? beside.draft->name : "", quant);
}

std::string concurrency_source(const EngineSettings& settings) {
  const std::string shared =
      "every step reads the weights once for all and each one's cache; how many tokens share an engine's kernels, and which "
      "experts they pick, is fitted on published batches: ";
  switch (settings.engine) {
    case Engine::vllm:
      return shared + "vLLM with 16-bit weights on one to four A100 and H100, up to 64 requests";
    case Engine::mlx:
      return shared + "none of MLX, so as llama.cpp on the same chips";
    default:
      return shared + "llama.cpp on GB10, GeForce, Radeon, Strix Halo and the M2 Ultra, up to 32 requests";
  }
}

std::string drafting_source(const SpeculativeSpeed& drafted) {
  return fmt::format(
      "{} proposals of {} ms, one check of {} ms, {} tokens written; each kept when those before it were: {}-{}, typical "
      "{}, "
      "assumed ({}); {} times as fast as without",
      drafted.draft_tokens, format_significant(drafted.draft_step_s * 1e3, 2),
      format_significant(drafted.check_step_s * 1e3, 3), format_significant(drafted.tokens_per_step, 2),
      format_percent(drafted.acceptance.low), format_percent(drafted.acceptance.high),
      format_percent(drafted.acceptance.typical), drafted.source, format_significant(drafted.speedup, 2));
}

std::string split_source(const EngineSettings& settings) {
  if (settings.engine == Engine::vllm || settings.split_mode == SplitMode::tensor)
    return "every GPU works on an even part of every layer; they meet twice a layer, 50 microseconds in all (fitted on "
           "vLLM's published runs with two and four GPUs, with and without NVLink)";
  if (settings.split_mode == SplitMode::row)
    return "rows of every matrix on every GPU, gathered after each by way of one of them: assumed from few runs. llama.cpp "
           "has given this up for --split-mode tensor";
  return {};
}

}  // namespace canirun::report
