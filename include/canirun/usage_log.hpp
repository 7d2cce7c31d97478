// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// What a log or export of use turned out to be.
enum class UsageFormat : std::uint8_t {
  unknown,
  openai_usage,     ///< usage API pages, dashboard CSV
  anthropic_usage,  ///< usage API pages, console CSV
  litellm,          ///< spend logs
  openrouter,       ///< activity CSV or JSON
  deepseek,         ///< amount CSV: one row a kind of token
  agent_log,        ///< sessions of coding agents
  api_responses,    ///< answers of an API, one a line
  ollama,           ///< answers of Ollama's own API
  llama_server,     ///< its log, or its answers with timings
};
constexpr auto enum_names(UsageFormat) {
  return std::array<std::string_view, 10>{"unknown",  "openai_usage", "anthropic_usage", "litellm", "openrouter",
                                          "deepseek", "agent_log",    "api_responses",   "ollama",  "llama_server"};
}

/// Tokens as they are billed. Nothing is in two classes, but `reasoning`, which is part of `output`.
struct TokenSums {
  double input = 0;  ///< neither written to nor read from a cache
  double cache_write = 0, cache_read = 0;
  double output = 0;
  double reasoning = 0;

  [[nodiscard]] double prompt() const { return input + cache_write + cache_read; }
  [[nodiscard]] double all() const { return prompt() + output; }
  TokenSums& operator+=(const TokenSums& other) {
    input += other.input;
    cache_write += other.cache_write;
    cache_read += other.cache_read;
    output += other.output;
    reasoning += other.reasoning;
    return *this;
  }
};

struct ModelUse {
  std::string model;  ///< as the log names it; "" when it does not
  TokenSums tokens;
  double requests = 0;
  std::uint32_t active_days = 0;
};
struct BrokenLine {
  std::uint64_t line = 0;  ///< from 1
  std::string reason;
};
/// Everything that was read of a log.
struct UsageReading {
  std::string source;  ///< the file, as it was named
  UsageFormat format = UsageFormat::unknown;
  std::vector<ModelUse> models;  ///< most tokens first
  TokenSums total;
  double requests = 0;                                         ///< 0: the export does not count them
  std::uint32_t active_days = 0;                               ///< dates (UTC) with use; 0: nothing is dated
  std::string first_day, last_day;                             ///< "2026-09-01"
  double span_days = 0;                                        ///< from the first to the last, both included
  std::optional<double> prompt_p50_tokens, prompt_p95_tokens;  ///< of single requests; nothing where rows sum several
  std::optional<double> fresh_p50_tokens;                      ///< of those, what was not in a cache
  std::vector<double> request_sizes_tokens;                    ///< as in UsageProfile
  std::uint64_t records = 0, duplicates = 0, undated_records = 0;
  std::uint64_t bytes = 0, lines = 0, broken_lines = 0;
  std::optional<BrokenLine> first_broken;
};

}  // namespace canirun
