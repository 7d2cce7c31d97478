// SPDX-License-Identifier: MIT
#include "catalog/fetched_prices.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::catalog;

namespace {

ApiPrice built_in(const char* id, const char* retrieved) {
  ApiPrice price;
  price.id = id;
  price.input_usd_per_mtok = 2;
  price.output_usd_per_mtok = 10;
  price.batch_discount = 0.5;
  price.provenance = {Basis::published, "the book", retrieved};
  return price;
}
FetchedPrices day(const char* retrieved, std::vector<std::string> confirmed, std::vector<FetchedFigures> changed) {
  return {.id = std::string("list/") + retrieved,
          .source = "a list",
          .retrieved = retrieved,
          .confirmed = std::move(confirmed),
          .changed = std::move(changed)};
}
FetchedFigures figures(const char* id, double input) {
  FetchedFigures figures;
  figures.id = id;
  figures.entry = "entry-1";
  figures.input_usd_per_mtok = input;
  figures.output_usd_per_mtok = 5 * input;
  return figures;
}

}  // namespace

TEST_CASE("Fetched figures replace a record's, and nothing else of it") {
  const std::vector<FetchedPrices> fetched = {day("2026-11-01", {"a/same"}, {figures("a/moved", 1)})};
  const FetchedIndex index(fetched);
  ApiPrice moved = built_in("a/moved", "2026-09-01"), same = built_in("a/same", "2026-09-01"),
           other = built_in("a/other", "2026-09-01");
  CHECK(index.apply(moved));
  CHECK(moved.input_usd_per_mtok == 1);
  CHECK(moved.output_usd_per_mtok == 5);
  CHECK(moved.batch_discount == 0.5);
  CHECK(moved.provenance.retrieved == "2026-11-01");
  CHECK(moved.provenance.source == "a list, entry entry-1");
  CHECK(index.apply(same));
  CHECK(same.input_usd_per_mtok == 2);
  CHECK(same.provenance.retrieved == "2026-11-01");
  CHECK_FALSE(index.apply(other));
  CHECK(other.provenance.source == "the book");
}

TEST_CASE("The newest day counts, and a newer program's own figures count more") {
  const std::vector<FetchedPrices> fetched = {day("2026-11-02", {}, {figures("a/x", 3)}),
                                              day("2026-11-01", {}, {figures("a/x", 1)})};
  const FetchedIndex index(fetched);
  ApiPrice older = built_in("a/x", "2026-09-01"), newer = built_in("a/x", "2026-12-01");
  CHECK(index.apply(older));
  CHECK(older.input_usd_per_mtok == 3);
  CHECK_FALSE(index.apply(newer));
  CHECK(newer.input_usd_per_mtok == 2);
}
