// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/results.hpp"
#include "json/view.hpp"

/// What the readers of the different formats share. Not for other rooms.
namespace canirun::bench {

/// Text line by line; a carriage return at the end is cut.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  /// The next line, or nothing at the end.
  std::optional<std::string_view> next();
  /// Number of the line that `next` gave last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

std::string_view trimmed(std::string_view text);
/// Line of a byte of the text, from 1.
std::size_t line_of(std::string_view text, std::size_t byte);
/// A finite decimal number that is the whole text.
std::optional<double> decimal(std::string_view text);
/// The same, 0 or more, whole and at most 2^30.
std::optional<std::uint32_t> token_count(double number);
/// "line 3: message", malformed.
Error at_line(std::size_t line, std::string message, std::string hint = {});
/// "2025-03-19" of "2025-03-19T12:00:00Z"; empty when it is no date.
std::string date_of(std::string_view time);

/// Of "llama 8B Q4_K - Medium", where the file type stands after the size: "Q4_K_M"; empty when there is none.
std::string quant_in_type(std::string_view type);

/// One object of a JSON source. False: not of this kind. Errors are without a line: the caller knows it.
Result<bool> take_llama_bench(json::View object, std::size_t line, FoundRuns& into);
Result<bool> take_ollama(json::View object, std::size_t line, FoundRuns& into);
Result<bool> take_timings(json::View object, std::size_t line, FoundRuns& into);
Result<bool> take_lm_studio(json::View object, std::size_t line, FoundRuns& into);

/// Whole texts that are not JSON.
Result<FoundRuns> read_markdown(std::string_view text);
/// The line of column names that llama-bench -o csv begins with.
bool is_csv_header(std::string_view line);
Result<FoundRuns> read_csv(std::string_view text);
Result<FoundRuns> read_sql(std::string_view text);
Result<FoundRuns> read_lm_studio_log(std::string_view text);
Result<FoundRuns> read_ollama_text(std::string_view text);
Result<FoundRuns> read_llama_log(std::string_view text);
Result<FoundRuns> read_metrics(std::string_view text);

}  // namespace canirun::bench
