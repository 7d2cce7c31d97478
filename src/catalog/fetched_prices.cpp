// SPDX-License-Identifier: MIT
#include "catalog/fetched_prices.hpp"

namespace canirun::catalog {

FetchedIndex::FetchedIndex(std::span<const FetchedPrices> fetched) {
  const auto enter = [&](std::string_view id, Entry entry) {
    Entry& at = by_id_[id];
    if (at.list == nullptr || at.list->retrieved <= entry.list->retrieved) at = entry;
  };
  for (const FetchedPrices& list : fetched) {
    for (const std::string& id : list.confirmed) enter(id, {&list, nullptr});
    for (const FetchedFigures& figures : list.changed) enter(figures.id, {&list, &figures});
  }
}

bool FetchedIndex::apply(ApiPrice& record) const {
  const auto found = by_id_.find(record.id);
  if (found == by_id_.end() || found->second.list->retrieved < record.provenance.retrieved) return false;
  const auto& [list, figures] = found->second;
  record.provenance = {Basis::published, list->source, list->retrieved};
  if (figures == nullptr) return true;
  record.provenance.source += ", entry " + figures->entry;
  record.input_usd_per_mtok = figures->input_usd_per_mtok;
  record.cache_read_usd_per_mtok = figures->cache_read_usd_per_mtok;
  record.cache_write_usd_per_mtok = figures->cache_write_usd_per_mtok;
  record.output_usd_per_mtok = figures->output_usd_per_mtok;
  record.tiers = figures->tiers;
  record.valid_until = figures->valid_until;
  record.context_tokens = figures->context_tokens;
  record.released = figures->released;
  record.input_kinds = figures->input_kinds;
  record.open_weights = figures->open_weights;
  return true;
}

}  // namespace canirun::catalog
