// SPDX-License-Identifier: MIT
// openrouter.ai/api/v1/models: {"data": [{"id": "AUTHOR/MODEL", "pricing": {"prompt": "USD per token", ...}}]}. These are
// OpenRouter's own prices: the cheapest host it sends to, not what the author bills.
#include "update/list_parts.hpp"

namespace canirun::update {

bool read_open_router(json::View root, Reading& reading) {
  const json::View models = root.at("data");
  if (!models.is_array()) return false;
  std::size_t number = 0;
  models.each_element([&](json::View model) {
    const std::string place = "/data/" + std::to_string(number++);
    const std::optional<std::string> id = model.at("id").text();
    if (!id || id->empty()) return refuse(reading, place, "it has no id");
    const json::View pricing = model.at("pricing");
    if (pricing && !pricing.is_object()) return refuse(reading, *id, "its pricing is no object");
    EntryReader entry(pricing, 1);
    ListedPrice price{.provider = "openrouter", .model = *id, .entry = *id, .rates = {}, .tiers = {}, .facts = {}};
    price.rates.input = entry.rate("prompt");
    price.rates.cache_read = entry.rate("input_cache_read");
    price.rates.cache_write = entry.rate("input_cache_write");
    price.rates.output = entry.rate("completion");
    price.facts = {.context_tokens = context_of(model.at("context_length")),
                   .released = {},
                   .input_kinds = kinds_of(model.at("architecture").at("input_modalities")),
                   .open_weights = {},
                   .hf_repo = short_text(model.at("hugging_face_id")),
                   .name = short_text(model.at("name"))};
    if (!price.facts.hf_repo.empty()) price.facts.open_weights = true;
    take(reading, std::move(price), entry.wrong());
  });
  return true;
}

}  // namespace canirun::update
