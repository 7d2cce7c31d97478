// SPDX-License-Identifier: MIT
// llama-bench's Markdown table, what it prints unless told otherwise: one row per test.
#include <algorithm>
#include <cmath>

#include "bench/results_llama_bench.hpp"

namespace canirun::bench {
namespace {

/// Cells of "| a | b |"; empty when it is no row.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  line = trimmed(line);
  if (!line.starts_with('|') || line.size() < 2) return cells;
  line.remove_prefix(1);
  while (!line.empty() && cells.size() < 64) {
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos) break;
    cells.push_back(trimmed(line.substr(0, bar)));
    line.remove_prefix(bar + 1);
  }
  return cells;
}

/// "pp512", "tg128", "pp512+tg128", "tg128 @ d4096".
struct Test {
  std::uint32_t prompt = 0, written = 0, depth = 0;
};
std::optional<Test> test_named(std::string_view text) {
  Test test;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    std::string_view depth = trimmed(text.substr(at + 1));
    if (!depth.starts_with('d')) return std::nullopt;
    const auto count = decimal(depth.substr(1));
    const auto tokens = count ? token_count(*count) : std::nullopt;
    if (!tokens) return std::nullopt;
    test.depth = *tokens;
    text = trimmed(text.substr(0, at));
  }
  while (!text.empty()) {
    const std::size_t plus = text.find('+');
    const std::string_view part = trimmed(text.substr(0, plus));
    if (part.size() < 3) return std::nullopt;
    const auto count = decimal(part.substr(2));
    const auto tokens = count ? token_count(*count) : std::nullopt;
    if (!tokens || *tokens == 0) return std::nullopt;
    if (part.starts_with("pp")) {
      test.prompt = *tokens;
    } else if (part.starts_with("tg")) {
      test.written = *tokens;
    } else {
      return std::nullopt;
    }
    text.remove_prefix(plus == std::string_view::npos ? text.size() : plus + 1);
  }
  return test.prompt + test.written > 0 ? std::optional(test) : std::nullopt;
}

/// "1234.56 ± 7.89".
std::optional<MeasuredRate> rate_in(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::optional<double> mean = decimal(text.substr(0, space));
  if (!mean || !(*mean > 0)) return std::nullopt;
  MeasuredRate rate;
  rate.tokens_per_s = *mean;
  if (space == std::string_view::npos) return rate;
  if (const auto deviation = decimal(trimmed(text.substr(text.find_last_of(' '))))) {
    if (*deviation >= 0) rate.spread = *deviation / *mean;
  }
  return rate;
}

struct Columns {
  std::vector<std::string> names;
  [[nodiscard]] std::string_view cell(const std::vector<std::string_view>& row, std::string_view name) const {
    for (std::size_t i = 0; i < std::min(names.size(), row.size()); ++i) {
      if (names[i] == name) return row[i];
    }
    return {};
  }
};

Result<void> take_row(const Columns& columns, const std::vector<std::string_view>& row, std::size_t line, FoundRuns& into) {
  const std::optional<Test> test = test_named(columns.cell(row, "test"));
  if (!test) return tl::unexpected<Error>(at_line(line, "the test is none of pp512, tg128, pp512 @ d4096 and the like"));
  const std::optional<MeasuredRate> rate = rate_in(columns.cell(row, "t/s"));
  if (!rate) return tl::unexpected<Error>(at_line(line, "t/s: expected a rate above zero, such as 71.2 ± 0.3"));
  const std::optional<Backend> backend = backend_named(columns.cell(row, "backend"));
  FoundRun found;
  found.line = line;
  Measurement& run = found.run;
  run.source = "llama-bench";
  run.parallel = 1;
  run.model_name = columns.cell(row, "model");
  run.quant = quant_in_type(run.model_name);
  if (!backend) {
    leave_out(into, line, "an unknown backend computed it");
    return {};
  }
  const std::string odd =
      unknown_setting(columns.cell(row, "nkvo") == "1", columns.cell(row, "ot"), columns.cell(row, "embd") == "1");
  if (!odd.empty()) {
    leave_out(into, line, odd);
    return {};
  }
  run.backend = *backend;
  const auto number = [&](std::string_view name) { return decimal(columns.cell(row, name)); };
  if (const auto layers = number("ngl"); layers && *backend != Backend::cpu && std::abs(*layers) < 1e6)
    run.gpu_layers = layers_of(static_cast<std::int64_t>(*layers));
  if (const auto experts = number("n_cpu_moe"); experts && *experts > 0 && *backend != Backend::cpu)
    run.cpu_moe_layers = token_count(*experts);
  if (const auto threads = number("threads")) run.threads = token_count(*threads);
  if (const auto attention = number("fa"); attention && *attention >= 0) run.flash_attn = *attention != 0;
  if (set_rate(run, *rate, test->prompt, test->written, test->depth)) {
    into.runs.push_back(std::move(found));
  } else {
    leave_out(into, line, "reading and writing are mixed in one rate");
  }
  return {};
}

}  // namespace

Result<FoundRuns> read_markdown(std::string_view text) {
  FoundRuns found{.format = "llama-bench (Markdown)", .runs = {}, .notes = {}};
  Columns columns;
  Lines lines(text);
  while (const auto line = lines.next()) {
    const std::vector<std::string_view> row = cells_of(*line);
    if (row.empty()) {
      columns.names.clear();  // the table is over
      continue;
    }
    if (std::find(row.begin(), row.end(), "t/s") != row.end()) {
      columns.names.assign(row.begin(), row.end());
      continue;
    }
    const bool rule = row.front().find_first_not_of("-: ") == std::string_view::npos;
    if (columns.names.empty() || rule) continue;
    if (found.runs.size() >= k_most_runs)
      return tl::unexpected<Error>(at_line(lines.number(), "more runs than anybody made"));
    const Result<void> taken = take_row(columns, row, lines.number(), found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

}  // namespace canirun::bench
