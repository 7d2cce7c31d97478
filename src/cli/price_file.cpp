// SPDX-License-Identifier: MIT
// The files of fetched prices, and what is known before an update.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/result.hpp>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "catalog/data_file.hpp"
#include "catalog/fields_money.hpp"
#include "cli/price_update.hpp"
#include "cli/system.hpp"
#include "json/kept_file.hpp"
#include "json/text.hpp"

namespace canirun::cli {
namespace {

namespace fs = std::filesystem;
using catalog::FetchedFigures;
using catalog::FetchedPrices;

fs::path in_own_folder(const char* name) {
  const fs::path folder = own_data_folder();
  return folder.empty() ? folder : folder / name;
}

/// One JSON object, without the keys that say nothing: these files are read by every command that names a price.
class Object {
 public:
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) put(key, json::quoted(value));
  }
  void number(std::string_view key, const std::optional<double>& value) {
    if (value) put(key, fmt::format("{:.10g}", *value));
  }
  void flag(std::string_view key, const std::optional<bool>& value) {
    if (value) put(key, *value ? "true" : "false");
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    std::vector<std::string> quoted;
    for (const std::string& value : values) quoted.push_back(json::quoted(value));
    if (!quoted.empty()) put(key, fmt::format("[{}]", fmt::join(quoted, ", ")));
  }
  void objects(std::string_view key, const std::vector<std::string>& values, std::string_view between) {
    if (!values.empty()) put(key, fmt::format("[{}]", fmt::join(values, between)));
  }
  void object(std::string_view key, const std::string& value) { put(key, value); }
  [[nodiscard]] std::string take() const { return "{" + body_ + "}"; }

 private:
  void put(std::string_view key, const std::string& value) {
    body_ += fmt::format("{}\"{}\": {}", body_.empty() ? "" : ", ", key, value);
  }
  std::string body_;
};

template <class Rates>
void put_rates(Object& object, const Rates& rates) {
  object.number("input_usd_per_mtok", rates.input_usd_per_mtok);
  object.number("cache_read_usd_per_mtok", rates.cache_read_usd_per_mtok);
  object.number("cache_write_usd_per_mtok", rates.cache_write_usd_per_mtok);
  object.number("output_usd_per_mtok", rates.output_usd_per_mtok);
}

/// What a price record and fetched figures have in common.
template <class Price>
void put_figures(Object& object, const Price& price) {
  put_rates(object, price);
  std::vector<std::string> tiers;
  for (const PriceTier& tier : price.tiers) {
    Object inner;
    inner.number("above_tokens", tier.above_tokens);
    put_rates(inner, tier);
    tiers.push_back(inner.take());
  }
  object.objects("tiers", tiers, ", ");
  object.text("valid_until", price.valid_until);
  object.number("context_tokens", price.context_tokens);
  object.text("released", price.released);
  object.texts("input_kinds", price.input_kinds);
  object.flag("open_weights", price.open_weights);
}

std::string figures_text(const ApiPrice& price, const std::string& entry) {
  Object object;
  object.text("id", price.id);
  object.text("entry", entry);
  put_figures(object, price);
  return object.take();
}

std::string offer_text(const ApiPrice& price) {
  Object object, provenance;
  object.text("id", price.id);
  object.texts("aliases", price.aliases);
  object.text("provider", price.provider);
  object.text("model_name", price.model_name);
  object.text("open_model", price.open_model);
  put_figures(object, price);
  provenance.text("basis", std::string(name_of(price.provenance.basis)));
  provenance.text("source", price.provenance.source);
  provenance.text("retrieved", price.provenance.retrieved);
  object.object("provenance", provenance.take());
  return object.take();
}

std::string file_text(std::string_view schema, const std::vector<std::string>& records) {
  return fmt::format("{{\n\"schema\": \"{}\", \"schema_version\": 1,\n\"records\": [\n{}\n]}}\n", schema,
                     fmt::join(records, ",\n"));
}

/// What one list said on one day, as it will be written.
struct ListDay {
  std::string source, retrieved;
  std::vector<std::string> confirmed, changed;
};
using ListDays = std::map<std::string, ListDay>;  ///< by id: "models.dev/2026-11-26"

std::string list_source(const PriceUpdate& update, update::PriceList list) {
  for (const ListAnswer& answer : update.lists) {
    if (answer.source.list == list) return fmt::format("{} ({})", update::facts_of(list).name, answer.source.shown);
  }
  return std::string(update::facts_of(list).name);
}

ListDays days_to_write(const PriceUpdate& update, const KnownPrices& known) {
  std::unordered_map<std::string, const ApiPrice*> built_in;
  for (const ApiPrice& record : known.built_in) built_in[record.id] = &record;
  std::unordered_set<std::string> listed_today;
  ListDays days;
  const auto add = [&](const update::Listed& listed) {
    listed_today.insert(listed.after.id);
    const auto at = built_in.find(listed.after.id);
    if (at == built_in.end()) return;  // an offer: its whole record is in the other file
    const std::string& today = listed.after.provenance.retrieved;
    ListDay& day = days[fmt::format("{}/{}", update::facts_of(listed.list).id, today)];
    day.source = list_source(update, listed.list);
    day.retrieved = today;
    if (update::same_figures(*at->second, listed.after)) {
      day.confirmed.push_back(json::quoted(listed.after.id));
    } else {
      day.changed.push_back(figures_text(listed.after, listed.entry));
    }
  };
  for (const auto* list : {&update.comparison.changed, &update.comparison.facts_changed, &update.comparison.confirmed})
    std::for_each(list->begin(), list->end(), add);

  // What no list has today was said on an earlier day.
  for (const FetchedPrices& earlier : known.fetched) {
    ListDay old{.source = earlier.source, .retrieved = earlier.retrieved, .confirmed = {}, .changed = {}};
    for (const std::string& id : earlier.confirmed)
      if (built_in.contains(id) && !listed_today.contains(id)) old.confirmed.push_back(json::quoted(id));
    for (const FetchedFigures& figures : earlier.changed) {
      if (!built_in.contains(figures.id) || listed_today.contains(figures.id)) continue;
      Object object;
      object.text("id", figures.id);
      object.text("entry", figures.entry);
      put_figures(object, figures);
      old.changed.push_back(object.take());
    }
    if (old.confirmed.empty() && old.changed.empty()) continue;
    ListDay& day = days[earlier.id];
    day.source = old.source;
    day.retrieved = old.retrieved;
    day.confirmed.insert(day.confirmed.end(), old.confirmed.begin(), old.confirmed.end());
    day.changed.insert(day.changed.end(), old.changed.begin(), old.changed.end());
  }
  return days;
}

/// Offers that are not built in: those fetched earlier, as the lists have them now, and the new ones.
std::vector<std::string> offers_to_write(const PriceUpdate& update, const KnownPrices& known) {
  std::unordered_set<std::string> built_in;
  for (const ApiPrice& record : known.built_in) built_in.insert(record.id);
  std::map<std::string, std::string> offers;
  const auto add = [&](const ApiPrice& price) {
    if (!built_in.contains(price.id)) offers[price.id] = offer_text(price);
  };
  for (const ApiPrice& record : known.records) add(record);
  for (const auto* list : {&update.comparison.changed, &update.comparison.facts_changed, &update.comparison.confirmed})
    for (const update::Listed& listed : *list) add(listed.after);
  for (const update::NewOffer& offer : update.added) add(offer.price);
  std::vector<std::string> texts;
  texts.reserve(offers.size());
  for (auto& [id, text] : offers) texts.push_back(std::move(text));
  return texts;
}

}  // namespace

fs::path fetched_prices_file() { return in_own_folder("00-fetched-prices.json"); }
fs::path fetched_offers_file() { return in_own_folder("00-fetched-offers.json"); }

KnownPrices known_prices(const Session& session) {
  catalog::DataSet laid_over;
  std::vector<Error> told_elsewhere;  // whoever loads the catalog hears of broken files
  for (const fs::path& folder : overlay_folders(session.options()))
    catalog::read_data_folder(folder, laid_over, told_elsewhere);

  const std::string offers_place = fetched_offers_file().string() + ":", prices_place = fetched_prices_file().string() + ":";
  KnownPrices known;
  std::unordered_set<std::string> own;
  std::vector<ApiPrice> offers;
  for (const catalog::Loaded<ApiPrice>& loaded : laid_over.of<ApiPrice>()) {
    if (loaded.place.starts_with(offers_place)) {
      offers.push_back(loaded.record);
    } else if (!loaded.place.starts_with(prices_place)) {
      own.insert(loaded.id);
    }
  }
  for (const catalog::Loaded<FetchedPrices>& loaded : laid_over.of<FetchedPrices>()) {
    if (loaded.place.starts_with(prices_place)) known.fetched.push_back(loaded.record);
  }

  const catalog::Catalog built_in = catalog::Catalog::embedded();
  const catalog::FetchedIndex fetched(known.fetched);
  std::unordered_set<std::string> ids;
  for (const ApiPrice& record : built_in.books().prices.api) {
    ids.insert(record.id);
    known.newest_price = std::max(known.newest_price, record.provenance.retrieved);
    if (own.contains(record.id)) {
      ++known.own;
      continue;
    }
    known.built_in.push_back(record);
    known.records.push_back(record);
    fetched.apply(known.records.back());
  }
  for (ApiPrice& offer : offers) {  // a newer program may have it built in
    if (!own.contains(offer.id) && ids.insert(offer.id).second) known.records.push_back(std::move(offer));
  }
  return known;
}

Result<void> save_fetched_prices(const PriceUpdate& update, const KnownPrices& known) {
  if (update.file.empty()) {
    return fail(ErrorKind::io, "there is no place to keep prices: no variable names a folder for it (XDG_DATA_HOME, HOME)",
                "canirun update --dry-run only shows them");
  }
  const std::vector<std::string> offers = offers_to_write(update, known);
  const Result<void> kept =
      offers.empty() ? Result<void>() : json::replace_file(update.offers_file, file_text("canirun/prices-api", offers));
  if (!kept) return kept;
  std::vector<std::string> records;
  for (const auto& [id, day] : days_to_write(update, known)) {
    records.push_back(
        fmt::format("{{\"id\": {}, \"source\": {}, \"retrieved\": {},\n\"confirmed\": [{}],\n\"changed\": [\n{}\n]}}",
                    json::quoted(id), json::quoted(day.source), json::quoted(day.retrieved), fmt::join(day.confirmed, ", "),
                    fmt::join(day.changed, ",\n")));
  }
  return json::replace_file(update.file, file_text("canirun/prices-fetched", records));
}

Result<bool> forget_fetched_prices() {
  Result<bool> offers = json::remove_file(fetched_offers_file());
  if (!offers) return offers;
  Result<bool> prices = json::remove_file(fetched_prices_file());
  if (!prices) return prices;
  return *offers || *prices;
}

}  // namespace canirun::cli
