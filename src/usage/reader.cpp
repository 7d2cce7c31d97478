// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "usage/csv_scanner.hpp"
#include "usage/json_scanner.hpp"
#include "usage/log_scanner.hpp"

namespace canirun::usage {

/// Finds out what the bytes are from their first lines, then hands them to the one who reads that.
class Scanner {
 public:
  void feed(std::string_view bytes);
  Result<Reading> finish();

 private:
  enum class Mode : std::uint8_t { start, lines, json, csv };
  static constexpr std::size_t k_most_line = 65536;  // of a log or a header; what is longer is cut
  std::size_t feed_lines(std::string_view bytes);
  bool line_ended();

  Tally tally_;
  Lines lines_;
  JsonScanner json_{tally_, lines_};
  CsvScanner csv_{tally_, lines_};
  LogScanner log_{tally_};
  Mode mode_ = Mode::start;
  std::string line_;
  std::uint64_t bytes_ = 0;
  std::optional<std::uint64_t> odd_line_;  ///< the first that is no log line; matters when JSON follows
  std::uint64_t odd_lines_ = 0;
};

void Scanner::feed(std::string_view bytes) {
  if (bytes_ == 0 && bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    switch (mode_) {
      case Mode::json:
        json_.feed(bytes);
        return;
      case Mode::csv:
        csv_.feed(bytes);
        return;
      case Mode::start:
      case Mode::lines:
        bytes.remove_prefix(feed_lines(bytes));
        break;
    }
  }
}

/// One line, or as much of it as there is. A line that starts like JSON ends this, as long as no log was seen.
std::size_t Scanner::feed_lines(std::string_view bytes) {
  if (line_.empty() && !log_.found_any()) {
    const std::size_t first = bytes.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return bytes.size();
    if (bytes[first] == '{' || bytes[first] == '[') {
      // "[GIN] 2026/..." and "[server] ..." are no arrays: a letter follows the bracket.
      const std::size_t next = bytes.find_first_not_of(" \t\r\n", first + 1);
      const char follows = next == std::string_view::npos ? '{' : bytes[next];
      if (bytes[first] == '{' || std::string_view("{[]\"").find(follows) != std::string_view::npos) {
        if (odd_line_) lines_.broken_at(*odd_line_, "neither an object nor an array");
        mode_ = Mode::json;
        return first;
      }
    }
  }
  const std::size_t newline = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, newline);
  if (line_.size() < k_most_line) line_.append(piece.substr(0, k_most_line - line_.size()));
  if (newline == std::string_view::npos) return bytes.size();
  (void)line_ended();
  return newline + 1;
}

bool Scanner::line_ended() {
  const bool blank = line_.find_first_not_of(" \t\r") == std::string::npos;
  if (!blank && mode_ == Mode::start && csv_.take_header(line_)) {
    mode_ = Mode::csv;
  } else if (!blank) {
    mode_ = Mode::lines;
    log_.line(line_);
    if (!odd_line_) odd_line_ = lines_.now();
    ++odd_lines_;
  }
  line_.clear();
  lines_.next();
  return !blank;
}

Result<Reading> Scanner::finish() {
  if (mode_ == Mode::json) json_.finish();
  if (mode_ == Mode::csv) csv_.finish();
  if (!line_.empty()) (void)line_ended();
  Reading reading;
  reading.bytes = bytes_;
  reading.lines = lines_.now();
  reading.broken_lines = lines_.broken_count();
  reading.first_broken = lines_.first_broken();
  tally_.finish(reading);
  if (!tally_.empty() && reading.total.all() > 0) return reading;

  constexpr std::string_view k_formats =
      "it reads usage exports of OpenAI, Anthropic, OpenRouter and DeepSeek, LiteLLM spend logs, llama-server's log, "
      "answers of an API or of Ollama as JSON lines, and session logs of coding agents";
  if (log_.requests_without_tokens() > 0) {
    return fail(
        ErrorKind::unsupported,
        fmt::format("{} requests, but this log does not say how many tokens they took", log_.requests_without_tokens()),
        "Ollama's log has no tokens; its answers have them (prompt_eval_count, eval_count): keep those as JSON lines");
  }
  if (bytes_ == 0) return fail(ErrorKind::malformed, "it is empty", std::string(k_formats));
  if (reading.first_broken) {
    return fail(
        ErrorKind::malformed,
        fmt::format("no use of a model in it; line {}: {}", reading.first_broken->line, reading.first_broken->reason),
        std::string(k_formats));
  }
  return fail(ErrorKind::malformed, "no use of a model in it", std::string(k_formats));
}

Reader::Reader() : scanner_(std::make_unique<Scanner>()) {}
Reader::~Reader() = default;
void Reader::feed(std::string_view bytes) { scanner_->feed(bytes); }
Result<Reading> Reader::finish() { return scanner_->finish(); }

UsageProfile profile_of(const Reading& reading, const UsageProfile& base, double undated_days) {
  UsageProfile usage = base;
  usage.id = "from-usage";
  usage.aliases.clear();
  usage.name = "what was used";
  const double days = reading.active_days > 0 ? reading.active_days : std::max(1.0, undated_days);
  usage.fresh_input_tokens_per_day = reading.total.input / days;
  usage.cache_write_tokens_per_day = reading.total.cache_write / days;
  usage.cache_read_tokens_per_day = reading.total.cache_read / days;
  usage.output_tokens_per_day = reading.total.output / days;
  usage.people = 1;

  // Four weeks show how many days of a week there are; less does not.
  constexpr double k_long_enough = 28, k_year = 365;
  if (reading.span_days >= k_long_enough) usage.active_days_per_year = k_year * reading.active_days / reading.span_days;

  // A typical request: what has to be read, and all that is in the cache then.
  const auto whole = [](double tokens) { return static_cast<std::uint32_t>(std::clamp(tokens, 1.0, 1e8)); };
  std::optional<double> prompt = reading.prompt_p50_tokens, fresh = reading.fresh_p50_tokens;
  if (!prompt && reading.requests > 0 && reading.total.prompt() > 0) {
    prompt = reading.total.prompt() / reading.requests;
    fresh = (reading.total.input + reading.total.cache_write) / reading.requests;
  }
  if (prompt) {
    usage.prompt_tokens = whole(fresh.value_or(*prompt));
    usage.depth_tokens = whole(*prompt);
  }
  usage.request_sizes_tokens = reading.request_sizes_tokens;
  usage.provenance = {.basis = Basis::measured, .source = reading.source, .retrieved = reading.last_day};
  usage.notes.clear();
  return usage;
}

}  // namespace canirun::usage
