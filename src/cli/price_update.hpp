// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <canirun/result.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "catalog/fetched_prices.hpp"
#include "cli/session.hpp"
#include "update/compare.hpp"
#include "update/price_list.hpp"

/// The parts of `canirun update`.
namespace canirun::cli {

/// One list and where it is asked for.
struct ListSource {
  update::PriceList list = update::PriceList::models_dev;
  std::string url;   ///< asked
  std::string host;  ///< of it
  /// The url without its query, which may hold a secret: for people and files.
  std::string shown;
};
/// What came of asking.
struct ListAnswer {
  ListSource source;
  std::optional<update::Reading> reading;
  std::optional<Error> error;  ///< set when there is no reading
};
/// Everything `canirun update` has to tell.
struct PriceUpdate {
  std::vector<ListAnswer> lists;
  update::Comparison comparison;
  std::vector<update::NewOffer> added;  ///< offers that no record is of
  std::size_t own = 0;                  ///< records that the user's files have, and that are left alone
  std::filesystem::path file;           ///< where fetched prices are kept
  std::filesystem::path offers_file;    ///< and offers that are not built in
  bool written = false;
};

/// Where each list is asked for: its public address, or what the environment says. Errors: an address that is none.
Result<std::vector<ListSource>> list_sources();
/// Asks for each, one after the other. No other host than those of `sources` is asked, whatever they answer.
std::vector<ListAnswer> fetch_lists(Session& session, std::vector<ListSource> sources);

/// The file of fetched prices; empty when nothing says where this user keeps data. Its name is the first of its folder:
/// what a user has in a file of their own there is laid over it.
std::filesystem::path fetched_prices_file();
/// Beside it: records of offers that lists have and this program was not built with.
std::filesystem::path fetched_offers_file();
/// Prices as they are known before an update.
struct KnownPrices {
  std::vector<ApiPrice> records;   ///< built in or fetched, with what lists said since; without those of the user's files
  std::vector<ApiPrice> built_in;  ///< the same without anything fetched
  std::vector<catalog::FetchedPrices> fetched;
  std::size_t own = 0;
  std::string newest_price;  ///< date of the newest built-in price
};
KnownPrices known_prices(const Session& session);
/// Writes what differs from what is built in; what was fetched earlier and is on no list today stays. Each file is whole
/// at any moment.
Result<void> save_fetched_prices(const PriceUpdate& update, const KnownPrices& known);
/// True when there was something to forget.
Result<bool> forget_fetched_prices();

std::string render_update_text(const PriceUpdate& update, bool all, const report::Terminal& terminal);
/// Schema "canirun/update".
std::string update_json(const PriceUpdate& update, const report::Head& head);

}  // namespace canirun::cli
