// SPDX-License-Identifier: MIT
// llama-bench's rows of plain text: -o csv, and the INSERT statements of -o sql. Both have the keys of its JSON, so a row
// becomes such an object and is read like one.
#include <algorithm>

#include "bench/results_parts.hpp"
#include "json/text.hpp"

namespace canirun::bench {
namespace {

constexpr std::size_t k_most_columns = 256;

/// One JSON string, whatever bytes are in the text.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

/// Cells between commas; quotes around one are taken off, doubled ones in it stand for one. Nothing where a quote does not
/// end, or there are more cells than any version has.
std::optional<std::vector<std::string>> cells_of(std::string_view line, char quote) {
  std::vector<std::string> cells(1);
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == quote && inside && i + 1 < line.size() && line[i + 1] == quote) {
      cells.back() += line[++i];
    } else if (c == quote) {
      inside = !inside;
    } else if (c == ',' && !inside) {
      if (cells.size() == k_most_columns) return std::nullopt;
      cells.emplace_back();
    } else if (inside || c != ' ' || !cells.back().empty()) {
      cells.back() += c;
    }
  }
  if (inside) return std::nullopt;
  return cells;
}

/// Reads one row as the object that -o json would have printed.
Result<void> take_cells(const std::vector<std::string>& names, const std::vector<std::string>& cells, std::size_t line,
                        FoundRuns& into) {
  if (cells.size() != names.size()) {
    return tl::unexpected<Error>(
        at_line(line, std::to_string(cells.size()) + " values for " + std::to_string(names.size()) + " columns"));
  }
  std::string object;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view cell = trimmed(cells[i]);
    // A figure stays one; "007" and the like are words in JSON.
    const bool is_figure = decimal(cell) && (cell.size() == 1 || cell.front() != '0' || cell[1] == '.');
    object += (object.empty() ? "{" : ",") + quoted(names[i]) + ":" + (is_figure ? std::string(cell) : quoted(cell));
  }
  const Result<json::Parsed> parsed = json::Parsed::parse(object + "}", k_most_result_bytes);
  if (!parsed) return tl::unexpected<Error>(at_line(line, "not readable text"));
  if (into.runs.size() >= k_most_runs) return tl::unexpected<Error>(at_line(line, "more runs than anybody made"));
  const Result<bool> taken = take_llama_bench(json::View(parsed->root()), line, into);
  if (!taken) return tl::unexpected<Error>(at_line(line, taken.error().message, taken.error().hint));
  if (!*taken) return tl::unexpected<Error>(at_line(line, "a row without n_prompt, n_gen and avg_ts"));
  return {};
}

/// What stands between `open` and the last `close` behind it.
std::optional<std::string_view> between(std::string_view text, std::string_view open, char close) {
  const std::size_t start = text.find(open), end = text.rfind(close);
  if (start == std::string_view::npos || end == std::string_view::npos || end < start + open.size()) return std::nullopt;
  return text.substr(start + open.size(), end - start - open.size());
}

}  // namespace

bool is_csv_header(std::string_view line) {
  return line.find("n_prompt,") != std::string_view::npos && line.find("avg_ts") != std::string_view::npos;
}

Result<FoundRuns> read_csv(std::string_view text) {
  FoundRuns found{.format = "llama-bench (CSV)", .runs = {}, .notes = {}};
  std::vector<std::string> names;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (is_csv_header(*line)) {  // once more where two runs were appended to one file
      names = cells_of(trimmed(*line), '"').value_or(std::vector<std::string>{});
      continue;
    }
    if (names.empty() || trimmed(*line).empty()) continue;  // what the program said before its first row
    const auto cells = cells_of(trimmed(*line), '"');
    if (!cells) return tl::unexpected<Error>(at_line(lines.number(), "a quote that does not end, or too many columns"));
    const Result<void> taken = take_cells(names, *cells, lines.number(), found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

Result<FoundRuns> read_sql(std::string_view text) {
  FoundRuns found{.format = "llama-bench (SQL)", .runs = {}, .notes = {}};
  Lines lines(text);
  while (const auto raw = lines.next()) {
    const std::string_view line = trimmed(*raw);
    if (!line.starts_with("INSERT INTO ")) continue;
    const std::size_t values = line.find(") VALUES (");
    const auto wrong = [&] {
      return tl::unexpected<Error>(at_line(lines.number(), "expected INSERT INTO table (columns) VALUES ('...', ...);"));
    };
    if (values == std::string_view::npos) return wrong();
    const auto names_text = between(line.substr(0, values + 1), "(", ')');
    const auto values_text = between(line.substr(values), "VALUES (", ')');
    if (!names_text || !values_text) return wrong();
    const auto names = cells_of(*names_text, '"'), cells = cells_of(*values_text, '\'');
    if (!names || !cells) return wrong();
    const Result<void> taken = take_cells(*names, *cells, lines.number(), found);
    if (!taken) return tl::unexpected<Error>(taken.error());
  }
  return found;
}

}  // namespace canirun::bench
