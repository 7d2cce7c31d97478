// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <string>

#include "update/compare.hpp"

using namespace canirun;
using namespace canirun::update;

namespace {

constexpr const char* k_today = "2026-11-26";

ApiPrice record(const std::string& id, double input, double output) {
  ApiPrice price;
  price.id = id;
  price.input_usd_per_mtok = input;
  price.output_usd_per_mtok = output;
  price.provenance = {Basis::published, "a list", "2026-09-01"};
  return price;
}
ListedPrice listed(const std::string& provider, const std::string& model, double input, double output) {
  return {.provider = provider,
          .model = model,
          .entry = provider + "/" + model,
          .rates = {.input = input, .cache_read = {}, .cache_write = {}, .output = output},
          .tiers = {}};
}
Reading reading(PriceList list, std::vector<ListedPrice> prices) {
  Reading result;
  result.list = list;
  result.prices = std::move(prices);
  return result;
}
Comparison against(const std::vector<ApiPrice>& known, std::vector<ListedPrice> prices) {
  return compare(known, std::vector{reading(PriceList::models_dev, std::move(prices))}, k_today);
}

}  // namespace

TEST_CASE("Old and new, the one that moved most first") {
  const Comparison result =
      against({record("a/x", 2, 10), record("a/y", 2, 10), record("a/z", 1, 1), record("a/none", 1, 1)},
              {listed("a", "x", 1.8, 10), listed("a", "y", 0.5, 10), listed("a", "z", 1, 1), listed("b", "none", 3, 3)});
  REQUIRE(result.changed.size() == 2);
  CHECK(result.changed[0].before.id == "a/y");
  CHECK(result.changed[0].factor == Approx(0.25));
  CHECK(result.changed[0].before.input_usd_per_mtok == 2);
  CHECK(result.changed[0].after.input_usd_per_mtok == 0.5);
  CHECK(result.changed[0].after.provenance.retrieved == k_today);
  CHECK_THAT(result.changed[0].after.provenance.source, Catch::Contains("https://models.dev/api.json"));
  REQUIRE(result.confirmed.size() == 1);
  CHECK(result.confirmed[0].after.provenance.retrieved == k_today);
  CHECK(result.unlisted == std::vector<std::string>{"a/none"});
}

TEST_CASE("Aliases find a record when all agree; its own name comes before them") {
  ApiPrice known = record("a/nice-name", 2, 10);
  known.aliases = {"real-name", "real-name-2025"};
  CHECK(against({known}, {listed("a", "real-name", 1, 5), listed("a", "real-name-2025", 1, 5)}).changed.size() == 1);
  const Comparison torn = against({known}, {listed("a", "real-name", 1, 5), listed("a", "real-name-2025", 2, 5)});
  CHECK(torn.changed.empty());
  REQUIRE(torn.refused.size() == 1);
  CHECK_THAT(torn.refused[0].reason, Catch::Contains("different prices"));
  CHECK(against({known}, {listed("a", "nice-name", 1, 5), listed("a", "real-name", 2, 5)}).changed.size() == 1);
}

TEST_CASE("A price that moved by more than a factor of 20 is not believed") {
  for (const double input : {2.0 / 21, 2.0 * 21}) {
    const Comparison result = against({record("a/x", 2, 10)}, {listed("a", "x", input, 10)});
    CHECK(result.changed.empty());
    REQUIRE(result.refused.size() == 1);
    CHECK_THAT(result.refused[0].reason, Catch::Contains("factor of 20"));
  }
  CHECK(against({record("a/x", 2, 10)}, {listed("a", "x", 2 * 19, 10)}).changed.size() == 1);
}

TEST_CASE("A cached price stays while its input price does, and is unknown afterwards") {
  ApiPrice known = record("a/x", 2, 10);
  known.cache_read_usd_per_mtok = 0.2;
  CHECK(against({known}, {listed("a", "x", 2, 10)}).confirmed.at(0).after.cache_read_usd_per_mtok == 0.2);
  CHECK_FALSE(against({known}, {listed("a", "x", 1, 10)}).changed.at(0).after.cache_read_usd_per_mtok);
}

TEST_CASE("Tiers and windows never outlive the price they belong to") {
  ApiPrice known = record("a/x", 2, 10);
  known.tiers = {{.above_tokens = 200000,
                  .input_usd_per_mtok = 4,
                  .cache_read_usd_per_mtok = {},
                  .cache_write_usd_per_mtok = {},
                  .output_usd_per_mtok = 15}};
  CHECK(against({known}, {listed("a", "x", 1, 10)}).refused.size() == 1);
  CHECK(against({known}, {listed("a", "x", 2, 10)}).confirmed.size() == 1);
  ListedPrice tiered = listed("a", "x", 1, 10);
  tiered.tiers = {{200000, {.input = 2, .cache_read = {}, .cache_write = {}, .output = 12}}};
  CHECK(against({known}, {tiered}).changed.at(0).after.tiers.at(0).input_usd_per_mtok == 2);
  known.tiers.clear();
  known.windows.emplace_back();
  CHECK(against({known}, {listed("a", "x", 1, 10)}).refused.size() == 1);
}

TEST_CASE("The first list counts, and that another says something else is told") {
  const std::vector readings = {reading(PriceList::models_dev, {listed("a", "x", 1, 10)}),
                                reading(PriceList::lite_llm, {listed("a", "x", 3, 10), listed("a", "y", 3, 10)})};
  const Comparison result = compare(std::vector{record("a/x", 2, 10), record("a/y", 2, 10)}, readings, k_today);
  REQUIRE(result.changed.size() == 2);
  REQUIRE(result.disagreements.size() == 1);
  CHECK(result.disagreements[0].id == "a/x");
  CHECK(result.disagreements[0].taken == PriceList::models_dev);
}
