// SPDX-License-Identifier: MIT
// llama.cpp's own timings: the `timings` object of llama-server's answers, and the lines its programs log.
#include "bench/results_parts.hpp"

namespace canirun::bench {
namespace {

Measurement llama_run(std::string source) {
  Measurement run;
  run.source = std::move(source);
  run.engine = Engine::llama_cpp;
  return run;
}

/// "prompt eval time =     383.81 ms /    26 tokens (...": milliseconds and a count.
struct Timed {
  double milliseconds = 0;
  std::uint32_t tokens = 0;
};
std::optional<Timed> timed_after(std::string_view line, std::string_view label) {
  const std::size_t at = line.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = trimmed(line.substr(at + label.size()));
  if (!rest.starts_with('=')) return std::nullopt;
  rest = trimmed(rest.substr(1));
  const std::size_t unit = rest.find(" ms");
  if (unit == std::string_view::npos) return std::nullopt;
  const std::optional<double> time = decimal(trimmed(rest.substr(0, unit)));
  const std::size_t slash = rest.find('/');
  if (!time || slash == std::string_view::npos) return std::nullopt;
  const std::string_view count = trimmed(rest.substr(slash + 1));
  const std::optional<double> number = decimal(count.substr(0, count.find(' ')));
  const std::optional<std::uint32_t> tokens = number ? token_count(*number) : std::nullopt;
  if (!tokens) return std::nullopt;
  return Timed{*time, *tokens};
}

}  // namespace

Result<bool> take_timings(json::View object, std::size_t line, FoundRuns& into) {
  const json::View inner = object.at("timings");
  const json::View timings = inner.is_object() ? inner : object;
  if (!timings.at("predicted_ms") && !timings.at("prompt_ms")) return false;

  FoundRun found{.run = llama_run("llama-server"), .line = line, .model_file = {}, .parameter_count = {}, .model_bytes = {}};
  Measurement& run = found.run;
  run.model_name = object.at("model").text().value_or("");
  const auto tokens = [&](std::string_view key) -> Result<std::uint32_t> {
    const json::View value = timings.at(key);
    if (!value) return 0U;
    const auto count = value.count32();
    if (!count || *count > (1U << 30U))
      return fail(ErrorKind::malformed, std::string(key) + ": expected a number of tokens");
    return *count;
  };
  const Result<std::uint32_t> prompt = tokens("prompt_n"), written = tokens("predicted_n"), cached = tokens("cache_n"),
                              drafted = tokens("draft_n");
  for (const auto* count : {&prompt, &written, &cached, &drafted}) {
    if (!*count) return tl::unexpected<Error>(count->error());
  }
  const double prompt_ms = timings.at("prompt_ms").number().value_or(0);
  const double written_ms = timings.at("predicted_ms").number().value_or(0);
  if (prompt_ms < 0 || written_ms < 0) return fail(ErrorKind::malformed, "a time below zero");
  const std::uint32_t before = *prompt + *cached;
  if (*prompt > 0 && prompt_ms > 0) {
    run.prefill = MeasuredRate{
        .tokens_per_s = *prompt * 1e3 / prompt_ms, .tokens = *prompt, .depth_tokens = *cached, .spread = std::nullopt};
  }
  if (*written > 0 && written_ms > 0) {
    run.decode = MeasuredRate{.tokens_per_s = *written * 1e3 / written_ms,
                              .tokens = *written,
                              .depth_tokens = before + *written / 2,
                              .spread = std::nullopt};
  }
  run.speculative = *drafted > 0;
  run.parallel = 1;  // of one request's own clock; others beside it only slow it down
  if (!run.prefill && !run.decode) return fail(ErrorKind::malformed, "timings without tokens or without time");
  into.runs.push_back(std::move(found));
  return true;
}

Result<FoundRuns> read_llama_log(std::string_view text) {
  FoundRuns found{.format = "llama.cpp (log)", .runs = {}, .notes = {}};
  Lines lines(text);
  std::optional<Timed> prompt;
  std::string file;
  while (const auto line = lines.next()) {
    constexpr std::string_view k_loading = "loading model '";
    if (const std::size_t at = line->find(k_loading); at != std::string_view::npos) {
      const std::string_view rest = line->substr(at + k_loading.size());
      file = rest.substr(0, rest.find('\''));
    }
    if (line->find("prompt eval time") != std::string_view::npos) {
      prompt = timed_after(*line, "prompt eval time");
      if (!prompt)
        return tl::unexpected<Error>(at_line(lines.number(), "prompt eval time: expected \"= MS ms / N tokens\""));
      continue;
    }
    if (line->find("eval time") == std::string_view::npos) continue;
    const std::optional<Timed> written = timed_after(*line, "eval time");
    if (!written) return tl::unexpected<Error>(at_line(lines.number(), "eval time: expected \"= MS ms / N runs\""));
    FoundRun run{
        .run = llama_run("llama.cpp"), .line = lines.number(), .model_file = file, .parameter_count = {}, .model_bytes = {}};
    run.run.parallel = 1;
    const std::uint32_t before = prompt ? prompt->tokens : 0;
    if (prompt && prompt->tokens > 0 && prompt->milliseconds > 0) {
      run.run.prefill = MeasuredRate{.tokens_per_s = prompt->tokens * 1e3 / prompt->milliseconds,
                                     .tokens = prompt->tokens,
                                     .depth_tokens = 0,
                                     .spread = std::nullopt};
    }
    if (written->tokens > 0 && written->milliseconds > 0) {
      run.run.decode = MeasuredRate{.tokens_per_s = written->tokens * 1e3 / written->milliseconds,
                                    .tokens = written->tokens,
                                    .depth_tokens = before + written->tokens / 2,
                                    .spread = std::nullopt};
    }
    prompt.reset();
    if (!run.run.prefill && !run.run.decode) continue;  // a program that was stopped at once
    if (found.runs.size() >= k_most_runs)
      return tl::unexpected<Error>(at_line(lines.number(), "more runs than anybody made"));
    found.runs.push_back(std::move(run));
  }
  return found;
}

}  // namespace canirun::bench
