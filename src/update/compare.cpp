// SPDX-License-Identifier: MIT
#include "update/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace canirun::update {
namespace {

using Index = std::unordered_map<std::string, std::vector<const ListedPrice*>>;

/// Lists repeat a model under several names; figures may differ in a last digit.
bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) <= 1e-6 * std::abs(*a));
}
bool same_in_and_out(const Rates& a, const Rates& b) { return same(a.input, b.input) && same(a.output, b.output); }

std::string key_of(std::string_view provider, std::string_view model) {
  return std::string(provider) + "\n" + std::string(model);
}

Index index_of(const Reading& reading) {
  Index index;
  for (const ListedPrice& price : reading.prices) index[key_of(price.provider, price.model)].push_back(&price);
  return index;
}

/// What a list has of a record: by its own name, else by any alias when all agree.
struct Found {
  const ListedPrice* price = nullptr;
  std::string trouble;  ///< why none is taken although there are some
};
Found find_in(const Index& index, const ApiPrice& record) {
  const std::size_t slash = record.id.find('/');
  if (slash == std::string::npos) return {};
  const std::string_view provider = std::string_view(record.id).substr(0, slash);
  std::vector<const ListedPrice*> found;
  const auto look = [&](std::string_view name) {
    if (const auto at = index.find(key_of(provider, name)); at != index.end())
      found.insert(found.end(), at->second.begin(), at->second.end());
  };
  look(std::string_view(record.id).substr(slash + 1));
  if (found.empty()) {
    for (const std::string& alias : record.aliases) look(alias);
  }
  for (const ListedPrice* price : found) {
    if (same_in_and_out(price->rates, found.front()->rates)) continue;
    return {nullptr, fmt::format("{} and {} have different prices", found.front()->entry, price->entry)};
  }
  return {found.empty() ? nullptr : found.front(), {}};
}

/// Cached prices: the list's; else what was known, while the input price it belongs to still holds.
std::optional<double> cached(const std::optional<double>& listed, const std::optional<double>& known, bool input_holds) {
  return listed ? listed : input_holds ? known : std::nullopt;
}

bool same_kinds(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

bool same_facts(const ApiPrice& a, const ApiPrice& b) {
  return same(a.context_tokens, b.context_tokens) && a.released == b.released && a.open_weights == b.open_weights &&
         same_kinds(a.input_kinds, b.input_kinds);
}

/// The record with the list's figures; empty text, or why that cannot be.
std::string apply(const ListedPrice& price, const std::string& today, ApiPrice& record) {
  const Rates& rates = price.rates;
  const bool input_holds = same(record.input_usd_per_mtok, rates.input);
  const bool holds = input_holds && same(record.output_usd_per_mtok, rates.output);
  for (PriceTier& tier : record.tiers) {
    const auto listed = std::find_if(price.tiers.begin(), price.tiers.end(),
                                     [&](const ListedTier& each) { return each.above_tokens == tier.above_tokens; });
    if (listed == price.tiers.end()) {
      if (holds) continue;
      return fmt::format("its price above {:.0f} tokens is not listed, and the old one belongs to the old price",
                         tier.above_tokens);
    }
    const bool tier_input_holds = same(tier.input_usd_per_mtok, listed->rates.input);
    tier.input_usd_per_mtok = *listed->rates.input;
    tier.output_usd_per_mtok = *listed->rates.output;
    tier.cache_read_usd_per_mtok = cached(listed->rates.cache_read, tier.cache_read_usd_per_mtok, tier_input_holds);
    tier.cache_write_usd_per_mtok = cached(listed->rates.cache_write, tier.cache_write_usd_per_mtok, tier_input_holds);
  }
  if (!holds && !record.windows.empty())
    return "its prices by the hour are not listed, and the old ones belong to the old price";
  record.input_usd_per_mtok = *rates.input;
  record.output_usd_per_mtok = *rates.output;
  record.cache_read_usd_per_mtok = cached(rates.cache_read, record.cache_read_usd_per_mtok, input_holds);
  record.cache_write_usd_per_mtok = cached(rates.cache_write, record.cache_write_usd_per_mtok, input_holds);
  if (!holds || record.valid_until < today) record.valid_until.clear();

  // Facts: the list's where it has them. What a known open model is, its own record says.
  const ListedFacts& facts = price.facts;
  if (facts.context_tokens) record.context_tokens = facts.context_tokens;
  if (record.open_model.empty()) {
    if (!facts.released.empty()) record.released = facts.released;
    if (!facts.input_kinds.empty() && !same_kinds(facts.input_kinds, record.input_kinds))
      record.input_kinds = facts.input_kinds;
    if (facts.open_weights) record.open_weights = facts.open_weights;
  }
  return {};
}

/// Calls f(name, old, new) for each rate of two versions of a record.
template <class F>
void each_rate(const ApiPrice& a, const ApiPrice& b, F&& f) {
  f("input", std::optional(a.input_usd_per_mtok), std::optional(b.input_usd_per_mtok));
  f("cache read", a.cache_read_usd_per_mtok, b.cache_read_usd_per_mtok);
  f("cache write", a.cache_write_usd_per_mtok, b.cache_write_usd_per_mtok);
  f("output", std::optional(a.output_usd_per_mtok), std::optional(b.output_usd_per_mtok));
  for (std::size_t i = 0; i < a.tiers.size() && i < b.tiers.size(); ++i) {
    f("tier input", std::optional(a.tiers[i].input_usd_per_mtok), std::optional(b.tiers[i].input_usd_per_mtok));
    f("tier cache read", a.tiers[i].cache_read_usd_per_mtok, b.tiers[i].cache_read_usd_per_mtok);
    f("tier cache write", a.tiers[i].cache_write_usd_per_mtok, b.tiers[i].cache_write_usd_per_mtok);
    f("tier output", std::optional(a.tiers[i].output_usd_per_mtok), std::optional(b.tiers[i].output_usd_per_mtok));
  }
}

/// What moved; empty text, or which rate moved too far.
std::string measure(Listed& listed) {
  std::string too_far;
  each_rate(listed.before, listed.after,
            [&](std::string_view name, const std::optional<double>& old, const std::optional<double>& now) {
              if (same(old, now)) return;
              listed.changed = true;
              if (!old || !now || !(*old > 0)) return;
              const double factor = *now / *old;
              if (std::abs(std::log(factor)) > std::abs(std::log(listed.factor))) listed.factor = factor;
              if (too_far.empty() && std::abs(std::log(factor)) > std::log(k_most_factor))
                too_far = fmt::format("{} {:.6g} -> {:.6g} USD moved by more than a factor of {:.0f}", name, *old, *now,
                                      k_most_factor);
            });
  listed.facts_changed = !same_facts(listed.before, listed.after);
  return too_far;
}

/// The list's version of a record, or why it is not believed.
std::string listed_from(const ApiPrice& record, const ListedPrice& price, const Reading& reading, const std::string& today,
                        Listed& listed) {
  listed = {.before = record, .after = record, .list = reading.list, .entry = price.entry};
  std::string trouble = apply(price, today, listed.after);
  if (trouble.empty()) trouble = measure(listed);
  const ListFacts& facts = facts_of(reading.list);
  const std::string_view url = reading.url.empty() ? facts.url : std::string_view(reading.url);
  listed.after.provenance = {Basis::published, fmt::format("{} ({}), entry {}", facts.name, url, price.entry), today};
  return trouble;
}

Rates rates_of(const ApiPrice& price) {
  return {price.input_usd_per_mtok, price.cache_read_usd_per_mtok, price.cache_write_usd_per_mtok,
          price.output_usd_per_mtok};
}

}  // namespace

bool same_figures(const ApiPrice& a, const ApiPrice& b) {
  bool same_rates = a.tiers.size() == b.tiers.size() && a.valid_until == b.valid_until;
  each_rate(a, b, [&](std::string_view, const std::optional<double>& old, const std::optional<double>& now) {
    same_rates = same_rates && same(old, now);
  });
  return same_rates && same_facts(a, b);
}

Comparison compare(std::span<const ApiPrice> known, std::span<const Reading> readings, const std::string& today) {
  std::vector<Index> indexes;
  indexes.reserve(readings.size());
  for (const Reading& reading : readings) indexes.push_back(index_of(reading));

  Comparison result;
  for (const ApiPrice& record : known) {
    std::optional<Listed> taken;
    bool any = false;
    for (std::size_t i = 0; i < readings.size(); ++i) {
      const PriceList list = readings[i].list;
      const Found found = find_in(indexes[i], record);
      if (!found.trouble.empty()) result.refused.push_back({record.id, list, {}, found.trouble});
      any = any || found.price != nullptr || !found.trouble.empty();
      if (found.price == nullptr) continue;
      if (taken) {
        const Rates ours = rates_of(taken->after);
        if (!same_in_and_out(ours, found.price->rates))
          result.disagreements.push_back({record.id, taken->list, list, ours, found.price->rates});
        continue;
      }
      Listed listed;
      std::string trouble = listed_from(record, *found.price, readings[i], today, listed);
      if (trouble.empty()) {
        taken = std::move(listed);
      } else {
        result.refused.push_back({record.id, list, found.price->entry, std::move(trouble)});
      }
    }
    if (!any) result.unlisted.push_back(record.id);
    if (taken) {
      std::vector<Listed>& where = taken->changed         ? result.changed
                                   : taken->facts_changed ? result.facts_changed
                                                          : result.confirmed;
      where.push_back(*std::move(taken));
    }
  }
  std::sort(result.changed.begin(), result.changed.end(), [](const Listed& a, const Listed& b) {
    const double by_a = std::abs(std::log(a.factor)), by_b = std::abs(std::log(b.factor));
    return by_a != by_b ? by_a > by_b : a.before.id < b.before.id;
  });
  return result;
}

}  // namespace canirun::update
