// SPDX-License-Identifier: MIT
// What an opponent costs: tiers, hours, discounts, fees, minimums, flat prices, and several of them at once.
#include <algorithm>
#include <canirun/cost.hpp>
#include <catch2/catch.hpp>

#include "core/cost_parts.hpp"
#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

namespace {

PriceTier tier(double above_tokens, double input, double output) {
  PriceTier tier;
  tier.above_tokens = above_tokens;
  tier.input_usd_per_mtok = input;
  tier.output_usd_per_mtok = output;
  return tier;
}
ApiPrice tiered() {
  ApiPrice price = api("tiered", 2, 10);
  price.tiers = {tier(200'000, 4, 15), tier(400'000, 8, 30)};
  return price;
}
/// A million tokens in and a tenth of that out, in requests of these sizes.
UsageProfile requests_of(std::vector<double> sizes) {
  UsageProfile usage;
  usage.fresh_input_tokens_per_day = 1e6;
  usage.output_tokens_per_day = 1e5;
  usage.request_sizes_tokens = std::move(sizes);
  return usage;
}
double day(const ApiPrice& price, const UsageProfile& usage) { return api_usd_per_day(price, usage, 1, false); }

CostEstimate with(const CostInputs& inputs, const PriceBook& prices = book(), const UsageProfile& usage = chat_day()) {
  return estimate_cost(one_card(), dense_model(), usage, inputs, speed(100, 3000), prices);
}

}  // namespace

TEST_CASE("A request that exceeds a tier is billed at it as a whole") {
  CHECK(day(tiered(), requests_of({1000})) == Approx(2 + 1));
  CHECK(day(tiered(), requests_of({200'000})) == Approx(2 + 1));  // not above
  CHECK(day(tiered(), requests_of({200'001})) == Approx(4 + 1.5));
  CHECK(day(tiered(), requests_of({500'000})) == Approx(8 + 3));
  // Half the requests are long; they hold 3 of 4 tokens of input and half of the output.
  CHECK(day(tiered(), requests_of({100'000, 300'000})) == Approx(0.25 * 2 + 0.75 * 4 + 0.5 * 1 + 0.5 * 1.5));
  UsageProfile typical = requests_of({});
  typical.depth_tokens = 300'000;
  CHECK(day(tiered(), typical) == Approx(4 + 1.5));
  CHECK(cost::api_bill(tiered(), typical, 1, false, 0).long_request_share == 1);
}

TEST_CASE("Hours with another price count for the share that falls there") {
  ApiPrice price = api("windows", 1, 2);
  PriceWindow window;
  window.from_utc = "01:00";
  window.to_utc = "04:00";
  window.input_usd_per_mtok = 2;
  window.output_usd_per_mtok = 4;
  price.windows = {window};
  const UsageProfile usage = requests_of({});
  CHECK(cost::api_bill(price, usage, 1, false, 0).usd_per_day == Approx(1.2));
  CHECK(cost::api_bill(price, usage, 1, false, 0.25).usd_per_day == Approx(0.75 * 1.2 + 0.25 * 2.4));
  CHECK(cost::api_bill(price, usage, 1, false, 1).usd_per_day == Approx(2.4));
}

TEST_CASE("Fees come on top, a minimum from below") {
  CostInputs inputs;
  const double plain = with(inputs).api.front().usd_per_year;
  inputs.api_fee_share = 0.055;
  const ApiCost fee = with(inputs).api.front();
  CHECK(fee.usd_per_year == Approx(1.055 * plain));
  CHECK(fee.fee_usd_per_year == Approx(0.055 * plain));
  inputs.api_minimum_usd_per_month = 1000;
  const ApiCost least = with(inputs).api.front();
  CHECK(least.usd_per_year == Approx(12000));
  CHECK(least.usd_per_day == Approx(12000 / chat_day().active_days_per_year));
  inputs.api_minimum_usd_per_month = 0.01;
  CHECK(with(inputs).api.front().usd_per_year == Approx(1.055 * plain));
}

TEST_CASE("Several opponents and flat prices stand beside the one compared with") {
  CostInputs inputs;
  inputs.also_versus = {"dearer/model-8b", "dear/frontier"};  // the second is the one compared with already
  inputs.subscriptions = {{"20/month", 20}, {"200/year", 200.0 / 12}};
  UsageProfile team = chat_day();
  team.people = 3;
  const CostEstimate cost = with(inputs, book(), team);
  REQUIRE(cost.api.size() == 5);
  CHECK(cost.api[0].price_id == "dear/frontier");
  CHECK(cost.api[1].price_id == "dearer/model-8b");
  CHECK(cost.api[2].subscription);
  CHECK(cost.api[2].usd_per_year == Approx(3 * 240));
  CHECK(cost.api[3].usd_per_year == Approx(3 * 200));
  CHECK(cost.api[4].price_id == "cheap/model-8b");
  for (const BreakEven& point : cost.break_even) {
    if (point.against != "subscription/20/month") continue;
    CHECK_FALSE(point.times_stated_use);  // more use does not make a flat price dearer
    CHECK_FALSE(point.reason.empty());
  }
}

TEST_CASE("An API that is not known to keep the data in the region is for information only") {
  PriceBook prices = book();
  CostInputs inputs;
  inputs.residency = "EU";
  CHECK_FALSE(with(inputs, prices).api.front().stays_in_region);
  prices.api[0].regions = {"US", "EU"};
  CHECK(with(inputs, prices).api.front().stays_in_region);

  PlacedMemory placed;
  placed.placement.status = FitStatus::fits;
  placed.placement.fits_now = placed.placement.fits_idle = true;
  Policy policy;
  policy.residency = "EU";
  const auto verdict = [&](const PriceBook& with_prices) {
    return decide(one_card(), dense_model(), placed, speed(100, 3000), judge_usability(speed(100, 3000), {}), {},
                  with(inputs, with_prices), {}, policy);
  };
  const auto has = [](const Verdict& answer, std::string_view code) {
    return std::any_of(answer.reasons.begin(), answer.reasons.end(), [&](const Reason& r) { return r.code == code; });
  };
  CHECK(has(verdict(book()), "residency"));
  CHECK(verdict(book()).answer == Answer::run_local);
  CHECK_FALSE(has(verdict(prices), "residency"));
}

TEST_CASE("People at a server that answers several at once share its speed") {
  UsageProfile team = chat_day();
  team.people = 4;
  ThroughputEstimate one = speed(100, 3000), many = one;
  many.concurrent = ConcurrentSpeed{};
  many.concurrent->total_tokens_per_s = Range::around(300, 1.2);
  const auto busy = [&](const ThroughputEstimate& estimate) {
    return estimate_cost(one_card(), dense_model(), team, {}, estimate, book()).capacity.decode_hours_per_day;
  };
  CHECK(busy(many) == Approx(busy(one) / 3));
  team.people = 1;
  CHECK(busy(many) == Approx(busy(one)));
}
