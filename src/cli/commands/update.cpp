// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/bench_runs.hpp"
#include "cli/commands.hpp"
#include "cli/price_update.hpp"
#include "report/document.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

Result<void> check_wishes(const Options& options) {
  if (options.forget && options.dry_run) {
    return fail(ErrorKind::usage, "--forget and --dry-run are two different wishes", "give one of them");
  }
  if (options.offline && !options.forget) {
    return fail(ErrorKind::network, "canirun update asks public price lists, and --offline was given",
                "without --offline they are asked for; the prices built in or fetched earlier stay in use");
  }
  return check_data_folders(options);
}

Result<int> forget(Session& session) {
  const std::filesystem::path file = fetched_prices_file();
  const Result<bool> removed = forget_fetched_prices();
  if (!removed) return tl::unexpected<Error>(removed.error());
  if (session.options().json) {
    report::Document document("canirun/update", session.head());
    document.root().set("file", file.string());
    document.root().set("forgotten", *removed);
    session.print(document.text(report::JsonStyle::indented));
  } else {
    session.print(*removed ? fmt::format("removed {}\n", report::safe_text(file.string(), session.out()))
                           : "no prices have been fetched\n");
  }
  return k_yes;
}

/// Says who is asked, before anything is sent.
void name_hosts(Session& session, const std::vector<ListSource>& sources) {
  std::string hosts;
  for (const ListSource& source : sources) {
    if (hosts.find(source.host) == std::string::npos) hosts += (hosts.empty() ? "" : ", ") + source.host;
  }
  session.warn("asking for price lists at: " + hosts);
}

/// One list that does not answer is a warning; when none does, that is the answer.
Result<std::vector<update::Reading>> readings_of(Session& session, const std::vector<ListAnswer>& answers) {
  std::vector<update::Reading> readings;
  for (const ListAnswer& answer : answers) {
    if (answer.reading) readings.push_back(*answer.reading);
  }
  const bool none = readings.empty();
  for (const ListAnswer& answer : answers) {
    if (!answer.error || (none && &answer == &answers.back())) continue;
    session.warn("warning: " + answer.error->text() + (answer.error->hint.empty() ? "" : "; " + answer.error->hint));
  }
  if (!none) return readings;
  Error error = *answers.back().error;
  error.message += "; no list could be read, and all prices stay as they are";
  return tl::unexpected<Error>(std::move(error));
}

/// Every name that a list may know a model of the catalog by.
std::vector<update::OpenModel> open_models(const catalog::Catalog& catalog) {
  std::vector<update::OpenModel> models;
  for (const ModelSpec& model : catalog.models()) {
    update::OpenModel open{.id = model.id, .name = model.name, .names = model.aliases};
    open.names.push_back(model.id);
    if (!model.hf_repo.empty()) open.names.push_back(model.hf_repo);
    models.push_back(std::move(open));
  }
  return models;
}

}  // namespace

Result<int> run_update(Session& session) {
  const Options& options = session.options();
  const Result<void> sound = check_wishes(options);
  if (!sound) return tl::unexpected<Error>(sound.error());
  if (options.forget) return forget(session);

  Result<std::vector<ListSource>> sources = list_sources();
  if (!sources) return tl::unexpected<Error>(sources.error());
  name_hosts(session, *sources);
  PriceUpdate update;
  update.lists = fetch_lists(session, *std::move(sources));
  const Result<std::vector<update::Reading>> readings = readings_of(session, update.lists);
  if (!readings) return tl::unexpected<Error>(readings.error());

  const KnownPrices known = known_prices(session);
  update.own = known.own;
  update.comparison = update::compare(known.records, *readings, today_iso());
  update.added =
      update::new_offers(known.records, *readings, open_models(session.catalog()), known.newest_price, today_iso());
  update.file = fetched_prices_file();
  update.offers_file = fetched_offers_file();
  if (!options.dry_run) {
    const Result<void> saved = save_fetched_prices(update, known);
    if (!saved) return tl::unexpected<Error>(saved.error());
    update.written = true;
  }
  session.print(options.json ? update_json(update, session.head())
                             : render_update_text(update, options.explain, session.out()));
  return k_yes;
}

}  // namespace canirun::cli
