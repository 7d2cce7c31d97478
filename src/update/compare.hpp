// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "update/price_list.hpp"

/// What lists say of prices that are known: old and new, side by side.
namespace canirun::update {

/// A price that moves further at once is a mistake of the list more often than news.
inline constexpr double k_most_factor = 20;

/// A record for which a list has a price.
struct Listed {
  ApiPrice before, after;  ///< `after` has today's date and the list as its source
  PriceList list = PriceList::models_dev;
  std::string entry;           ///< of the list
  double factor = 1;           ///< of the rate that moved furthest, new over old; 1: no rate moved
  bool changed = false;        ///< some rate is another one, or known, or unknown now
  bool facts_changed = false;  ///< its context, date, kinds of input or licence is another one, or known now
};
/// A known open model and every name its weights go by.
struct OpenModel {
  std::string id, name;
  std::vector<std::string> names;  ///< repository ("Qwen/Qwen3-8B") and aliases
};
/// An offer that no record is of.
struct NewOffer {
  ApiPrice price;
  PriceList list = PriceList::models_dev;
  std::string entry;
};
/// A price of a known record that was not taken.
struct RefusedPrice {
  std::string id;
  PriceList list = PriceList::models_dev;
  std::string entry, reason;
};
/// Two lists say different things of one record; the first of them counts.
struct Disagreement {
  std::string id;
  PriceList taken = PriceList::models_dev, other = PriceList::lite_llm;
  Rates taken_rates, other_rates;
};
struct Comparison {
  std::vector<Listed> changed;        ///< the one that moved most first
  std::vector<Listed> facts_changed;  ///< same price, other facts
  std::vector<Listed> confirmed;      ///< as known, seen today
  std::vector<std::string> unlisted;  ///< ids no list has
  std::vector<RefusedPrice> refused;
  std::vector<Disagreement> disagreements;
};

/// Looks up each record by its provider (the id up to the first slash) and, letter by letter, by the rest of its id or its
/// aliases. `today`: ISO date. Figures a list does not have are taken from nowhere: a cached price that belonged to an
/// input price of yesterday is unknown now.
/// Nothing is different but where it was seen, and when.
bool same_figures(const ApiPrice& a, const ApiPrice& b);
Comparison compare(std::span<const ApiPrice> known, std::span<const Reading> readings, const std::string& today);

/// Offers of known providers that no record is of: known open models (found by their repository's name, letter by letter
/// but for case), and closed models that came out after `since`, an ISO date.
std::vector<NewOffer> new_offers(std::span<const ApiPrice> known, std::span<const Reading> readings,
                                 std::span<const OpenModel> models, const std::string& since, const std::string& today);

}  // namespace canirun::update
