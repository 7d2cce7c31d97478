// SPDX-License-Identifier: MIT
// Ollama: the last object of /api/generate and /api/chat (durations in nanoseconds), and what `ollama run --verbose` prints.
#include <array>
#include <cmath>

#include "bench/results_parts.hpp"

namespace canirun::bench {
namespace {

/// Adds what two counts and two times (seconds) say; a part without tokens or time says nothing.
bool set_rates(Measurement& run, double prompt, double prompt_s, double written, double written_s) {
  const auto prompt_tokens = token_count(prompt), written_tokens = token_count(written);
  if (!prompt_tokens || !written_tokens) return false;
  if (*prompt_tokens > 0 && prompt_s > 0) {
    run.prefill =
        MeasuredRate{.tokens_per_s = prompt / prompt_s, .tokens = *prompt_tokens, .depth_tokens = 0, .spread = std::nullopt};
  }
  if (*written_tokens > 0 && written_s > 0) {
    run.decode = MeasuredRate{.tokens_per_s = written / written_s,
                              .tokens = *written_tokens,
                              .depth_tokens = *prompt_tokens + *written_tokens / 2,
                              .spread = std::nullopt};
  }
  return true;
}

Measurement ollama_run() {
  Measurement run;
  run.source = "ollama";
  run.engine = Engine::ollama;
  run.parallel = 1;
  return run;
}

/// "4.648158959s", "41.27575ms", "1m3.5s", "850µs": Go's durations.
std::optional<double> duration_s(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 7> k_units = {
      {{"ms", 1e-3}, {"\xC2\xB5s", 1e-6}, {"\xCE\xBCs", 1e-6}, {"us", 1e-6}, {"ns", 1e-9}, {"s", 1}, {"m", 60}}};
  double seconds = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t end = text.find_first_not_of("0123456789.");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const std::optional<double> number = decimal(text.substr(0, end));
    if (!number) return std::nullopt;
    text.remove_prefix(end);
    if (text.starts_with("h")) {
      seconds += *number * 3600;
      text.remove_prefix(1);
      continue;
    }
    bool known = false;
    for (const auto& [unit, factor] : k_units) {
      if (!text.starts_with(unit)) continue;
      seconds += *number * factor;
      text.remove_prefix(unit.size());
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  return seconds;
}

/// What stands after the label, if the line begins with it.
std::optional<std::string_view> after(std::string_view line, std::string_view label) {
  if (!line.starts_with(label)) return std::nullopt;
  return trimmed(line.substr(label.size()));
}

/// The block of figures that follows an answer.
struct Verbose {
  std::size_t line = 0;
  std::optional<double> prompt, prompt_s, written, written_s;
};

std::optional<double> tokens_in(std::string_view text) { return decimal(text.substr(0, text.find(' '))); }

}  // namespace

Result<bool> take_ollama(json::View object, std::size_t line, FoundRuns& into) {
  const json::View duration = object.at("eval_duration");
  if (!duration && !object.at("prompt_eval_duration")) return false;
  const std::optional<double> written = object.at("eval_count").number(), written_ns = duration.number();
  if (!written || !written_ns) return fail(ErrorKind::malformed, "eval_count and eval_duration: expected numbers");
  if (!(*written >= 0) || !(*written_ns >= 0))
    return fail(ErrorKind::malformed, "eval_count or eval_duration is below zero");
  FoundRun found{.run = ollama_run(), .line = line, .model_file = {}, .parameter_count = {}, .model_bytes = {}};
  found.run.model_name = object.at("model").text().value_or("");
  found.run.measured_on = date_of(object.at("created_at").text().value_or(""));
  const double prompt = object.at("prompt_eval_count").number().value_or(0);
  const double prompt_ns = object.at("prompt_eval_duration").number().value_or(0);
  if (!set_rates(found.run, prompt, prompt_ns / 1e9, *written, *written_ns / 1e9)) {
    return fail(ErrorKind::malformed, "eval_count or prompt_eval_count is no number of tokens");
  }
  if (!found.run.decode && !found.run.prefill) return fail(ErrorKind::malformed, "nothing was written and nothing read");
  into.runs.push_back(std::move(found));
  return true;
}

Result<FoundRuns> read_ollama_text(std::string_view text) {
  FoundRuns found{.format = "Ollama (--verbose)", .runs = {}, .notes = {}};
  Lines lines(text);
  Verbose block;
  std::string model;
  const auto wrong = [&](std::string_view what) {
    return tl::unexpected<Error>(at_line(lines.number(), std::string(what)));
  };
  while (const auto raw = lines.next()) {
    const std::string_view line = trimmed(*raw);
    if (const std::size_t at = line.find("ollama run "); at != std::string_view::npos) {
      const std::string_view rest = trimmed(line.substr(at + 11));
      model = rest.substr(0, rest.find(' '));
    }
    if (const auto value = after(line, "prompt eval count:")) {
      block.line = lines.number();
      block.prompt = tokens_in(*value);
      if (!block.prompt) return wrong("prompt eval count: expected a number of tokens");
    } else if (const auto prompt_time = after(line, "prompt eval duration:")) {
      block.prompt_s = duration_s(*prompt_time);
      if (!block.prompt_s) return wrong("prompt eval duration: expected a time such as 383.8ms");
    } else if (const auto count = after(line, "eval count:")) {
      if (block.line == 0) block.line = lines.number();
      block.written = tokens_in(*count);
      if (!block.written) return wrong("eval count: expected a number of tokens");
    } else if (const auto time = after(line, "eval duration:")) {
      block.written_s = duration_s(*time);
      if (!block.written_s) return wrong("eval duration: expected a time such as 4.22s");
      if (!block.written) return wrong("eval duration without an eval count before it");
      FoundRun run{.run = ollama_run(), .line = block.line, .model_file = {}, .parameter_count = {}, .model_bytes = {}};
      run.run.model_name = model;
      if (!set_rates(run.run, block.prompt.value_or(0), block.prompt_s.value_or(0), *block.written, *block.written_s))
        return wrong("a count that is no number of tokens");
      if (!run.run.decode) return wrong("nothing was written, or in no time");
      if (found.runs.size() >= k_most_runs) return wrong("more runs than anybody made");
      found.runs.push_back(std::move(run));
      block = {};
    }
  }
  return found;
}

}  // namespace canirun::bench
