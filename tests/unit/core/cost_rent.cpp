// SPDX-License-Identifier: MIT
// The same hardware by the hour and by the second.
#include <canirun/cost.hpp>
#include <catch2/catch.hpp>

#include "core/cost_parts.hpp"
#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

namespace {

RentalPrice offer(const char* id, double usd_per_hour, bool serverless) {
  RentalPrice rental;
  rental.id = id;
  rental.hardware = "test-card";
  rental.provider = id;
  rental.usd_per_hour = Range::exactly(usd_per_hour);
  rental.serverless = serverless;
  return rental;
}
CostEstimate asked(const UsageProfile& usage, const PriceBook& prices, const CostInputs& inputs = {}) {
  return estimate_cost(one_card(), dense_model(), usage, inputs, speed(100, 3000), prices);
}

}  // namespace

TEST_CASE("Held by the hour and started by the second are two offers") {
  PriceBook prices = book();
  prices.rental = {offer("test-card/held", 0.7, false), offer("test-card/by-second", 1.4, true)};
  UsageProfile batch = chat_day();
  batch.interactive = false;
  const CostEstimate cost = asked(batch, prices);
  REQUIRE(cost.rent);
  REQUIRE(cost.rent_serverless);
  CHECK_FALSE(cost.rent->serverless);
  CHECK(cost.rent->start_s == 0);
  CHECK(cost.rent_serverless->serverless);
  // A batch starts once: 80 s on top of its own time, at twice the rate.
  CHECK(cost.rent_serverless->start_s == 80);
  CHECK(cost.rent_serverless->hours_per_day == Approx(cost.capacity.active_hours_per_day + 80.0 / 3600));
  CHECK(cost.rent_serverless->usd_per_year == Approx(1.4 * cost.rent_serverless->hours_per_day * 230));
}

TEST_CASE("Each request of someone who waits may find it off, but never for longer than the working day") {
  PriceBook prices = book();
  prices.rental = {offer("test-card/by-second", 1, true)};
  UsageProfile usage = chat_day();  // 300,000 tokens of input in requests of 4096
  CostEstimate cost = asked(usage, prices);
  REQUIRE(cost.rent_serverless);
  CHECK_FALSE(cost.rent);
  const double starts = 300'000.0 / 4096;
  CHECK(cost.rent_serverless->hours_per_day == Approx(cost.capacity.active_hours_per_day + starts * 80 / 3600));
  usage.fresh_input_tokens_per_day = 3e7;
  cost = asked(usage, prices);
  CHECK(cost.rent_serverless->hours_per_day == Approx(8));
  // A provider's own figure counts instead of the usual one.
  prices.rental[0].cold_start_s = Range::exactly(2);
  cost = asked(chat_day(), prices);
  CHECK(cost.rent_serverless->start_s == 2);
}

TEST_CASE("Weights that are kept while it is off cost storage where its price is known") {
  PriceBook prices = book();
  prices.rental = {offer("test-card/here-serverless", 1, true)};
  CostInputs inputs;
  inputs.weights_bytes = 5e9;
  CHECK(asked(chat_day(), prices, inputs).rent_serverless->storage_usd_per_year == 0);
  ProviderTerms terms;
  terms.id = "here";
  terms.storage_usd_per_gb_month = 0.07;
  prices.providers = {terms};
  const CostEstimate with = asked(chat_day(), prices, inputs);
  CHECK(with.rent_serverless->storage_usd_per_year == Approx(12 * 0.07 * 5));
  prices.providers.clear();
  const CostEstimate without = asked(chat_day(), prices, inputs);
  CHECK(with.rent_serverless->usd_per_year == Approx(without.rent_serverless->usd_per_year + 12 * 0.07 * 5));
}
