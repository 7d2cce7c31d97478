// SPDX-License-Identifier: MIT
// Break-even is where both sides are equal; people and tokens are the same thing; what is unknown is not free; and no
// verdict hangs on how a figure is printed.
#include <algorithm>
#include <catch2/catch.hpp>

#include <random>

#include "cost_world.hpp"

using namespace canirun;
using namespace canirun::cost_world;

namespace {

void scale(UsageProfile& usage, double factor) {
  usage.fresh_input_tokens_per_day *= factor;
  usage.cache_write_tokens_per_day *= factor;
  usage.cache_read_tokens_per_day *= factor;
  usage.output_tokens_per_day *= factor;
}

bool has_reason(const Verdict& verdict, std::string_view code) {
  return std::any_of(verdict.reasons.begin(), verdict.reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

}  // namespace

TEST_CASE("at the break-even volume both sides cost the same") {
  std::mt19937 random(11);
  int tried = 0;
  for (int i = 0; i < k_worlds; ++i) {
    World world(random);
    const CostEstimate cost = world.cost();
    if (!cost.capacity.feasible) continue;
    for (const BreakEven& point : cost.break_even) {
      if (point.never || !point.times_stated_use || *point.times_stated_use <= 0) continue;
      World there = world;
      scale(there.usage, *point.times_stated_use);
      const CostEstimate even = there.cost();
      const double here = point.ownership == Ownership::buy ? even.local_buy->usd_per_year : even.local_own->usd_per_year;
      for (const ApiCost& api : even.api) {
        if (api.price_id == point.against) CHECK(here == Approx(api.usd_per_year).epsilon(1e-6));
      }
      ++tried;
    }
  }
  CHECK(tried > 100);
}

TEST_CASE("twice the people is twice the tokens") {
  std::mt19937 random(12);
  for (int i = 0; i < k_worlds; ++i) {
    World people(random);
    people.usage.people = 2;  // several either way: bursts count for both
    World tokens = people;
    people.usage.people = 6;
    scale(tokens.usage, 3);
    const CostEstimate a = people.cost(), b = tokens.cost();
    CHECK(a.api.front().usd_per_year == Approx(b.api.front().usd_per_year));
    CHECK(a.local_own->usd_per_year == Approx(b.local_own->usd_per_year));
    CHECK(a.local_buy->usd_per_year == Approx(b.local_buy->usd_per_year));
    CHECK(a.capacity.utilisation == Approx(b.capacity.utilisation));
  }
}

TEST_CASE("a price that is unknown is unknown, never nothing") {
  std::mt19937 random(13);
  for (int i = 0; i < k_worlds; ++i) {
    const World world(random);
    World unknown = world;
    unknown.prices.hardware[0].used_usd.reset();
    CHECK_FALSE(unknown.cost().local_buy);
    CHECK_FALSE(unknown.cost().local_buy_missing.empty());
    unknown = world;
    unknown.prices.electricity[0].usd_per_kwh.reset();
    CHECK_FALSE(unknown.cost().local_own);
    CHECK_FALSE(unknown.cost().local_own_missing.empty());
    // No price for cached tokens: they cost what fresh ones do.
    unknown = world;
    unknown.prices.api[0].cache_read_usd_per_mtok = unknown.prices.api[0].input_usd_per_mtok;
    CHECK(unknown.cost().api.front().usd_per_year == Approx(world.cost().api.front().usd_per_year));
    CHECK(world.cost().api.front().usd_per_year > 0);
  }
}

TEST_CASE("figures that print alike are still told apart") {
  CostEstimate cost = [] {
    std::mt19937 random(14);
    return World(random).cost();
  }();
  cost.ownership = Ownership::own;
  cost.capacity.feasible = true;
  PlacedMemory placed;
  placed.placement.status = FitStatus::fits;
  placed.placement.fits_now = placed.placement.fits_idle = true;
  Capability capability;
  capability.level = CapabilityLevel::close;
  const std::optional<ThroughputEstimate> fast = speed(100, 3000);
  const auto decided = [&](double here, double there) {
    cost.local_own->usd_per_year = here;
    cost.local_own->usd_per_year_range = Range::exactly(here);
    cost.api.resize(1);
    cost.api.front().usd_per_year = there;
    cost.api.front().usd_per_year_range = Range::exactly(there);
    return decide(one_card(), dense_model(), placed, fast, judge_usability(fast, {}), capability, cost, {}, {});
  };
  CHECK(has_reason(decided(500.001, 500.002), "cheaper_local"));
  CHECK(has_reason(decided(500.002, 500.001), "cheaper_api"));
  CHECK(has_reason(decided(500.002, 500.002), "about_even"));
}

TEST_CASE("a currency changes what is written, and no figure and no answer") {
  std::mt19937 random(16);
  for (int i = 0; i < k_worlds; ++i) {
    const World world(random);
    World abroad = world;
    const double rate = std::pow(10.0, std::uniform_real_distribution<double>(-4, 4)(random));
    abroad.money.currency = {.code = "XTS", .per_usd = rate};
    const Verdict here = world.verdict(1, true), there = abroad.verdict(1, true);
    CHECK(here.answer == there.answer);
    CHECK(here.yes == there.yes);
    CHECK(here.worth_it == there.worth_it);
    REQUIRE(here.reasons.size() == there.reasons.size());
    for (std::size_t k = 0; k < here.reasons.size(); ++k) {
      CHECK(here.reasons[k].code == there.reasons[k].code);
      CHECK(there.reasons[k].text.find('$') == std::string::npos);
    }
    const CostEstimate a = world.cost(), b = abroad.cost();
    CHECK(a.local_own->usd_per_year == b.local_own->usd_per_year);
    CHECK(a.local_buy->usd_per_year == b.local_buy->usd_per_year);
    CHECK(a.api.front().usd_per_year == b.api.front().usd_per_year);
    for (const auto* texts : {&b.leaves_out}) {
      for (const std::string& text : *texts) CHECK(text.find('$') == std::string::npos);
    }
    for (const PaybackStep& step : b.payback) CHECK(step.what.find('$') == std::string::npos);
  }
}

TEST_CASE("cost follows power, and dearer tiers never make a bill smaller") {
  std::mt19937 random(15);
  for (int i = 0; i < k_worlds; ++i) {
    const World world(random);
    World thirsty = world, thrifty = world;
    thrifty.money.active_w = 200;
    thirsty.money.active_w = 400;
    CHECK(thirsty.cost().local_own->usd_per_year >= thrifty.cost().local_own->usd_per_year * (1 - 1e-12));
    ApiPrice price = world.prices.api[0];
    UsageProfile usage = world.usage;
    usage.request_sizes_tokens = {1000, 50'000, 250'000};
    const double flat = api_usd_per_day(price, usage, 1, false);
    PriceTier tier;
    tier.above_tokens = 100'000;
    tier.input_usd_per_mtok = 2 * price.input_usd_per_mtok;
    tier.output_usd_per_mtok = 2 * price.output_usd_per_mtok;
    price.tiers = {tier};
    const double tiered = api_usd_per_day(price, usage, 1, false);
    CHECK(tiered > flat);
    CHECK(tiered < 2 * flat);
  }
}
