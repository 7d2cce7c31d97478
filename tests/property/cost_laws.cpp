// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <random>

#include "cost_world.hpp"

using namespace canirun;
using namespace canirun::cost_world;

TEST_CASE("a faster or bigger machine never gets a worse verdict") {
  std::mt19937 random(1);
  for (int i = 0; i < k_worlds; ++i) {
    const World world(random);
    INFO("world " << i << ", " << world.decode << " tok/s");
    const Verdict slow = world.verdict(1, true), fast = world.verdict(1.5, true), missing = world.verdict(1, false);
    CHECK(fast.yes >= slow.yes);
    CHECK(fast.worth_it >= slow.worth_it);
    CHECK(slow.yes >= missing.yes);
    CHECK(slow.worth_it >= missing.worth_it);
    CHECK(missing.answer == Answer::cannot_run);
    if (slow.answer == Answer::run_local) CHECK(fast.answer == Answer::run_local);
  }
}

TEST_CASE("cost never goes down when something gets dearer or more is used") {
  std::mt19937 random(2);
  for (int i = 0; i < k_worlds; ++i) {
    World world(random);
    INFO("world " << i);
    const CostEstimate base = world.cost();

    World dearer_power = world;
    dearer_power.money.electricity_usd_per_kwh = 0.4;  // twice the book's
    CHECK(dearer_power.cost().local_own->usd_per_year >= base.local_own->usd_per_year);

    World dearer_card = world;
    dearer_card.prices.hardware[0].used_usd = world.prices.hardware[0].used_usd->scaled(1.5);
    CHECK(dearer_card.cost().local_buy->usd_per_year > base.local_buy->usd_per_year);

    World more = world;
    more.usage.output_tokens_per_day *= 2;
    CHECK(more.cost().local_own->usd_per_year >= base.local_own->usd_per_year * (1 - 1e-12));
    CHECK(more.cost().api[0].usd_per_year > base.api[0].usd_per_year);
    CHECK(more.cost().capacity.active_hours_per_day > base.capacity.active_hours_per_day);
    CHECK(world.cost(2).local_own->usd_per_year <= base.local_own->usd_per_year * (1 + 1e-12));
  }
}

TEST_CASE("figures hang together: ranges hold them, parts add up, nothing is negative") {
  std::mt19937 random(3);
  for (int i = 0; i < k_worlds; ++i) {
    const World world(random);
    INFO("world " << i);
    const CostEstimate cost = world.cost();
    for (const std::optional<LocalCost>& local : {cost.local_own, cost.local_buy}) {
      REQUIRE(local);
      CHECK(local->usd_per_year_range.low >= 0);
      CHECK(local->usd_per_year_range.low <= local->usd_per_year);
      CHECK(local->usd_per_year <= local->usd_per_year_range.high);
      CHECK(local->economic_usd_per_year ==
            Approx(local->electricity_usd_per_year + local->maintenance_usd_per_year + local->repairs_usd_per_year +
                   local->capital_usd_per_year + local->finance_usd_per_year + local->cooling_usd_per_year -
                   local->heat_credit_usd_per_year));
      CHECK(local->prefill_w >= local->active_w);
      CHECK(local->idle_w <= local->active_w);
    }
    CHECK(cost.local_own->usd_per_year <= cost.local_buy->usd_per_year);
    for (const BreakEven& point : cost.break_even) {
      if (point.payback_months) CHECK(*point.payback_months > 0);
      if (point.never) CHECK_FALSE(point.reason.empty());
      if (!point.never) CHECK(point.output_tokens_per_day.value() <= cost.capacity.max_output_tokens_per_day * (1 + 1e-9));
    }
    for (const PaybackStep& step : cost.payback) {
      if (step.months) CHECK(*step.months > 0);
    }
    for (std::size_t d = 1; d < cost.drivers.size(); ++d)
      CHECK(cost.drivers[d - 1].swing_usd_per_year >= cost.drivers[d].swing_usd_per_year);
  }
}
