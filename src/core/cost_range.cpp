// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

using Change = std::function<void(LocalCase&, double&)>;

double local_usd(const LocalCase& local, Ownership ownership) {
  const LocalResult result = run(local);
  return ownership == Ownership::buy ? result.total() : result.cash();
}
Change scaled(double LocalCase::* field, double factor) {
  return [field, factor](LocalCase& local, double&) { local.*field *= factor; };
}
Change set_to(double LocalCase::* field, double value) {
  return [field, value](LocalCase& local, double&) { local.*field = value; };
}
using Scaled = std::function<void(LocalCase&, double&, double)>;
Scaled any(double LocalCase::* field) {
  return [field](LocalCase& local, double&, double factor) { local.*field *= factor; };
}
/// Both sides at once: more use, or longer thinking, costs at the API and here.
Change used(double factor) {
  return [factor](LocalCase& local, double& api) {
    local.work.fresh *= factor;
    local.work.cached *= factor;
    local.work.output *= factor;
    api *= factor;
  };
}

}  // namespace

std::vector<Swing> swings(const CostInputs& inputs, const LocalCase& local, const std::optional<HardwareValue>& value,
                          Ownership ownership, const ThroughputEstimate& speed, const ApiCost* api) {
  std::vector<Swing> list;
  const bool own = ownership == Ownership::own;

  // Taken as stated, so not part of the range; still the input that moves the answer most.
  list.push_back({"how much it is used (half to double)", false, used(0.5), used(2),
                  [](LocalCase& l, double& a, double factor) { used(factor)(l, a); }, "output tokens a day",
                  local.work.output});
  list.push_back({"active days a year (+-15 %)", false, [](LocalCase& l, double& a) { l.days *= 0.85, a *= 0.85; },
                  [](LocalCase& l, double& a) { l.days *= 1.15, a *= 1.15; },
                  [](LocalCase& l, double& a, double factor) { l.days *= factor, a *= factor; }, "days a year", local.days,
                  366});
  if (api != nullptr && api->usd_per_year > 0 && api->usd_per_year_range.high > api->usd_per_year_range.low) {
    const double low = api->usd_per_year_range.low / api->usd_per_year,
                 high = api->usd_per_year_range.high / api->usd_per_year;
    list.push_back({"age of the API price", true, [low](LocalCase&, double& a) { a *= low; },
                    [high](LocalCase&, double& a) { a *= high; }, [](LocalCase&, double& a, double factor) { a *= factor; },
                    "USD a year at the API", api->usd_per_year});
  }
  if (local.reasoning_multiplier > 1) {
    // The same question varies this much from run to run: 3 is 1.5 to 5, 8 is 4 to 15.
    constexpr double k_less = 0.5, k_more = 1.8;
    const auto think = [&](double factor) -> Change {
      return [factor](LocalCase& l, double&) { l.reasoning_multiplier = std::max(1.0, l.reasoning_multiplier * factor); };
    };
    list.push_back({"reasoning tokens", true, think(k_less), think(k_more), any(&LocalCase::reasoning_multiplier),
                    "times the visible output", local.reasoning_multiplier});
  }

  const Range& decode = speed.decode_tokens_per_s;
  // Speed: the estimate's own range; a prompt's speed is known less well.
  list.push_back({"decode speed", true, scaled(&LocalCase::decode_tokens_per_s, decode.high / decode.typical),
                  scaled(&LocalCase::decode_tokens_per_s, decode.low / decode.typical), any(&LocalCase::decode_tokens_per_s),
                  "tok/s", local.decode_tokens_per_s});
  list.push_back({"prefill speed (+-40 %)", true, scaled(&LocalCase::prefill_tokens_per_s, 1.4),
                  scaled(&LocalCase::prefill_tokens_per_s, 0.6), any(&LocalCase::prefill_tokens_per_s), "tok/s",
                  local.prefill_tokens_per_s});
  if (!inputs.active_w) {
    list.push_back({"watts (+-15 %)", true,
                    [](LocalCase& l, double&) { l.active_w *= 0.85, l.prefill_w *= 0.85, l.idle_w *= 0.85; },
                    [](LocalCase& l, double&) { l.active_w *= 1.15, l.prefill_w *= 1.15, l.idle_w *= 1.15; },
                    [](LocalCase& l, double&, double f) { l.active_w *= f, l.prefill_w *= f, l.idle_w *= f; },
                    "W while it writes", local.active_w});
  }
  if (!inputs.electricity_usd_per_kwh) {
    list.push_back({"price of electricity (+-25 %)", true, scaled(&LocalCase::usd_per_kwh, 0.75),
                    scaled(&LocalCase::usd_per_kwh, 1.25), any(&LocalCase::usd_per_kwh), "USD per kWh", local.usd_per_kwh});
  }
  if (!own && value) {
    if (value->buy_usd.high > value->buy_usd.low) {
      list.push_back({"price of the hardware", true, set_to(&LocalCase::price_usd, value->buy_usd.low),
                      set_to(&LocalCase::price_usd, value->buy_usd.high), any(&LocalCase::price_usd), "USD",
                      local.price_usd});
    }
    if (value->annual_value_loss.high > value->annual_value_loss.low) {
      list.push_back({"resale value", true, set_to(&LocalCase::annual_value_loss, value->annual_value_loss.low),
                      set_to(&LocalCase::annual_value_loss, value->annual_value_loss.high),
                      any(&LocalCase::annual_value_loss), "of its value a year", local.annual_value_loss, 1});
    }
  }
  if (local.maintenance_usd_per_year > 0) {
    list.push_back({"time for upkeep (half to double)", true, scaled(&LocalCase::maintenance_usd_per_year, 0.5),
                    scaled(&LocalCase::maintenance_usd_per_year, 2), any(&LocalCase::maintenance_usd_per_year), "USD a year",
                    local.maintenance_usd_per_year});
  }
  return list;
}

Range local_range(const LocalCase& local, const std::vector<Swing>& swings, Ownership ownership) {
  const double typical = local_usd(local, ownership);
  double below = 0, above = 0;
  for (const Swing& swing : swings) {
    if (!swing.in_range) continue;
    for (const auto& change : {swing.low, swing.high}) {
      LocalCase changed = local;
      double api = 0;
      change(changed, api);
      const double moved = local_usd(changed, ownership) - typical;
      (moved < 0 ? below : above) += moved * moved;
    }
  }
  return {std::max(0.0, typical - std::sqrt(below)), typical, typical + std::sqrt(above)};
}

std::vector<Driver> top_drivers(const LocalCase& local, const std::vector<Swing>& swings, Ownership ownership,
                                double api_usd_per_year) {
  std::vector<Driver> drivers;
  for (const Swing& swing : swings) {
    double difference[2] = {0, 0};
    for (int end = 0; end < 2; ++end) {
      LocalCase changed = local;
      double api = api_usd_per_year;
      (end == 0 ? swing.low : swing.high)(changed, api);
      difference[end] = api - local_usd(changed, ownership);
    }
    const double size = std::abs(difference[1] - difference[0]);
    if (size < 1) continue;
    Driver driver{.name = swing.name, .swing_usd_per_year = size, .unit = swing.unit};
    if (swing.scaled) driver.now = swing.now;
    drivers.push_back(std::move(driver));
  }
  std::stable_sort(drivers.begin(), drivers.end(),
                   [](const Driver& a, const Driver& b) { return a.swing_usd_per_year > b.swing_usd_per_year; });
  constexpr std::size_t k_top = 3;
  if (drivers.size() > k_top) drivers.resize(k_top);
  for (Driver& driver : drivers) {
    const auto swing = std::find_if(swings.begin(), swings.end(), [&](const Swing& s) { return s.name == driver.name; });
    if (api_usd_per_year <= 0) continue;
    if (const auto factor = flip_factor(local, *swing, ownership, api_usd_per_year)) driver.flips_at = swing->now * *factor;
  }
  return drivers;
}

}  // namespace canirun::cost
