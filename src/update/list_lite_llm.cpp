// SPDX-License-Identifier: MIT
// LiteLLM's model_prices_and_context_window.json: {"MODEL" or "PREFIX/MODEL": {"litellm_provider": ..., "mode": "chat",
// "input_cost_per_token": USD, ...}}.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "update/list_parts.hpp"

namespace canirun::update {
namespace {

/// LiteLLM's names of the providers we have records of, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 24> k_providers = {{
    {"anthropic", "anthropic"},
    {"baseten", "baseten"},
    {"cerebras", "cerebras"},
    {"cloudflare", "cloudflare-workers-ai"},
    {"cohere", "cohere"},
    {"cohere_chat", "cohere"},
    {"deepinfra", "deepinfra"},
    {"deepseek", "deepseek"},
    {"fireworks_ai", "fireworks-ai"},
    {"friendliai", "friendli"},
    {"gemini", "google"},
    {"groq", "groq"},
    {"minimax", "minimax"},
    {"mistral", "mistral"},
    {"moonshot", "moonshotai"},
    {"nebius", "nebius"},
    {"novita", "novita-ai"},
    {"openai", "openai"},
    {"openrouter", "openrouter"},
    {"ovhcloud", "ovhcloud"},
    {"together_ai", "togetherai"},
    {"wandb", "wandb"},
    {"xai", "xai"},
    {"zai", "zai"},
}};

/// Ours; LiteLLM's own where we have none.
std::string_view provider_of(std::string_view theirs) {
  const auto* const found =
      std::find_if(k_providers.begin(), k_providers.end(), [&](const auto& pair) { return pair.first == theirs; });
  return found == k_providers.end() ? theirs : found->second;
}

/// Figures of the base price, or with "_above_200k_tokens" behind each key.
Rates rates_of(EntryReader& entry, const std::string& suffix) {
  Rates rates;
  rates.input = entry.rate("input_cost_per_token" + suffix);
  rates.cache_read = entry.rate("cache_read_input_token_cost" + suffix);
  rates.cache_write = entry.rate("cache_creation_input_token_cost" + suffix);
  rates.output = entry.rate("output_cost_per_token" + suffix);
  return rates;
}

/// "input_cost_per_token_above_200k_tokens" -> "_above_200k_tokens" and 200000.
std::optional<std::pair<std::string, double>> tier_in(std::string_view key) {
  constexpr std::string_view k_start = "input_cost_per_token_above_", k_end = "k_tokens";
  if (!key.starts_with(k_start) || !key.ends_with(k_end) || key.size() <= k_start.size() + k_end.size()) return std::nullopt;
  const std::string_view digits = key.substr(k_start.size(), key.size() - k_start.size() - k_end.size());
  unsigned thousands = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), thousands);
  if (error != std::errc() || end != digits.data() + digits.size() || thousands == 0) return std::nullopt;
  return std::pair{"_above_" + std::string(digits) + "k_tokens", thousands * 1000.0};
}

bool writes_text(json::View facts) {
  const std::optional<std::string> mode = facts.at("mode").text();
  return mode == "chat" || mode == "completion" || mode == "responses";
}

}  // namespace

bool read_lite_llm(json::View root, Reading& reading) {
  if (!root.is_object()) return false;
  bool any = false;
  root.each_member([&](const std::string& key, json::View facts) {
    if (key == "sample_spec") return;  // explains the file
    if (!facts.is_object()) return refuse(reading, key, "it is no object");
    const std::optional<std::string> theirs = facts.at("litellm_provider").text();
    any = any || theirs.has_value();
    if (!theirs) return refuse(reading, key, "it names no litellm_provider");
    if (!writes_text(facts)) return;
    EntryReader entry(facts, 1);
    ListedPrice price{
        .provider = std::string(provider_of(*theirs)), .model = key, .entry = key, .rates = {}, .tiers = {}, .facts = {}};
    if (key.starts_with(*theirs + "/")) price.model = key.substr(theirs->size() + 1);
    price.rates = rates_of(entry, "");
    facts.each_member([&](const std::string& name, json::View) {
      if (const auto tier = tier_in(name)) price.tiers.push_back({tier->second, rates_of(entry, tier->first)});
    });
    price.facts.context_tokens = context_of(facts.at("max_input_tokens"));
    take(reading, std::move(price), entry.wrong());
  });
  return any;
}

}  // namespace canirun::update
