// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/split.hpp>

#include "core/cost_parts.hpp"

namespace canirun {
namespace {

constexpr std::size_t k_most_parts = 12;

/// Adds the work of a profile, spread over a year, as work of one active day of the mix.
void add(cost::DayWork& work, const UsageProfile& usage, double days) {
  const cost::DayWork part = cost::day_work(usage);
  const double share = days > 0 ? usage.active_days_per_year / days : 0;
  work.fresh += part.fresh * share;
  work.cached += part.cached * share;
  work.output += part.output * share;
}

}  // namespace

std::vector<Split> split_work(const Machine& machine, const ModelSpec& model, const std::vector<MixPart>& mix,
                              const CostInputs& inputs, const std::optional<ThroughputEstimate>& speed,
                              const PriceBook& prices) {
  std::string missing;
  const ApiPrice* price = find_api_price(prices, inputs.versus);
  if (!speed || price == nullptr || mix.empty() || mix.size() > k_most_parts) return {};
  const std::optional<cost::Power> power = cost::machine_power(machine, model, inputs, speed, prices, missing);
  const std::optional<double> usd_per_kwh = cost::kwh_price(inputs, prices);
  if (!power || !usd_per_kwh) return {};
  const std::optional<cost::HardwareValue> value = cost::machine_value(machine, inputs, prices, missing);
  const Ownership ownership = value ? inputs.ownership : Ownership::own;

  // The days and hours of the kind of work that has most of them; the others are spread over those.
  UsageProfile frame = mix.front().usage;
  for (const MixPart& part : mix) {
    frame.active_days_per_year = std::max(frame.active_days_per_year, part.usage.active_days_per_year);
    frame.hours_available_per_day = std::max(frame.hours_available_per_day, part.usage.hours_available_per_day);
    frame.hours_powered_per_day = std::max(frame.hours_powered_per_day, part.usage.hours_powered_per_day);
    frame.interactive = frame.interactive || part.usage.interactive;
  }
  std::vector<double> at_api;
  const cost::RegionAnswer region = cost::region_answer(*price, inputs, prices);
  for (const MixPart& part : mix) {
    const cost::ApiBill bill =
        cost::api_bill(*price, part.usage, inputs.reasoning_multiplier_api, inputs.batch_api, inputs.peak_share);
    at_api.push_back(bill.usd_per_day * (1 + region.surcharge_share) * part.usage.active_days_per_year *
                     (1 + cost::fee_share_of(*price, inputs, prices)));
  }
  // A month costs at least the minimum as soon as anything is asked there.
  constexpr double k_months = 12;
  const double minimum = k_months * inputs.api_minimum_usd_per_month.value_or(price->minimum_usd_per_month);

  const auto way = [&](std::uint32_t local_bits, const char* name) {
    Split split;
    split.name = name;
    cost::LocalCase local =
        cost::priced(cost::base_case(frame, inputs, *speed, *power, *usd_per_kwh), value, inputs, ownership);
    local.work = {};
    double api = 0;
    for (std::size_t i = 0; i < mix.size(); ++i) {
      const bool here = (local_bits >> i & 1U) != 0;
      if (here) add(local.work, mix[i].usage, frame.active_days_per_year);
      api += at_api[i] * (here ? mix[i].usage.escalation_share : 1);
      split.parts.push_back({.profile = mix[i].usage.id,
                             .name = mix[i].usage.name,
                             .local = here,
                             .usd_per_year_api = at_api[i],
                             .escalation_share = mix[i].usage.escalation_share});
    }
    const cost::LocalResult result = cost::run(local);
    split.active_hours_per_day = result.active_hours;
    // A machine nothing is done on need not be bought, nor be on.
    if (local_bits != 0) {
      split.usd_per_year = ownership == Ownership::buy ? result.total() : result.cash();
      split.feasible = cost::capacity(local, frame).feasible;
    }
    if (api > 0) split.usd_per_year += std::max(api, minimum);
    return split;
  };

  const std::uint32_t ways = 1U << mix.size();
  std::uint32_t allowed = 0;
  for (std::size_t i = 0; i < mix.size(); ++i) allowed |= mix[i].good_enough ? 1U << i : 0U;
  Split cheapest = way(0, "cheapest"), bar = way(0, "meets_the_bar");
  for (std::uint32_t bits = 1; bits < ways; ++bits) {
    Split split = way(bits, "cheapest");
    if (!split.feasible) continue;
    if ((bits & ~allowed) == 0 && split.usd_per_year < bar.usd_per_year) {
      bar = split;
      bar.name = "meets_the_bar";
    }
    if (split.usd_per_year < cheapest.usd_per_year) cheapest = std::move(split);
  }
  return {std::move(cheapest), std::move(bar), way(ways - 1, "all_local"), way(0, "all_api")};
}

}  // namespace canirun
