// SPDX-License-Identifier: MIT
// The file of fetched prices, and what is known before an update.
#include <algorithm>
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

/// A data file as any other.
struct PriceFile {
  std::string schema = "canirun/prices-api";
  std::uint32_t schema_version = 1;
  std::vector<ApiPrice> records;
};
template <class Archive>
void fields(Archive& a, PriceFile& value) {
  a.required("schema", value.schema);
  a.required("schema_version", value.schema_version);
  a.required("records", value.records);
}

/// The built-in record with the figures that were fetched for it; what else it says comes from this program's own data.
ApiPrice with_figures(ApiPrice record, const ApiPrice& fetched) {
  record.input_usd_per_mtok = fetched.input_usd_per_mtok;
  record.cache_read_usd_per_mtok = fetched.cache_read_usd_per_mtok;
  record.cache_write_usd_per_mtok = fetched.cache_write_usd_per_mtok;
  record.output_usd_per_mtok = fetched.output_usd_per_mtok;
  record.tiers = fetched.tiers;
  record.windows = fetched.windows;
  record.valid_until = fetched.valid_until;
  record.provenance = fetched.provenance;
  return record;
}

}  // namespace

fs::path fetched_prices_file() {
  const fs::path folder = own_data_folder();
  return folder.empty() ? folder : folder / "00-fetched-prices.json";
}

KnownPrices known_prices(const Session& session) {
  catalog::DataSet laid_over;
  std::vector<Error> told_elsewhere;  // whoever loads the catalog hears of broken files
  for (const fs::path& folder : overlay_folders(session.options()))
    catalog::read_data_folder(folder, laid_over, told_elsewhere);
  const std::string place = fetched_prices_file().string() + ":";
  std::unordered_map<std::string, const ApiPrice*> fetched;
  std::unordered_set<std::string> own;
  for (const catalog::Loaded<ApiPrice>& loaded : laid_over.of<ApiPrice>()) {
    if (loaded.place.starts_with(place)) {
      fetched[loaded.id] = &loaded.record;
    } else {
      own.insert(loaded.id);
    }
  }
  KnownPrices known;
  const catalog::Catalog built_in = catalog::Catalog::embedded();
  for (const ApiPrice& record : built_in.books().prices.api) {
    if (own.contains(record.id)) {
      ++known.own;
      continue;
    }
    const auto found = fetched.find(record.id);
    // A newer program may bring newer prices than those once fetched.
    const bool newer = found != fetched.end() && found->second->provenance.retrieved >= record.provenance.retrieved;
    if (newer) known.fetched_ids.push_back(record.id);
    known.records.push_back(newer ? with_figures(record, *found->second) : record);
  }
  return known;
}

Result<void> save_fetched_prices(const fs::path& file, const PriceUpdate& update) {
  if (file.empty()) {
    return fail(ErrorKind::io, "there is no place to keep prices: no variable names a folder for it (XDG_DATA_HOME, HOME)",
                "canirun update --dry-run only shows them");
  }
  PriceFile content;
  content.records = update.kept;
  for (const update::Listed& listed : update.comparison.changed) content.records.push_back(listed.after);
  for (const update::Listed& listed : update.comparison.confirmed) content.records.push_back(listed.after);
  std::sort(content.records.begin(), content.records.end(),
            [](const ApiPrice& a, const ApiPrice& b) { return a.id < b.id; });

  return json::replace_file(file, json::write_text(content));
}

Result<bool> forget_fetched_prices(const fs::path& file) { return json::remove_file(file); }

}  // namespace canirun::cli
