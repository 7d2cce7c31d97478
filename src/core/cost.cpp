// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "core/cost_parts.hpp"

namespace canirun {
namespace {

using cost::HardwareValue;
using cost::LocalCase;
using cost::LocalResult;
using cost::Power;

constexpr double k_months = 12;
/// Share of its price that a used part costs in repairs a year; a new one is under warranty.
constexpr double k_used_repair_share = 0.02;

const ElectricityPrice* find_region(const PriceBook& prices, const std::string& region) {
  const auto found = std::find_if(prices.electricity.begin(), prices.electricity.end(),
                                  [&](const ElectricityPrice& price) { return price.region == region; });
  return found == prices.electricity.end() ? nullptr : &*found;
}

LocalCost describe(const LocalCase& local, const Power& power, const std::optional<HardwareValue>& value,
                   Ownership ownership, const ElectricityPrice* grid) {
  const LocalResult result = cost::run(local);
  LocalCost column;
  column.active_w = power.active_w;
  column.prefill_w = power.prefill_w;
  column.idle_w = power.idle_w;
  column.watts_basis = power.basis;
  column.kwh_per_day = result.kwh_per_day;
  column.electricity_usd_per_kwh = local.usd_per_kwh;
  column.electricity_usd_per_year = result.electricity;
  column.hardware_price_known = value.has_value();
  column.hardware_price_usd = local.price_usd;
  column.resale_usd = result.resale;
  column.capital_usd_per_year = result.capital;
  column.finance_usd_per_year = result.finance;
  column.maintenance_usd_per_year = result.maintenance;
  column.repairs_usd_per_year = result.repairs;
  column.heat_credit_usd_per_year = result.heat_credit;
  column.cooling_usd_per_year = result.cooling;
  column.economic_usd_per_year = result.total();
  column.usd_per_year = ownership == Ownership::buy ? result.total() : result.cash();
  if (local.days > 0) {
    column.cash_usd_per_day = result.cash() / local.days;
    column.usd_per_day = column.usd_per_year / local.days;
  }
  // Joules a token times price: 3.6 MJ are a kWh.
  constexpr double k_mega_per_kwh = 3.6;
  if (local.decode_tokens_per_s > 0) {
    column.marginal_usd_per_mtok_output = local.usd_per_kwh * local.active_w / local.decode_tokens_per_s / k_mega_per_kwh;
  }
  if (local.prefill_tokens_per_s > 0) {
    column.marginal_usd_per_mtok_input = local.usd_per_kwh * local.prefill_w / local.prefill_tokens_per_s / k_mega_per_kwh;
  }
  if (grid != nullptr && grid->co2_g_per_kwh) column.co2_kg_per_year = result.kwh_per_year * *grid->co2_g_per_kwh / 1000;
  if (value) {
    column.price_source = value->source;
    column.price_date = value->date;
  }
  return column;
}

/// q of the requests here, the rest at the API, and e of q at both.
HybridCost hybrid(LocalCase local, const ApiCost& api, const UsageProfile& usage, Ownership ownership) {
  HybridCost cost;
  cost.local_share = usage.simple_share;
  cost.escalation_share = usage.escalation_share;
  local.work.fresh *= cost.local_share;
  local.work.cached *= cost.local_share;
  local.work.output *= cost.local_share;
  const LocalResult result = cost::run(local);
  const double share = 1 - cost.local_share + cost.escalation_share * cost.local_share;
  const double at_api =
      api.subscription ? api.usd_per_year : std::max(api.grows_usd_per_year * share, api.minimum_usd_per_year);
  cost.usd_per_year = at_api + (ownership == Ownership::buy ? result.total() : result.cash());
  if (usage.active_days_per_year > 0) cost.usd_per_day = cost.usd_per_year / usage.active_days_per_year;
  return cost;
}

}  // namespace

namespace cost {

/// Everything about this machine and this use except what the hardware is worth.
LocalCase base_case(const UsageProfile& usage, const CostInputs& inputs, const ThroughputEstimate& speed, const Power& power,
                    double usd_per_kwh) {
  LocalCase local;
  local.work = cost::day_work(usage);
  local.prefill_tokens_per_s = speed.prefill_tokens_per_s.typical;
  // Several people on a server that answers several at once: their answers share each read of the weights.
  const bool shared = usage.people > 1 && speed.concurrent.has_value();
  local.decode_tokens_per_s = shared ? speed.concurrent->total_tokens_per_s.typical : speed.decode_tokens_per_s.typical;
  local.prefix_hit_share = inputs.prefix_cache_hit_share;
  local.overhead_share = inputs.overhead_share;
  local.reasoning_multiplier = inputs.reasoning_multiplier_local;
  local.active_w = power.active_w;
  local.prefill_w = power.prefill_w;
  local.idle_w = power.idle_w;
  local.hours_powered = usage.hours_powered_per_day;
  local.always_on = inputs.always_on;
  local.days = usage.active_days_per_year;
  local.usd_per_kwh = usd_per_kwh;
  local.years = inputs.years_kept;
  local.selling_share = inputs.selling_cost_share;
  local.finance_rate = inputs.finance_rate;
  local.heating_share = inputs.heating_share;
  local.heat_usd_per_kwh = inputs.heat_usd_per_kwh.value_or(usd_per_kwh);
  local.cooling_share = inputs.cooling_share;
  local.maintenance_usd_per_year = k_months * inputs.maintenance_hours_per_month * inputs.maintenance_usd_per_hour;
  return local;
}

/// The same case with the hardware at its price: paid for today, or worth what it would sell for.
LocalCase priced(LocalCase local, const std::optional<HardwareValue>& value, const CostInputs& inputs, Ownership ownership) {
  if (!value) return local;
  const bool buy = ownership == Ownership::buy;
  local.price_usd = buy ? value->buy_usd.typical : value->own_usd.typical;
  local.annual_value_loss = value->annual_value_loss.typical;
  const bool is_used = !buy || value->bought_used;
  local.repair_share = inputs.repair_share_per_year.value_or(buy && is_used && !value->from_user ? k_used_repair_share : 0);
  return local;
}

std::optional<double> kwh_price(const CostInputs& inputs, const PriceBook& prices) {
  if (inputs.electricity_usd_per_kwh) return inputs.electricity_usd_per_kwh;
  const ElectricityPrice* grid = find_region(prices, inputs.region);
  return grid != nullptr ? grid->usd_per_kwh : std::nullopt;
}

}  // namespace cost

CostEstimate estimate_cost(const Machine& machine, const ModelSpec& model, const UsageProfile& usage,
                           const CostInputs& inputs, const std::optional<ThroughputEstimate>& speed,
                           const PriceBook& prices) {
  CostEstimate estimate;
  estimate.ownership = inputs.ownership;
  estimate.currency = inputs.currency;
  estimate.active_days_per_year = usage.active_days_per_year;
  estimate.interactive = usage.interactive;
  const cost::DayWork work = cost::day_work(usage);
  estimate.output_tokens_per_day = work.output;
  estimate.input_tokens_per_day = work.fresh;
  estimate.cached_tokens_per_day = work.cached;

  // The API side needs no machine: the model compared with, and the same weights hosted.
  estimate.api = cost::api_costs(model, usage, inputs, prices);

  // The local side needs a speed, watts and a price of electricity; without one of them it stays empty and says why.
  std::string missing, price_missing;
  const std::optional<Power> power =
      speed ? cost::machine_power(machine, model, inputs, speed, prices, missing) : std::optional<Power>{};
  const ElectricityPrice* grid = find_region(prices, inputs.region);
  const std::optional<double> kwh_price = cost::kwh_price(inputs, prices);
  const std::optional<HardwareValue> value = cost::machine_value(machine, inputs, prices, price_missing);
  if (!speed) {
    missing = "the model does not run here, so there is no speed to cost";
  } else if (power && !kwh_price) {
    missing = "no electricity price for region " + inputs.region + ": give the price per kWh";
  }
  if (!speed || !power || !kwh_price) {
    estimate.local_own_missing = estimate.local_buy_missing = missing;
    estimate.leaves_out = cost::what_is_left_out(estimate, model, usage, inputs, prices, value, speed && speed->concurrent);
    return estimate;
  }

  // What a day takes of the machine, whoever paid for it.
  const LocalCase base = cost::base_case(usage, inputs, *speed, *power, *kwh_price);
  estimate.capacity = cost::capacity(base, usage);

  // Owned: cash is electricity and upkeep. Bought: the price, less what it will sell for, spread over the years.
  const ApiCost* compared =
      estimate.api.empty() || find_api_price(prices, inputs.versus) == nullptr ? nullptr : &estimate.api.front();
  const auto column = [&](Ownership ownership) {
    const LocalCase local = cost::priced(base, value, inputs, ownership);
    LocalCost result = describe(local, *power, value, ownership, grid);
    const std::vector<cost::Swing> swings = cost::swings(inputs, local, value, ownership, *speed, compared);
    result.usd_per_year_range = cost::local_range(local, swings, ownership);
    if (ownership == inputs.ownership) {
      estimate.drivers = cost::top_drivers(local, swings, ownership, compared != nullptr ? compared->usd_per_year : 0);
    }
    return result;
  };
  estimate.local_own = column(Ownership::own);
  if (value) {
    estimate.local_buy = column(Ownership::buy);
  } else {
    estimate.local_buy_missing = price_missing;
  }

  // Where the lines cross, for each opponent.
  const LocalCase own = cost::priced(base, value, inputs, Ownership::own),
                  buy = cost::priced(base, value, inputs, Ownership::buy);
  bool same_model_done = false;
  for (const ApiCost& api : estimate.api) {
    if (api.same_model && same_model_done) continue;  // the cheapest offer of the same weights is enough
    same_model_done = same_model_done || api.same_model;
    const auto point = [&](Ownership ownership, const LocalCase& local) {
      estimate.break_even.push_back(cost::break_even(api, ownership, local, estimate.capacity, inputs));
    };
    if (value) point(Ownership::buy, buy);
    point(Ownership::own, own);
  }
  if (value) {
    estimate.payback = cost::payback_steps(inputs, buy, *value, estimate.api, prices);
    estimate.rent = cost::rent(buy, *value, usage, inputs, prices, false);
    estimate.rent_serverless = cost::rent(buy, *value, usage, inputs, prices, true);
  }
  if (compared != nullptr) {
    const bool buying = inputs.ownership == Ownership::buy && value;
    estimate.hybrid = hybrid(buying ? buy : own, *compared, usage, buying ? Ownership::buy : Ownership::own);
  }
  estimate.leaves_out = cost::what_is_left_out(estimate, model, usage, inputs, prices, value, speed && speed->concurrent);
  return estimate;
}

}  // namespace canirun
