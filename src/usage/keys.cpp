// SPDX-License-Identifier: MIT
// The names that providers and programs give to the same few numbers. Checked against their documented responses and
// exports: OpenAI (usage API, dashboard CSV, chat and responses API), Anthropic (usage API, console CSV, messages API),
// LiteLLM spend logs, OpenRouter activity, DeepSeek amounts, Groq activity, Gemini usageMetadata, Ollama, llama-server,
// and the session files of two coding agents.
#include "usage/keys.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace canirun::usage {
namespace {

struct Key {
  std::string_view name;
  Field field;
  Format format = Format::unknown;
};
struct Door {
  Place from;
  std::string_view name;
  Place to;
  std::uint8_t rank = 0;
  Format format = Format::unknown;
};

/// Numbers, wherever a usage object or a flat record has them. Sorted by name.
constexpr std::array k_numbers = {
    Key{"cache_creation_input_tokens", Field::cache_write},
    Key{"cache_creation_tokens", Field::cache_write},
    Key{"cache_n", Field::cache_beside, Format::llama_server},
    Key{"cache_read_input_tokens", Field::cache_read},
    Key{"cache_read_tokens", Field::cache_read},
    Key{"cache_write_input_tokens", Field::cache_write_inside},
    Key{"cache_write_tokens", Field::cache_write_inside},
    Key{"cachedContentTokenCount", Field::cached_inside},
    Key{"cached_input_tokens", Field::cached_inside},
    Key{"cached_tokens", Field::cached_inside},
    Key{"candidatesTokenCount", Field::output},
    Key{"completion_tokens", Field::output},
    Key{"ephemeral_1h_input_tokens", Field::cache_write_1h},
    Key{"ephemeral_5m_input_tokens", Field::cache_write_5m},
    Key{"eval_count", Field::output, Format::ollama},
    Key{"input_cached_tokens", Field::cached_inside},
    Key{"input_tokens", Field::input},
    Key{"input_uncached_tokens", Field::uncached},
    Key{"n_cached_context_tokens_total", Field::cached_inside, Format::openai_usage},
    Key{"n_context_tokens_total", Field::prompt},
    Key{"n_generated_tokens_total", Field::output},
    Key{"n_non_cached_context_tokens_total", Field::uncached},
    Key{"n_requests", Field::requests, Format::openai_usage},
    Key{"num_model_requests", Field::requests, Format::openai_usage},
    Key{"num_requests", Field::requests},
    Key{"num_turns", Field::turns},
    Key{"output_tokens", Field::output},
    Key{"predicted_n", Field::output, Format::llama_server},
    Key{"promptTokenCount", Field::prompt},
    Key{"prompt_cache_hit_tokens", Field::cached_inside},
    Key{"prompt_eval_count", Field::prompt, Format::ollama},
    Key{"prompt_n", Field::prompt, Format::llama_server},
    Key{"prompt_tokens", Field::prompt},
    Key{"reasoning_output_tokens", Field::reasoning},
    Key{"reasoning_tokens", Field::reasoning},
    Key{"request_count", Field::requests},
    Key{"requests", Field::requests},
    Key{"thoughtsTokenCount", Field::thoughts_beside},
    Key{"tokens_cached", Field::cached_inside, Format::openrouter},
    Key{"tokens_completion", Field::output, Format::openrouter},
    Key{"tokens_prompt", Field::prompt, Format::openrouter},
    Key{"tokens_reasoning", Field::reasoning, Format::openrouter},
    Key{"uncached_input_tokens", Field::uncached, Format::anthropic_usage},
    Key{"usage_input_tokens_cache_read", Field::cache_read, Format::anthropic_usage},
    Key{"usage_input_tokens_cache_write_1h", Field::cache_write_1h, Format::anthropic_usage},
    Key{"usage_input_tokens_cache_write_5m", Field::cache_write_5m, Format::anthropic_usage},
    Key{"usage_input_tokens_no_cache", Field::uncached, Format::anthropic_usage},
    Key{"usage_output_tokens", Field::output, Format::anthropic_usage},
};
/// What a record says about itself. Sorted by name.
constexpr std::array k_texts = {
    Key{"aggregation_timestamp", Field::time},
    Key{"byok_usage_inference", Field::kind, Format::openrouter},  // told apart by it; its value is not used
    Key{"call_type", Field::kind, Format::litellm},
    Key{"created", Field::time},
    Key{"created_at", Field::time},
    Key{"date", Field::time},
    Key{"generation_id", Field::id, Format::openrouter},
    Key{"id", Field::id},
    Key{"model", Field::model},
    Key{"model_permaslug", Field::model, Format::openrouter},
    Key{"model_version", Field::model},
    Key{"requestId", Field::request_id},
    Key{"request_id", Field::request_id},
    Key{"snapshot_id", Field::model},
    Key{"startTime", Field::time, Format::litellm},
    Key{"start_time", Field::time},
    Key{"start_time_iso", Field::time},
    Key{"starting_at", Field::time},
    Key{"timestamp", Field::time},
    Key{"usage_date_utc", Field::time},
};
constexpr std::array k_doors = {
    Door{Place::record, "data", Place::record},  // pages, buckets and rows: arrays only
    Door{Place::record, "results", Place::record},
    Door{Place::record, "usage", Place::usage, 3, Format::api_responses},
    Door{Place::record, "usageMetadata", Place::usage, 3, Format::api_responses},
    Door{Place::record, "timings", Place::timings, 5, Format::llama_server},
    Door{Place::record, "metadata", Place::metadata},
    Door{Place::record, "message", Place::message},
    Door{Place::record, "result", Place::response},
    Door{Place::record, "response", Place::response},
    Door{Place::record, "payload", Place::payload},
    Door{Place::record, "cache_creation", Place::details},
    Door{Place::message, "usage", Place::usage, 4, Format::agent_log},
    Door{Place::response, "usage", Place::usage, 3, Format::api_responses},
    Door{Place::response, "body", Place::response},
    Door{Place::response, "message", Place::message},
    Door{Place::payload, "info", Place::info},
    Door{Place::info, "last_token_usage", Place::usage, 4, Format::agent_log},
    Door{Place::info, "total_token_usage", Place::session_sum},
    Door{Place::metadata, "usage_object", Place::usage, 2, Format::litellm},
    Door{Place::usage, "cache_creation", Place::details},
    Door{Place::usage, "prompt_tokens_details", Place::details},
    Door{Place::usage, "input_tokens_details", Place::details},
    Door{Place::usage, "completion_tokens_details", Place::details},
    Door{Place::usage, "output_tokens_details", Place::details},
};

template <std::size_t N>
const Key* find(const std::array<Key, N>& keys, std::string_view name) {
  const auto found = std::lower_bound(keys.begin(), keys.end(), name,
                                      [](const Key& key, std::string_view text) { return key.name < text; });
  return found != keys.end() && found->name == name ? &*found : nullptr;
}
static_assert(std::is_sorted(k_numbers.begin(), k_numbers.end(),
                             [](const Key& a, const Key& b) { return a.name < b.name; }));
static_assert(std::is_sorted(k_texts.begin(), k_texts.end(), [](const Key& a, const Key& b) { return a.name < b.name; }));

Meaning field(const Key& key) { return {.known = true, .field = key.field, .format = key.format}; }

bool holds_numbers(Place place) {
  return place == Place::record || place == Place::usage || place == Place::details || place == Place::timings;
}
bool holds_texts(Place place) {
  return place == Place::record || place == Place::message || place == Place::response || place == Place::payload;
}

}  // namespace

Meaning meaning_of(Place place, std::string_view key) {
  for (const Door& door : k_doors) {
    if (door.from == place && door.name == key)
      return {.known = true, .is_place = true, .place = door.to, .rank = door.rank, .format = door.format};
  }
  if (place == Place::session_sum && key == "total_tokens") return {.known = true, .field = Field::session_total};
  if (holds_numbers(place)) {
    if (const Key* number = find(k_numbers, key)) return field(*number);
  }
  if (holds_texts(place)) {
    if (const Key* text = find(k_texts, key)) return field(*text);
  }
  return {};
}

Meaning meaning_of_column(std::string_view title) {
  std::string name;
  for (const char c : title) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain) {
      name += lower;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name == "starttime") name = "startTime";  // the one column that is spelled with a capital
  if (name == "amount") return {.known = true, .field = Field::amount};
  if (name == "type") return {.known = true, .field = Field::kind};
  if (name == "input_cache_hit_tokens") return {.known = true, .field = Field::cached_inside, .format = Format::deepseek};
  if (name == "input_cache_miss_tokens") return {.known = true, .field = Field::uncached, .format = Format::deepseek};
  return meaning_of(Place::record, name);
}

}  // namespace canirun::usage
