// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "core/cost_parts.hpp"
#include "cost_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

TEST_CASE("the simple sum: one developer and five, output only, $5 a million") {
  PriceBook prices = book();
  prices.api = {api("any/five-dollars", 1, 5)};
  CostInputs inputs;
  inputs.versus = "any/five-dollars";
  inputs.hardware_price_usd = 1600;
  inputs.ownership = Ownership::buy;

  UsageProfile one;
  one.output_tokens_per_day = 500 * 200;
  one.active_days_per_year = 365;
  const CostEstimate alone = estimate_cost(one_card(), dense_model(), one, inputs, speed(135, 4000), prices);
  CHECK(alone.output_tokens_per_day == 100'000);
  CHECK(alone.api.at(0).usd_per_day == Approx(0.50));
  CHECK(alone.api.at(0).usd_per_year == Approx(182.50));

  const CostEstimate team = estimate_cost(one_card(), dense_model(), team_of_five(), inputs, speed(135, 4000), prices);
  CHECK(team.output_tokens_per_day == 1'000'000);
  CHECK(team.api.at(0).usd_per_day == Approx(5.00));
  CHECK(team.api.at(0).usd_per_year == Approx(1825));
  REQUIRE(team.payback.size() >= 4);
  REQUIRE(team.payback[0].months);
  CHECK(*team.payback[0].months == Approx(10.52).margin(0.01));

  SECTION("each thing counted in makes it longer") {
    for (std::size_t i = 1; i < team.payback.size(); ++i) {
      INFO(team.payback[i].what);
      if (team.payback[i].what.starts_with("+")) {
        REQUIRE(team.payback[i].months);
        CHECK(*team.payback[i].months > *team.payback[i - 1].months);
      }
    }
    CHECK(team.payback[1].what.find("230 active days") != std::string::npos);
    CHECK_FALSE(mentions({team.payback[2].what}, "its price today"));  // the book's card is cheaper than the price given
    CHECK(mentions({team.payback[2].what}, "electricity"));
    CHECK(mentions({team.payback[3].what}, "PC around it"));
  }
  SECTION("and what it leaves out is said") {
    CHECK(mentions(team.leaves_out, "input tokens"));
    CHECK(mentions(team.leaves_out, "working days"));
    CHECK(mentions(team.leaves_out, "idle power"));
    CHECK(mentions(team.leaves_out, "the PC around the card"));
    CHECK(mentions(team.leaves_out, "your time"));
    CHECK(mentions(team.leaves_out, "people share"));
  }
}

TEST_CASE("a price from the past is set against the price of today") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  inputs.hardware_price_usd = 600;  // the book says 1200
  const CostEstimate result = estimate(inputs);
  REQUIRE(result.payback.size() > 2);
  CHECK(result.payback[2].what == "+ its price today, $1,200");
  CHECK(*result.payback[2].months == Approx(12 * 1200 / result.api[0].usd_per_year));
  CHECK(result.local_buy->hardware_price_usd == 600);
}

TEST_CASE("the same model hosted for less than the electricity never pays back") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  const CostEstimate team = estimate(inputs, team_of_five(), 30);
  const auto hosted = std::find_if(team.break_even.begin(), team.break_even.end(), [](const BreakEven& b) {
    return b.against == "cheap/model-8b" && b.ownership == Ownership::buy;
  });
  REQUIRE(hosted != team.break_even.end());
  CHECK(hosted->never);
  CHECK_FALSE(hosted->payback_months);  // never a negative number of months
  CHECK(hosted->reason.find("electricity") != std::string::npos);
  REQUIRE(team.payback.back().what.find("the same model") != std::string::npos);
  CHECK_FALSE(team.payback.back().months);
}

TEST_CASE("cached input without a listed price is billed as fresh, and said") {
  const CostEstimate result = estimate();
  REQUIRE(result.api.size() == 3);
  CHECK(result.api[0].price_id == "dear/frontier");
  CHECK_FALSE(result.api[0].cache_discount);
  CHECK(result.api[0].usd_per_day == Approx((300'000 * 2.0 + 40'000 * 10.0) / 1e6));
  CHECK(result.api[1].price_id == "cheap/model-8b");  // the same model, cheapest first
  CHECK(result.api[1].same_model);
  CHECK(mentions(result.leaves_out, "no discount for cached input"));

  PriceBook prices = book();
  prices.api[0].cache_read_usd_per_mtok = 0.2;
  const CostEstimate cheaper = estimate_cost(one_card(), dense_model(), chat_day(), {}, speed(100, 4000), prices);
  CHECK(cheaper.api[0].usd_per_day == Approx((100'000 * 2.0 + 200'000 * 0.2 + 40'000 * 10.0) / 1e6));
}

TEST_CASE("reasoning tokens are billed, and decoded, on the side that is asked for them") {
  CostInputs inputs;
  inputs.reasoning_multiplier_api = 3;
  CHECK(estimate(inputs).api[0].usd_per_day == Approx((300'000 * 2.0 + 3 * 40'000 * 10.0) / 1e6));
  CHECK(estimate(inputs).capacity.decode_hours_per_day == Approx(estimate().capacity.decode_hours_per_day));
  inputs.reasoning_multiplier_local = 3;
  CHECK(estimate(inputs).capacity.decode_hours_per_day == Approx(3 * estimate().capacity.decode_hours_per_day));

  ModelSpec thinker = dense_model();
  thinker.reasoning = true;
  const CostEstimate silent = estimate_cost(one_card(), thinker, chat_day(), {}, speed(100, 4000), book());
  CHECK(mentions(silent.leaves_out, "thinking"));
}

TEST_CASE("an unknown price of electricity or hardware leaves a reason, not a number") {
  CostInputs inputs;
  inputs.region = "XX";
  const CostEstimate result = estimate(inputs);
  CHECK_FALSE(result.local_own);
  CHECK(result.local_own_missing.find("XX") != std::string::npos);
  inputs.electricity_usd_per_kwh = 0.3;
  REQUIRE(estimate(inputs).local_own);
  CHECK(estimate(inputs).local_own->electricity_usd_per_kwh == 0.3);

  const CostEstimate no_speed = estimate_cost(one_card(), dense_model(), chat_day(), {}, std::nullopt, book());
  CHECK_FALSE(no_speed.local_own);
  CHECK(no_speed.api.size() == 3);
}

TEST_CASE("owned hardware costs cash, and what it would sell for beside it; bought hardware costs all of it") {
  const CostEstimate result = estimate();
  const LocalCost &own = *result.local_own, &buy = *result.local_buy;
  CHECK(own.usd_per_year == Approx(own.electricity_usd_per_year));
  CHECK(own.economic_usd_per_year == Approx(own.electricity_usd_per_year + own.capital_usd_per_year));
  const double resale = 1200 * 0.8 * 0.8 * 0.8 * 0.87;
  CHECK(buy.resale_usd == Approx(resale));
  CHECK(buy.capital_usd_per_year == Approx((1200 - resale) / 3));
  CHECK(buy.repairs_usd_per_year == Approx(0.02 * 1200));  // a used part
  CHECK(buy.usd_per_year == Approx(buy.electricity_usd_per_year + buy.capital_usd_per_year + buy.repairs_usd_per_year));
  CHECK(buy.price_date == "2026-09");

  CostInputs with_host;
  with_host.host_included = true;
  CHECK(estimate(with_host).local_buy->hardware_price_usd == 1200 + 1500);
}

TEST_CASE("ranges hold the typical figure, and the drivers are the biggest swings") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  inputs.today = "2026-11-25";
  const CostEstimate result = estimate(inputs);
  for (const LocalCost* local : {&*result.local_own, &*result.local_buy}) {
    CHECK(local->usd_per_year_range.low < local->usd_per_year);
    CHECK(local->usd_per_year_range.high > local->usd_per_year);
  }
  REQUIRE(result.drivers.size() == 3);
  CHECK(result.drivers[0].swing_usd_per_year >= result.drivers[1].swing_usd_per_year);
  CHECK(result.drivers[1].swing_usd_per_year >= result.drivers[2].swing_usd_per_year);
}

TEST_CASE("prices over 90 days old are marked and count as a range; promotions say when they end") {
  CostInputs inputs;
  inputs.today = "2026-12-22";  // 90 days after the price
  CHECK_FALSE(estimate(inputs).api[0].price_is_old);
  inputs.today = "2026-12-23";
  const CostEstimate old = estimate(inputs);
  CHECK(old.api[0].price_is_old);
  CHECK(old.api[0].usd_per_year_range.low == Approx(0.6 * old.api[0].usd_per_year));
  CHECK(mentions(old.leaves_out, "over 90 days old"));
  inputs.today.clear();
  CHECK_FALSE(estimate(inputs).api[0].price_is_old);

  CHECK(*cost::days_between("2026-09-23", "2026-12-23") == 91);
  CHECK(*cost::days_between("2024-02-28", "2024-03-01") == 2);
  CHECK_FALSE(cost::days_between("2026", "2026-12-23"));
  CHECK_FALSE(cost::days_between("2026-13-01", "2026-12-23"));

  PriceBook prices = book();
  prices.api[0].valid_until = "2026-12-31";
  CHECK(mentions(estimate_cost(one_card(), dense_model(), chat_day(), {}, speed(100, 4000), prices).leaves_out,
                 "until 2026-12-31"));
}

TEST_CASE("capacity: several people share one slot, a batch may use the whole day") {
  UsageProfile usage = chat_day();
  CHECK(estimate({}, usage).capacity.allowed_utilisation == 0.8);
  usage.people = 4;
  const CostEstimate team = estimate({}, usage);
  CHECK(team.capacity.allowed_utilisation == 0.4);
  CHECK(team.output_tokens_per_day == 160'000);
  usage.interactive = false;
  CHECK(estimate({}, usage).capacity.allowed_utilisation == 0.95);

  // Slower than the day's tokens: infeasible, and break-even beyond what it can do is never.
  UsageProfile heavy = chat_day();
  heavy.output_tokens_per_day = 4'000'000;
  const CostEstimate busy = estimate({}, heavy, 10);
  CHECK_FALSE(busy.capacity.feasible);
  CHECK(busy.capacity.max_output_tokens_per_day < 4'000'000);
}

TEST_CASE("break-even beyond capacity is never, with both numbers") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  inputs.hardware_price_usd = 500'000;
  const CostEstimate result = estimate(inputs);
  const BreakEven& point = result.break_even.at(0);
  CHECK(point.ownership == Ownership::buy);
  CHECK(point.beyond_capacity);
  CHECK(point.never);
  CHECK(point.reason.find("this machine can do") != std::string::npos);
}

TEST_CASE("a machine that never goes off idles on every other day too") {
  CostInputs inputs;
  inputs.always_on = true;
  inputs.active_w = 300;
  inputs.idle_w = 50;
  const CostEstimate result = estimate(inputs);
  const double other_days_kwh = (365 - 230) * 24 * 50 / 1000.0;
  CHECK(result.local_own->electricity_usd_per_year == Approx(0.2 * (result.local_own->kwh_per_day * 230 + other_days_kwh)));
}

TEST_CASE("how much it is used is taken as stated: a driver, not part of the range") {
  CostInputs inputs;
  inputs.electricity_usd_per_kwh = 0.2;
  inputs.active_w = 300;
  inputs.idle_w = 0;
  // Only the speeds are left to swing: half to double the tokens would be far outside of this.
  const LocalCost own = *estimate(inputs).local_own;
  CHECK(own.usd_per_year_range.high < 1.35 * own.usd_per_year);
  CHECK(estimate(inputs).drivers.at(0).name.find("how much it is used") != std::string::npos);
}

TEST_CASE("a profile without output has no break-even, and says so") {
  UsageProfile reads_only = chat_day();
  reads_only.output_tokens_per_day = 0;
  const BreakEven point = estimate({}, reads_only).break_even.at(0);
  CHECK(point.never);
  CHECK(point.reason == "the profile has no output tokens");
}

TEST_CASE("break-even is given against the model compared with and the cheapest offer of the same weights") {
  std::vector<std::string> against;
  for (const BreakEven& point : estimate().break_even) {
    if (against.empty() || against.back() != point.against) against.push_back(point.against);
  }
  CHECK(against == std::vector<std::string>{"dear/frontier", "cheap/model-8b"});
}

TEST_CASE("break-even is where both sides cost the same") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  const CostEstimate before = estimate(inputs);
  const double times = before.break_even.at(0).times_stated_use.value();
  UsageProfile usage = chat_day();
  usage.fresh_input_tokens_per_day *= times;
  usage.cache_read_tokens_per_day *= times;
  usage.output_tokens_per_day *= times;
  const CostEstimate there = estimate(inputs, usage);
  CHECK(there.api[0].usd_per_year == Approx(there.local_buy->usd_per_year).epsilon(1e-6));
}

TEST_CASE("rent: a provider that keeps data private goes before a cheaper one that does not") {
  const RentCost rent = estimate().rent.value();
  CHECK(rent.provider == "Closed");
  CHECK(rent.hours_per_day == 8);
  CHECK(rent.usd_per_year == Approx(0.7 * 8 * 230));
  REQUIRE(rent.hours_until_buying_pays);
  const double resale = 1200 * 0.512 * 0.87, watts = 280 / 0.9 + 20;
  CHECK(*rent.hours_until_buying_pays == Approx((1200 - resale) / (0.7 - 0.2 * watts / 1000)));
}

TEST_CASE("hybrid pays failed attempts twice") {
  UsageProfile usage = chat_day();
  usage.simple_share = 1;
  usage.escalation_share = 0;
  const CostEstimate all_here = estimate({}, usage);
  CHECK(all_here.hybrid->usd_per_year == Approx(all_here.local_own->usd_per_year));
  usage.escalation_share = 1;
  const CostEstimate twice = estimate({}, usage);
  CHECK(twice.hybrid->usd_per_year == Approx(twice.local_own->usd_per_year + twice.api[0].usd_per_year));
}

TEST_CASE("marginal cost a million tokens is joules a token times the price of a kWh") {
  CostInputs inputs;
  inputs.active_w = 400;
  inputs.electricity_usd_per_kwh = 0.1831;
  const CostEstimate result = estimate(inputs, chat_day(), 135);
  CHECK(result.local_own->marginal_usd_per_mtok_output == Approx(0.1507).margin(0.0001));
}
