// SPDX-License-Identifier: MIT
// LM Studio: answers of its REST API (/api/v0, /api/v1), and what `lms log stream --stats` prints, as JSON or as text. Keys
// by its documentation (github.com/lmstudio-ai/docs) and its command line's source (github.com/lmstudio-ai/lms), 2026-11.
#include <array>

#include "bench/results_parts.hpp"

namespace canirun::bench {
namespace {

/// The same figures under the names of each interface.
struct Stats {
  std::optional<double> tokens_per_s, first_token_s, seconds, prompt, written;
};

std::optional<double> first_of(json::View object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const auto number = object.at(key).number()) return number;
  }
  return std::nullopt;
}

/// "qwen3-4b@q4_k_m": a name with the variant that is loaded.
void set_model(Measurement& run, std::string_view name) {
  const std::size_t at = name.rfind('@');
  run.model_name = name.substr(0, at);
  if (at != std::string_view::npos && run.quant.empty()) run.quant = name.substr(at + 1);
}

/// LM Studio has an engine of its own for MLX, whose quants are called by their bits.
void set_format(Measurement& run, std::string_view format, std::string_view quant) {
  const bool is_mlx = format == "mlx" || format == "safetensors";
  if (is_mlx) run.engine = Engine::mlx;
  run.quant = (is_mlx && quant.ends_with("bit") ? "mlx-" : "") + std::string(quant);
}

/// False: the figures say nothing.
bool set_rates(Measurement& run, const Stats& stats) {
  const auto prompt = token_count(stats.prompt.value_or(0)), written = token_count(stats.written.value_or(0));
  if (!prompt || !written) return false;
  std::optional<double> rate = stats.tokens_per_s;
  if (!rate && stats.seconds && *stats.seconds > 0 && *written > 0) rate = *written / *stats.seconds;
  if (!rate || !(*rate > 0)) return false;
  run.decode = MeasuredRate{
      .tokens_per_s = *rate, .tokens = *written, .depth_tokens = *prompt + *written / 2, .spread = std::nullopt};
  // The wait for the first word holds more than the reading of the prompt, so no rate is made of it.
  if (stats.first_token_s && *stats.first_token_s > 0) run.time_to_first_token_s = stats.first_token_s;
  return true;
}

FoundRun lm_studio_run(std::size_t line) {
  FoundRun found{.run = {}, .line = line, .model_file = {}, .parameter_count = {}, .model_bytes = {}};
  found.run.source = "LM Studio";
  found.run.engine = Engine::lmstudio;
  found.run.parallel = 1;  // of one request's own clock; others beside it only slow it down
  return found;
}

}  // namespace

Result<bool> take_lm_studio(json::View object, std::size_t line, FoundRuns& into) {
  const json::View data = object.at("data").is_object() ? object.at("data") : object;
  const json::View stats = data.at("stats");
  if (!stats.is_object()) return false;
  const Stats read{
      .tokens_per_s = first_of(stats, {"tokens_per_second", "tokensPerSecond"}),
      .first_token_s = first_of(stats, {"time_to_first_token", "time_to_first_token_seconds", "timeToFirstTokenSec"}),
      .seconds = first_of(stats, {"generation_time"}),
      .prompt = stats.at("input_tokens") || stats.at("promptTokensCount")
                    ? first_of(stats, {"input_tokens", "promptTokensCount"})
                    : first_of(data.at("usage"), {"prompt_tokens"}),
      .written = stats.at("total_output_tokens") || stats.at("predictedTokensCount")
                     ? first_of(stats, {"total_output_tokens", "predictedTokensCount"})
                     : first_of(data.at("usage"), {"completion_tokens"})};
  if (!read.tokens_per_s && !read.seconds) return false;
  FoundRun found = lm_studio_run(line);
  const json::View about = data.at("model_info");
  set_format(found.run, about.at("format").text().value_or(""), about.at("quant").text().value_or(""));
  for (const std::string_view key : {"model", "model_instance_id", "modelIdentifier"}) {
    if (const auto name = data.at(key).text(); name && found.run.model_name.empty()) set_model(found.run, *name);
  }
  found.run.engine_version = data.at("runtime").at("version").text().value_or("");
  found.run.speculative = first_of(stats, {"total_draft_tokens_count", "totalDraftTokensCount"}).value_or(0) > 0;
  if (!set_rates(found.run, read)) return fail(ErrorKind::malformed, "stats without a rate above zero");
  into.runs.push_back(std::move(found));
  return true;
}

Result<FoundRuns> read_lm_studio_log(std::string_view text) {
  FoundRuns found{.format = "LM Studio (lms log stream --stats)", .runs = {}, .notes = {}};
  Lines lines(text);
  FoundRun run = lm_studio_run(0);
  Stats stats;
  Error wrong;
  const auto finish = [&] {
    if (run.line == 0) return true;
    const bool good = set_rates(run.run, stats);
    if (good) found.runs.push_back(run);
    if (!good) wrong = at_line(run.line, "tokensPerSecond: expected a rate above zero");
    stats = {};
    run = lm_studio_run(0);
    return good;
  };
  while (const auto raw = lines.next()) {
    const std::string_view line = trimmed(*raw);
    const std::size_t colon = line.find(": ");
    const std::string_view key = line.substr(0, colon),
                           value = colon == std::string_view::npos ? "" : line.substr(colon + 2);
    if (key == "timestamp" && !finish()) return tl::unexpected<Error>(wrong);
    if (found.runs.size() >= k_most_runs)
      return tl::unexpected<Error>(at_line(lines.number(), "more runs than anybody made"));
    if (key == "modelIdentifier") set_model(run.run, value);
    const std::array<std::pair<std::string_view, std::optional<double>*>, 4> figures{
        {{"tokensPerSecond", &stats.tokens_per_s},
         {"timeToFirstTokenSec", &stats.first_token_s},
         {"promptTokensCount", &stats.prompt},
         {"predictedTokensCount", &stats.written}}};
    for (const auto& [name, figure] : figures) {
      if (key != name) continue;
      *figure = decimal(value);
      if (!*figure) return tl::unexpected<Error>(at_line(lines.number(), std::string(name) + ": expected a number"));
      if (name == "tokensPerSecond") run.line = lines.number();
    }
  }
  if (!finish()) return tl::unexpected<Error>(wrong);
  return found;
}

}  // namespace canirun::bench
