// SPDX-License-Identifier: MIT
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "../../reference/cost_vectors.hpp"
#include "core/cost_parts.hpp"

using namespace canirun;

namespace {

UsageProfile profile(std::string_view name) {
  for (const reference::Tokens& tokens : reference::k_profiles) {
    if (tokens.profile != name) continue;
    UsageProfile usage;
    usage.fresh_input_tokens_per_day = tokens.fresh;
    usage.cache_read_tokens_per_day = tokens.cached;
    usage.cache_write_tokens_per_day = tokens.written;
    usage.output_tokens_per_day = tokens.output;
    return usage;
  }
  FAIL("no profile " << name);
  return {};
}

ApiPrice api_price(const reference::Price& from) {
  ApiPrice price;
  price.id = from.name;
  price.input_usd_per_mtok = from.input;
  price.output_usd_per_mtok = from.output;
  price.cache_read_usd_per_mtok = from.cache_read;
  price.cache_write_usd_per_mtok = from.cache_write;
  return price;
}
ApiPrice api_price(std::string_view name) {
  for (const reference::Price& price : reference::k_prices) {
    if (price.name == name) return api_price(price);
  }
  FAIL("no price " << name);
  return {};
}

}  // namespace

TEST_CASE("a day at an API costs what the worked examples say") {
  for (const reference::ApiDay& day : reference::k_api_days) {
    INFO(day.profile << " at " << day.price);
    ApiPrice price = api_price(day.price);
    CHECK(api_usd_per_day(price, profile(day.profile), 1, false) == Approx(day.usd).epsilon(1e-4));
    if (day.usd_half_price_batch > 0) {
      price.batch_discount = 0.5;
      CHECK(api_usd_per_day(price, profile(day.profile), 1, true) == Approx(day.usd_half_price_batch).epsilon(1e-4));
    }
  }
}

TEST_CASE("a day's work takes the hours the worked examples say") {
  for (const reference::CapacityDay& day : reference::k_capacity_days) {
    INFO(day.machine << ", " << day.profile << ", prefix hit " << day.prefix_hit);
    UsageProfile usage = profile(day.profile);
    usage.hours_available_per_day = day.hours_available;
    cost::LocalCase local;
    local.work = cost::day_work(usage);
    local.prefill_tokens_per_s = day.prefill_tokens_per_s;
    local.decode_tokens_per_s = day.decode_tokens_per_s;
    local.prefix_hit_share = day.prefix_hit;
    local.overhead_share = 0;  // the examples leave it out
    const Capacity capacity = cost::capacity(local, usage);
    CHECK(capacity.prefill_hours_per_day == Approx(day.prefill_hours).margin(0.0006));
    CHECK(capacity.decode_hours_per_day == Approx(day.decode_hours).margin(0.0006));
    CHECK(capacity.active_hours_per_day == Approx(day.hours).margin(0.001));
    CHECK(capacity.allowed_utilisation == 0.8);
    CHECK(capacity.feasible == day.feasible);
  }
}

TEST_CASE("a year here costs what the worked examples say") {
  for (const reference::Year& year : reference::k_years) {
    INFO(year.name);
    UsageProfile usage;
    usage.fresh_input_tokens_per_day = year.fresh;
    usage.cache_read_tokens_per_day = year.cached;
    usage.cache_write_tokens_per_day = year.written;
    usage.output_tokens_per_day = year.output;
    usage.active_days_per_year = year.days;
    usage.hours_powered_per_day = year.hours_on;
    usage.hours_available_per_day = 24;
    cost::LocalCase local;
    local.work = cost::day_work(usage);
    local.prefill_tokens_per_s = year.prefill_tokens_per_s;
    local.decode_tokens_per_s = year.decode_tokens_per_s;
    local.prefix_hit_share = year.prefix_hit;
    local.overhead_share = 0;
    local.active_w = local.prefill_w = year.active_w;
    local.idle_w = year.idle_w;
    local.hours_powered = year.hours_on;
    local.always_on = year.always_on;
    local.days = year.days;
    local.usd_per_kwh = year.usd_per_kwh;
    local.price_usd = year.hardware_usd;
    local.annual_value_loss = year.value_loss;
    local.selling_share = year.selling_share;
    local.years = year.years;
    local.maintenance_usd_per_year = 12 * year.upkeep_hours_a_month * year.upkeep_usd_an_hour;

    const cost::LocalResult result = cost::run(local);
    CHECK(result.prefill_s == Approx(year.prefill_s).margin(0.001));
    CHECK(result.decode_s == Approx(year.decode_s).epsilon(1e-6));
    CHECK(result.active_hours == Approx(year.hours).margin(0.0001));
    CHECK(result.kwh_per_day == Approx(year.kwh).margin(0.0001));
    CHECK(result.electricity == Approx(year.electricity_year).margin(0.001));
    CHECK(result.resale == Approx(year.resale).margin(0.001));
    CHECK(result.capital == Approx(year.capital_year).margin(0.001));
    CHECK(result.maintenance == Approx(year.upkeep_year));
    CHECK(result.total() == Approx(year.local_year).margin(0.001));

    ApiCost api;
    api.usd_per_day = api_usd_per_day(api_price(year.price), usage, 1, false);
    api.usd_per_year = api.grows_usd_per_year = api.usd_per_day * year.days;
    CHECK(api.usd_per_year == Approx(year.api_year).margin(0.001));
    const BreakEven point = cost::break_even(api, Ownership::buy, local, cost::capacity(local, usage), CostInputs());
    CHECK(point.payback_months.has_value() == year.payback_months.has_value());
    if (point.payback_months && year.payback_months)
      CHECK(*point.payback_months == Approx(*year.payback_months).margin(0.001));
  }
}
