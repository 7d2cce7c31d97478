// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/result.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Public price lists that anyone may read without a key: bytes -> prices. Knows no network and no file.
namespace canirun::update {

/// In the order in which they are believed: a host's own list before one that others keep.
enum class PriceList { open_router, models_dev, lite_llm };
inline constexpr std::array k_price_lists = {PriceList::open_router, PriceList::models_dev, PriceList::lite_llm};

struct ListFacts {
  std::string_view id, name;
  std::string_view url;       ///< where it is published
  std::string_view variable;  ///< of the environment: another address for it
};
const ListFacts& facts_of(PriceList list);

/// No list is nearly as long.
inline constexpr std::size_t k_most_list_bytes = std::size_t{32} << 20U;

/// USD per million tokens. Absent: the list does not say, or says 0, which lists also write for what they do not know.
struct Rates {
  std::optional<double> input, cache_read, cache_write, output;
  bool operator==(const Rates&) const = default;
};
/// What a request with more input than this is billed at.
struct ListedTier {
  double above_tokens = 0;
  Rates rates;
};
/// What a list says of a model beside its price. Absent: it does not say, or says something that cannot be.
struct ListedFacts {
  std::optional<double> context_tokens;
  std::string released;                  ///< ISO date
  std::vector<std::string> input_kinds;  ///< sorted: "image", "pdf", "text", ...
  std::optional<bool> open_weights;
  std::string hf_repo;  ///< where the weights are
  std::string name;     ///< for people
};
struct ListedPrice {
  std::string provider;  ///< as in the ids of the catalog's price records ("fireworks-ai")
  std::string model;     ///< as the provider's API names it
  std::string entry;     ///< how the list names it, for people who look it up
  Rates rates;           ///< input and output are there
  std::vector<ListedTier> tiers;
  ListedFacts facts = {};
};
/// What was not taken, and why.
struct Refusal {
  std::string entry, reason;
};
struct Reading {
  PriceList list = PriceList::models_dev;
  std::string url = {};  ///< where it was read; empty: where it is published
  std::vector<ListedPrice> prices;
  std::size_t unpriced = 0;       ///< entries without a price for input or output
  std::size_t refused_count = 0;  ///< entries that are wrong
  std::vector<Refusal> refused;   ///< the first of them
};

/// Reads a list. An entry that is wrong is counted and named, the rest is taken. Errors: no JSON, not this list's shape,
/// a list without any price.
Result<Reading> read_price_list(PriceList list, std::string_view text);

}  // namespace canirun::update
