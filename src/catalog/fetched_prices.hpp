// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/fields_money.hpp"

/// What public lists said of records that are built in: only what differs, so that reading it costs next to nothing.
namespace canirun::catalog {

/// The figures of one record as a list has them.
struct FetchedFigures {
  std::string id;     ///< of the built-in record
  std::string entry;  ///< of the list
  double input_usd_per_mtok = 0;
  std::optional<double> cache_read_usd_per_mtok, cache_write_usd_per_mtok;
  double output_usd_per_mtok = 0;
  std::vector<PriceTier> tiers;
  std::string valid_until;
  std::optional<double> context_tokens;
  std::string released;
  std::vector<std::string> input_kinds;
  std::optional<bool> open_weights;
};
/// One list on one day.
struct FetchedPrices {
  std::string id;                      ///< "models.dev/2026-11-26"
  std::string source;                  ///< the list's name and address
  std::string retrieved;               ///< ISO date
  std::vector<std::string> confirmed;  ///< ids whose figures are as built in: seen on that day
  std::vector<FetchedFigures> changed;
};

/// Fetched figures by id; the newest counts. Points into the records it was made of.
class FetchedIndex {
 public:
  FetchedIndex() = default;
  explicit FetchedIndex(std::span<const FetchedPrices> fetched);

  /// Puts the figures and their date into the record; false, and nothing is changed, when there are none or the record's
  /// own are newer: a newer program may bring newer prices than those once fetched.
  bool apply(ApiPrice& record) const;

 private:
  struct Entry {
    const FetchedPrices* list = nullptr;
    const FetchedFigures* figures = nullptr;  ///< null: confirmed
  };
  std::unordered_map<std::string_view, Entry> by_id_;
};

template <class Archive>
void fields(Archive& a, FetchedFigures& value) {
  a.required("id", value.id);
  a.required("entry", value.entry);
  a.required("input_usd_per_mtok", value.input_usd_per_mtok);
  a.optional("cache_read_usd_per_mtok", value.cache_read_usd_per_mtok);
  a.optional("cache_write_usd_per_mtok", value.cache_write_usd_per_mtok);
  a.required("output_usd_per_mtok", value.output_usd_per_mtok);
  a.optional("tiers", value.tiers);
  a.optional("valid_until", value.valid_until);
  a.optional("context_tokens", value.context_tokens);
  a.optional("released", value.released);
  a.optional("input_kinds", value.input_kinds);
  a.optional("open_weights", value.open_weights);
}
template <class Archive>
void fields(Archive& a, FetchedPrices& value) {
  a.required("id", value.id);
  a.required("source", value.source);
  a.required("retrieved", value.retrieved);
  a.optional("confirmed", value.confirmed);
  a.optional("changed", value.changed);
}

}  // namespace canirun::catalog
