// SPDX-License-Identifier: MIT
// What a provider says of all it sells: the regions it promises, and its fees.
#include <algorithm>
#include <canirun/cost.hpp>
#include <catch2/catch.hpp>

#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

namespace {

ProviderTerms terms(const char* id, std::vector<RegionOffer> regions) {
  ProviderTerms terms;
  terms.id = id;
  terms.regions = std::move(regions);
  terms.regions_provenance = Provenance{.basis = Basis::published, .source = "its pages", .retrieved = "2026-11-01"};
  return terms;
}
CostEstimate in(const char* region, const PriceBook& prices) {
  CostInputs inputs;
  inputs.residency = region;
  return estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), prices);
}
const ApiCost& at(const CostEstimate& cost, std::string_view id) {
  const auto found = std::find_if(cost.api.begin(), cost.api.end(), [&](const ApiCost& api) { return api.price_id == id; });
  REQUIRE(found != cost.api.end());
  return *found;
}

}  // namespace

TEST_CASE("A region is promised, refused, or not known, and only the first counts") {
  PriceBook prices = book();
  prices.providers = {terms("dear", {{.region = "EU", .surcharge_share = 0.1, .only = {}, .condition = "at eu.example"}}),
                      terms("cheap", {{.region = "US", .surcharge_share = 0, .only = {}, .condition = {}}})};
  const CostEstimate anywhere = in("", prices), eu = in("eu", prices);
  const ApiCost& dear = at(eu, "dear/frontier");
  CHECK(dear.stays_in_region);
  CHECK(dear.region_note == "at eu.example");
  CHECK(dear.usd_per_year == Approx(1.1 * at(anywhere, "dear/frontier").usd_per_year));
  CHECK_FALSE(at(eu, "cheap/model-8b").stays_in_region);
  CHECK(at(eu, "cheap/model-8b").region_note == "does not promise eu");
  CHECK_FALSE(at(eu, "dearer/model-8b").stays_in_region);
  CHECK(at(eu, "dearer/model-8b").region_note == "region not known");
  CHECK(at(anywhere, "cheap/model-8b").region_note.empty());
}

TEST_CASE("Of the same weights hosted, those that stay come before cheaper ones that do not") {
  PriceBook prices = book();
  prices.providers = {terms("dearer", {{.region = "EU", .surcharge_share = 0, .only = {}, .condition = {}}})};
  const CostEstimate eu = in("EU", prices), anywhere = in("", prices);
  CHECK(eu.api[1].price_id == "dearer/model-8b");
  CHECK(anywhere.api[1].price_id == "cheap/model-8b");
}

TEST_CASE("A region may hold for some of a provider's models") {
  PriceBook prices = book();
  prices.providers = {terms("dear", {{.region = "EU", .surcharge_share = 0.2, .only = {"dear/other"}, .condition = {}},
                                     {.region = "EU", .surcharge_share = 0.1, .only = {"dear/frontier"}, .condition = {}}})};
  CHECK(at(in("EU", prices), "dear/frontier").region_surcharge_share == 0.1);
  prices.providers[0].regions.pop_back();
  CHECK_FALSE(at(in("EU", prices), "dear/frontier").stays_in_region);
}

TEST_CASE("A provider's fee is on every bill, unless the price or the user has another") {
  PriceBook prices = book();
  const double plain = at(in("", prices), "dear/frontier").usd_per_year;
  ProviderTerms dear;
  dear.id = "dear";
  dear.fee_share = 0.055;
  prices.providers = {dear};
  CHECK(at(in("", prices), "dear/frontier").usd_per_year == Approx(1.055 * plain));
  prices.api[0].fee_share = 0.02;
  CHECK(at(in("", prices), "dear/frontier").usd_per_year == Approx(1.02 * plain));
  CostInputs inputs;
  inputs.api_fee_share = 0;
  const CostEstimate none = estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), prices);
  CHECK(at(none, "dear/frontier").usd_per_year == Approx(plain));
}

TEST_CASE("A minimum that is more than this machine costs is beaten by the first token") {
  PriceBook prices = book();
  prices.api[0].minimum_usd_per_month = 100;
  CostInputs inputs;
  const CostEstimate cost = estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), prices);
  CHECK(cost.api[0].usd_per_year == Approx(1200));
  const auto own = std::find_if(cost.break_even.begin(), cost.break_even.end(), [](const BreakEven& point) {
    return point.ownership == Ownership::own && point.against == "dear/frontier";
  });
  REQUIRE(own != cost.break_even.end());
  CHECK_FALSE(own->never);
  CHECK(own->times_stated_use == 0.0);
  // What stays at the API when both are used still costs the minimum.
  REQUIRE(cost.hybrid);
  CHECK(cost.hybrid->usd_per_year >= 1200);
}
