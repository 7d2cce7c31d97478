// SPDX-License-Identifier: MIT
// /metrics of llama-server and vLLM in Prometheus' text form: sums since the server started, over all its requests. How many
// ran at once is in none of them, so the runs made of them calibrate only when somebody says so.
#include <cmath>
#include <map>

#include "bench/results_parts.hpp"

namespace canirun::bench {
namespace {

/// name{labels} value [timestamp]
struct Sample {
  std::string_view name, labels;
  double value = 0;
};

Result<Sample> sample_in(std::string_view line, std::size_t number) {
  Sample sample;
  const std::size_t end = line.find_first_of("{ \t");
  if (end == std::string_view::npos || end == 0) return tl::unexpected<Error>(at_line(number, "expected NAME VALUE"));
  sample.name = line.substr(0, end);
  std::string_view rest = line.substr(end);
  if (rest.starts_with('{')) {
    // A closing brace inside a quoted label does not close.
    bool inside = false;
    std::size_t close = 1;
    for (; close < rest.size() && (inside || rest[close] != '}'); ++close) {
      if (rest[close] == '\\')
        ++close;
      else if (rest[close] == '"')
        inside = !inside;
    }
    if (close >= rest.size()) return tl::unexpected<Error>(at_line(number, "labels that do not end"));
    sample.labels = rest.substr(1, close - 1);
    rest = rest.substr(close + 1);
  }
  rest = trimmed(rest);
  const std::string_view value = rest.substr(0, rest.find_first_of(" \t"));
  if (value == "NaN" || value == "+Inf" || value == "-Inf" || value == "Inf") {
    sample.value = std::nan("");
    return sample;
  }
  const std::optional<double> figure = decimal(value);
  if (!figure)
    return tl::unexpected<Error>(at_line(number, "expected a number after " + std::string(sample.name.substr(0, 80))));
  sample.value = *figure;
  return sample;
}

std::string label(std::string_view labels, std::string_view name) {
  const std::string wanted = std::string(name) + "=\"";
  std::size_t at = labels.find(wanted);
  while (at != std::string_view::npos && at > 0 && labels[at - 1] != ',' && labels[at - 1] != ' ')
    at = labels.find(wanted, at + 1);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = labels.substr(at + wanted.size());
  return std::string(rest.substr(0, rest.find('"')));
}

/// All figures of one model ("" where the server serves one and does not name it), by name.
using Figures = std::map<std::string, double, std::less<>>;

double figure(const Figures& figures, std::string_view name) {
  const auto found = figures.find(name);
  return found == figures.end() ? 0 : found->second;
}

std::optional<MeasuredRate> rate(double tokens, double seconds, double usual_tokens, double depth) {
  if (!(tokens > 0) || !(seconds > 0)) return std::nullopt;
  MeasuredRate result;
  result.tokens_per_s = tokens / seconds;
  result.tokens = token_count(std::round(usual_tokens)).value_or(0);
  result.depth_tokens = token_count(std::round(depth)).value_or(0);
  return result;
}

Measurement of_llama_server(const Figures& all) {
  Measurement run;
  run.source = "llama-server metrics";
  run.prefill = rate(figure(all, "llamacpp:prompt_tokens_total"), figure(all, "llamacpp:prompt_seconds_total"), 0, 0);
  run.decode =
      rate(figure(all, "llamacpp:tokens_predicted_total"), figure(all, "llamacpp:tokens_predicted_seconds_total"), 0, 0);
  const double busy_slots = figure(all, "llamacpp:n_busy_slots_per_decode");
  if (busy_slots > 0 && busy_slots < 1.05) run.parallel = 1;
  return run;
}

Measurement of_vllm(const Figures& all) {
  Measurement run;
  run.source = "vLLM metrics";
  run.engine = Engine::vllm;
  const double requests = figure(all, "vllm:request_prompt_tokens_count");
  const double prompt = requests > 0 ? figure(all, "vllm:request_prompt_tokens_sum") / requests : 0;
  const double written = requests > 0 ? figure(all, "vllm:request_generation_tokens_sum") / requests : 0;
  // Versions differ in which histograms they have: per token under two names, per request in a third.
  for (const std::string_view name : {"vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds",
                                      "vllm:request_time_per_output_token_seconds"}) {
    if (run.decode) break;
    run.decode = rate(figure(all, std::string(name) + "_count"), figure(all, std::string(name) + "_sum"), written,
                      prompt + written / 2);
  }
  if (!run.decode) {
    run.decode = rate(figure(all, "vllm:request_generation_tokens_sum"), figure(all, "vllm:request_decode_time_seconds_sum"),
                      written, prompt + written / 2);
  }
  run.prefill =
      rate(figure(all, "vllm:request_prompt_tokens_sum"), figure(all, "vllm:request_prefill_time_seconds_sum"), prompt, 0);
  const double firsts = figure(all, "vllm:time_to_first_token_seconds_count");
  if (firsts > 0) run.time_to_first_token_s = figure(all, "vllm:time_to_first_token_seconds_sum") / firsts;
  return run;
}

}  // namespace

Result<FoundRuns> read_metrics(std::string_view text) {
  constexpr std::size_t k_most_models = 64, k_most_names = 4096;
  std::map<std::string, Figures, std::less<>> by_model;
  bool is_vllm = false, is_llama = false;
  Lines lines(text);
  while (const auto raw = lines.next()) {
    const std::string_view line = trimmed(*raw);
    if (line.empty() || line.starts_with('#')) continue;
    const Result<Sample> sample = sample_in(line, lines.number());
    if (!sample) return tl::unexpected<Error>(sample.error());
    const bool vllm = sample->name.starts_with("vllm:"), llama = sample->name.starts_with("llamacpp:");
    if ((!vllm && !llama) || sample->name.ends_with("_bucket") || std::isnan(sample->value)) continue;
    if (sample->value < 0) return tl::unexpected<Error>(at_line(lines.number(), "a count or a time below zero"));
    is_vllm = is_vllm || vllm;
    is_llama = is_llama || llama;
    const std::string model = label(sample->labels, vllm ? "model_name" : "model");
    const bool room = by_model.contains(model) || by_model.size() < k_most_models;
    if (!room) return tl::unexpected<Error>(at_line(lines.number(), "more models than one server serves"));
    Figures& figures = by_model[model];
    const auto known = figures.find(sample->name);
    if (known != figures.end()) {
      known->second += sample->value;  // several engines of one model
    } else if (figures.size() < k_most_names) {
      figures.emplace(sample->name, sample->value);
    }
  }
  FoundRuns found{.format = is_vllm ? "vLLM /metrics" : "llama-server /metrics", .runs = {}, .notes = {}};
  for (const auto& [model, figures] : by_model) {
    FoundRun run;
    run.line = 1;
    run.run = is_vllm ? of_vllm(figures) : of_llama_server(figures);
    run.run.model_name = model;
    if (run.run.decode || run.run.prefill) found.runs.push_back(std::move(run));
  }
  if (found.runs.empty() && (is_vllm || is_llama)) {
    return fail(ErrorKind::malformed, "these metrics count no finished request",
                "use the server a little, then read them again");
  }
  return found;
}

}  // namespace canirun::bench
