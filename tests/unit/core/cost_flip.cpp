// SPDX-License-Identifier: MIT
// Today's worth, where the answer turns, the told sum, and work divided by kind.
#include <canirun/split.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "core/cost_parts.hpp"
#include "money_cases.hpp"

using namespace canirun;
using namespace canirun::money_cases;

TEST_CASE("What the years are worth today") {
  cost::LocalCase local;
  local.price_usd = 1000;
  local.annual_value_loss = 0.5;
  local.years = 2;
  local.selling_share = 0;
  // 1000 now, 600 saved at the end of each of two years, 250 from selling it.
  CHECK(cost::net_present_value(local, Ownership::buy, 600, 0) == Approx(-1000 + 1200 + 250));
  CHECK(cost::net_present_value(local, Ownership::buy, 600, 0.1) == Approx(-1000 + 600 / 1.1 + 600 / 1.21 + 250 / 1.21));
  CHECK(cost::net_present_value(local, Ownership::own, 600, 0) == Approx(1200));
}

TEST_CASE("At the value where the answer turns both sides cost the same") {
  CostInputs inputs;
  inputs.ownership = Ownership::buy;
  const CostEstimate cost = estimate_cost(one_card(), dense_model(), chat_day(), inputs, speed(100, 3000), book());
  REQUIRE_FALSE(cost.drivers.empty());
  const Driver& use = cost.drivers.front();
  REQUIRE(use.unit == "output tokens a day");
  REQUIRE(use.now);
  REQUIRE(use.flips_at);
  UsageProfile changed = chat_day();
  const double times = *use.flips_at / *use.now;
  changed.fresh_input_tokens_per_day *= times;
  changed.cache_read_tokens_per_day *= times;
  changed.output_tokens_per_day *= times;
  const CostEstimate even = estimate_cost(one_card(), dense_model(), changed, inputs, speed(100, 3000), book());
  CHECK(even.local_buy->usd_per_year == Approx(even.api.front().usd_per_year).epsilon(1e-6));
}

TEST_CASE("An input that cannot turn the answer says so") {
  cost::LocalCase local;
  local.decode_tokens_per_s = 100;
  local.work.output = 1e5;
  local.active_w = 300;
  local.usd_per_kwh = 0.2;
  local.hours_powered = 0;
  cost::Swing days{.name = "days", .low = {}, .high = {}};
  days.scaled = [](cost::LocalCase& l, double& api, double factor) { l.days *= factor, api *= factor; };
  days.now = local.days;
  days.most = 366;
  CHECK_FALSE(cost::flip_factor(local, days, Ownership::own, 500));  // both sides grow alike
  cost::Swing price{.name = "price of electricity", .low = {}, .high = {}};
  price.scaled = [](cost::LocalCase& l, double&, double factor) { l.usd_per_kwh *= factor; };
  price.now = 0.2;
  const double here = cost::run(local).cash();
  const auto factor = cost::flip_factor(local, price, Ownership::own, 3 * here);
  REQUIRE(factor);
  CHECK(*factor == Approx(3));
}

TEST_CASE("The article's sum, as written and with what it leaves out") {
  PriceBook prices = book();
  prices.hardware[0].id = "rtx-4090";
  prices.hardware[0].used_usd = Range{2100, 2362, 2600};
  prices.electricity[0].usd_per_kwh = 0.1831;
  prices.api.push_back(api("host/llama", 0.05, 0.08, "llama-3.1-8b"));
  const std::vector<ExampleLine> lines = article_example(prices, {});
  REQUIRE(lines.size() == 10);
  CHECK(*lines[0].result == Approx(182.50));
  CHECK(*lines[1].result == Approx(1825));
  CHECK(*lines[2].result == Approx(10.5205).epsilon(1e-4));
  CHECK(*lines[3].result == Approx(1250));
  CHECK(*lines[4].result == Approx(15.36));
  CHECK(*lines[5].result == Approx(12 * 2362.0 / 1250));
  CHECK(*lines[7].result == Approx(25).margin(0.6));
  CHECK(*lines[8].result == Approx(20));
  CHECK_FALSE(lines[9].result);  // never
  // Without a price for it, a line is left out rather than made up.
  prices.electricity.clear();
  CHECK(article_example(prices, {}).size() == 6);
}

TEST_CASE("Kinds of work divided: the cheapest way and the cheapest that is good enough") {
  MixPart small{.usage = chat_day(), .good_enough = true}, hard{.usage = chat_day(), .good_enough = false};
  small.usage.id = "small";
  hard.usage.id = "hard";
  hard.usage.output_tokens_per_day *= 5;
  for (MixPart* part : {&small, &hard}) part->usage.escalation_share = 0.2;
  CostInputs inputs;
  const std::vector<Split> splits = split_work(one_card(), dense_model(), {small, hard}, inputs, speed(100, 3000), book());
  REQUIRE(splits.size() == 4);
  const Split &cheapest = splits[0], &bar = splits[1], &all_here = splits[2], &all_api = splits[3];
  CHECK(cheapest.usd_per_year <= bar.usd_per_year);
  CHECK(bar.usd_per_year <= all_api.usd_per_year);
  CHECK(bar.parts[0].local);
  CHECK_FALSE(bar.parts[1].local);
  CHECK(cheapest.parts[1].local);
  CHECK(all_api.usd_per_year == Approx(all_api.parts[0].usd_per_year_api + all_api.parts[1].usd_per_year_api));
  CHECK(all_here.usd_per_year > 0.2 * all_api.usd_per_year);  // what fails here is paid there too
  // A machine that has no time for it is not the cheapest, however cheap its electricity.
  for (const Split& split : split_work(one_card(), dense_model(), {small, hard}, inputs, speed(1, 20), book())) {
    if (split.name == "cheapest") CHECK_FALSE(split.parts[1].local);
  }
  CHECK(split_work(one_card(), dense_model(), {small}, inputs, std::nullopt, book()).empty());
}
