// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/evidence.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// What the tokens are for; capability evidence and speed floors are per task.
enum class Task : std::uint8_t { chat, coding, summarise, reasoning, structured };
constexpr auto enum_names(Task) {
  return std::array<std::string_view, 5>{"chat", "coding", "summarise", "reasoning", "structured"};
}

/// One person's (or job's) use. Tokens are per person and ACTIVE day. Data: data/usage/.
struct UsageProfile {
  std::string id = "chat";
  std::vector<std::string> aliases;
  std::string name;
  Task task = Task::chat;
  double fresh_input_tokens_per_day = 0;  ///< F
  double cache_write_tokens_per_day = 0;  ///< W
  double cache_read_tokens_per_day = 0;   ///< C
  double output_tokens_per_day = 0;       ///< O, visible
  std::uint32_t prompt_tokens = 2048;     ///< of a typical request, for TTFT
  std::uint32_t depth_tokens = 4096;      ///< tokens already in the cache when decode speed is stated
  double active_days_per_year = 230;      ///< N
  double hours_available_per_day = 8;     ///< when the work happens
  double hours_powered_per_day = 8;       ///< machine on for it
  bool interactive = true;                ///< someone waits: utilisation at most 0.8, else 0.95
  std::uint32_t people = 1;               ///< how many use it like this: every token figure is multiplied by it
  double simple_share = 0.5;              ///< q: share of the requests a smaller model can take over (hybrid)
  double escalation_share = 0.2;          ///< e: share of those that are tried again at the API
  Provenance provenance;
  std::string notes;
  /// Input of single requests, smallest first, evenly spaced in number of requests; empty: all are `depth_tokens` long.
  std::vector<double> request_sizes_tokens = {};
};

/// What the user insists on; a floor not met turns the answer into a no.
struct Floors {
  std::optional<double> min_decode_tokens_per_s;
  std::optional<double> max_time_to_first_token_s;
};
/// Declared before money.
struct Policy {
  bool private_data = false;   ///< data may not leave: the API column is information only
  bool air_gapped = false;     ///< no network at all
  std::string residency = {};  ///< region that the data may not leave; "": none
};

}  // namespace canirun
