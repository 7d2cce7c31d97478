// SPDX-License-Identifier: MIT
// models.dev/api.json: {"PROVIDER": {"models": {"MODEL": {"cost": {"input": USD per million tokens, ...}}}}}. Its names of
// providers are those of our records.
#include <charconv>

#include "update/list_parts.hpp"

namespace canirun::update {
namespace {

Rates rates_of(EntryReader& entry) {
  Rates rates;
  rates.input = entry.rate("input");
  rates.cache_read = entry.rate("cache_read");
  rates.cache_write = entry.rate("cache_write");
  rates.output = entry.rate("output");
  return rates;
}

/// "context_over_200k" -> 200000.
std::optional<double> tokens_of_tier(std::string_view key) {
  constexpr std::string_view k_start = "context_over_";
  if (!key.starts_with(k_start) || !key.ends_with('k')) return std::nullopt;
  const std::string_view digits = key.substr(k_start.size(), key.size() - k_start.size() - 1);
  unsigned thousands = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), thousands);
  if (error != std::errc() || end != digits.data() + digits.size() || thousands == 0) return std::nullopt;
  return thousands * 1000.0;
}

}  // namespace

bool read_models_dev(json::View root, Reading& reading) {
  if (!root.is_object()) return false;
  bool any_provider = false;
  root.each_member([&](const std::string& provider, json::View about) {
    const json::View models = about.at("models");
    if (!models.is_object()) return refuse(reading, provider, "it has no models");
    any_provider = true;
    models.each_member([&](const std::string& model, json::View facts) {
      const std::string name = provider + "/" + model;
      const json::View cost = facts.at("cost");
      if (!facts.is_object() || (cost && !cost.is_object())) return refuse(reading, name, "its cost is no object");
      EntryReader entry(cost, 1e6);
      ListedPrice price{
          .provider = provider, .model = model, .entry = name, .rates = rates_of(entry), .tiers = {}, .facts = {}};
      std::string wrong = entry.wrong();
      price.facts = {.context_tokens = context_of(facts.at("limit").at("context")),
                     .released = date_of(facts.at("release_date")),
                     .input_kinds = kinds_of(facts.at("modalities").at("input")),
                     .open_weights = facts.at("open_weights").flag(),
                     .hf_repo = {},
                     .name = short_text(facts.at("name"))};
      cost.each_member([&](const std::string& key, json::View rates) {
        const std::optional<double> above = tokens_of_tier(key);
        if (!above || !rates.is_object()) return;
        EntryReader tier(rates, 1e6);
        price.tiers.push_back({*above, rates_of(tier)});
        if (wrong.empty() && !tier.wrong().empty()) wrong = key + ": " + tier.wrong();
      });
      take(reading, std::move(price), wrong);
    });
  });
  return any_provider;
}

}  // namespace canirun::update
