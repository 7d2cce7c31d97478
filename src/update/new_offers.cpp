// SPDX-License-Identifier: MIT
// What lists offer that no record is of yet.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "update/compare.hpp"

namespace canirun::update {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}
/// "accounts/fireworks/models/x", "Qwen/x" -> "x".
std::string last_part(std::string_view path) { return lowered(path.substr(path.rfind('/') + 1)); }

std::string_view provider_in(std::string_view id) { return id.substr(0, id.find('/')); }

/// What is known of each provider: its name for people, whether it sells closed models, what it sells.
struct Provider {
  std::string name;
  bool closed = false;
  std::unordered_set<std::string> sold;  ///< ids and aliases, lowered
};
using Providers = std::unordered_map<std::string, Provider>;

Providers providers_of(std::span<const ApiPrice> known) {
  Providers providers;
  for (const ApiPrice& record : known) {
    if (record.id.find('/') == std::string::npos) continue;
    Provider& provider = providers[std::string(provider_in(record.id))];
    provider.name = record.provider;
    provider.closed = provider.closed || record.open_model.empty();
    provider.sold.insert(lowered(record.id.substr(record.id.find('/') + 1)));
    for (const std::string& alias : record.aliases) provider.sold.insert(lowered(alias));
  }
  return providers;
}

class Names {
 public:
  explicit Names(std::span<const OpenModel> models) {
    for (const OpenModel& model : models) {
      for (const std::string& name : model.names) {
        whole_[lowered(name)] = &model;
        // Two models of one name, at two makers: neither can be told from the name alone.
        const auto [at, is_new] = parts_.try_emplace(last_part(name), &model);
        if (!is_new && at->second != &model) at->second = nullptr;
      }
    }
  }
  [[nodiscard]] const OpenModel* of(const ListedPrice& price) const {
    if (price.model.find(':') != std::string::npos) return nullptr;  // ":free", ":thinking": other terms
    if (!price.facts.hf_repo.empty()) {
      const auto at = whole_.find(lowered(price.facts.hf_repo));
      if (at != whole_.end()) return at->second;
    }
    const auto at = parts_.find(last_part(price.model));
    return at == parts_.end() ? nullptr : at->second;
  }

 private:
  std::unordered_map<std::string, const OpenModel*> whole_, parts_;
};

ApiPrice record_of(const ListedPrice& listed, const Reading& reading, const std::string& today) {
  ApiPrice price;
  price.aliases = {listed.model};
  price.input_usd_per_mtok = *listed.rates.input;
  price.output_usd_per_mtok = *listed.rates.output;
  price.cache_read_usd_per_mtok = listed.rates.cache_read;
  price.cache_write_usd_per_mtok = listed.rates.cache_write;
  for (const ListedTier& tier : listed.tiers) {
    price.tiers.push_back({.above_tokens = tier.above_tokens,
                           .input_usd_per_mtok = *tier.rates.input,
                           .cache_read_usd_per_mtok = tier.rates.cache_read,
                           .cache_write_usd_per_mtok = tier.rates.cache_write,
                           .output_usd_per_mtok = *tier.rates.output});
  }
  std::sort(price.tiers.begin(), price.tiers.end(),
            [](const PriceTier& a, const PriceTier& b) { return a.above_tokens < b.above_tokens; });
  price.context_tokens = listed.facts.context_tokens;
  const ListFacts& facts = facts_of(reading.list);
  price.provenance = {Basis::published,
                      fmt::format("{} ({}), entry {}", facts.name,
                                  reading.url.empty() ? facts.url : std::string_view(reading.url), listed.entry),
                      today};
  return price;
}

/// An id is one word.
bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::vector<NewOffer> new_offers(std::span<const ApiPrice> known, std::span<const Reading> readings,
                                 std::span<const OpenModel> models, const std::string& since, const std::string& today) {
  Providers providers = providers_of(known);
  const Names names(models);
  std::unordered_set<std::string> ids;
  for (const ApiPrice& record : known) ids.insert(record.id);

  std::vector<NewOffer> offers;
  for (const Reading& reading : readings) {
    for (const ListedPrice& listed : reading.prices) {
      const auto provider = providers.find(listed.provider);
      if (provider == providers.end() || provider->second.sold.contains(lowered(listed.model))) continue;
      const OpenModel* open = names.of(listed);
      const bool new_closed = open == nullptr && provider->second.closed && !listed.facts.open_weights.value_or(true) &&
                              listed.facts.released > since && listed.model.find_first_of(":/") == std::string::npos;
      if (open == nullptr && !new_closed) continue;
      const std::string id = listed.provider + "/" + (open != nullptr ? open->id : listed.model);
      if (!is_word(id) || !ids.insert(id).second) continue;
      provider->second.sold.insert(lowered(listed.model));

      NewOffer offer{.price = record_of(listed, reading, today), .list = reading.list, .entry = listed.entry};
      offer.price.id = id;
      offer.price.provider = provider->second.name;
      if (open != nullptr) {
        offer.price.open_model = open->id;
        offer.price.model_name = open->name;
      } else {
        offer.price.model_name = listed.facts.name.empty() ? listed.model : listed.facts.name;
        offer.price.released = listed.facts.released;
        offer.price.input_kinds = listed.facts.input_kinds;
        offer.price.open_weights = false;
      }
      offers.push_back(std::move(offer));
    }
  }
  std::sort(offers.begin(), offers.end(), [](const NewOffer& a, const NewOffer& b) { return a.price.id < b.price.id; });
  return offers;
}

}  // namespace canirun::update
