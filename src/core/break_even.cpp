// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "core/cost_parts.hpp"
#include "core/money_text.hpp"

namespace canirun::cost {
namespace {

constexpr double k_months = 12;

/// Months until the price is earned back by what running here saves a year; null when it saves nothing.
std::optional<double> payback_months(double price_usd, double api_usd_per_year, double running_usd_per_year) {
  const double saved = api_usd_per_year - running_usd_per_year;
  if (saved <= 0 || price_usd <= 0) return std::nullopt;
  return k_months * price_usd / saved;
}

}  // namespace

BreakEven break_even(const ApiCost& api, Ownership ownership, const LocalCase& local, const Capacity& capacity,
                     const CostInputs& inputs) {
  const LocalResult result = run(local);
  const double discount_rate = inputs.discount_rate;
  const auto usd_text = [&](double usd) { return exact_amount(inputs.currency, usd); };
  BreakEven point;
  point.ownership = ownership;
  point.against = api.price_id;

  // Fixed: what is paid however little is asked. Use scales by x until the API bill is as high: A(x) = L(x).
  const double growing = result.active_day_electricity * local.days;
  const double fixed = (ownership == Ownership::buy ? result.total() : result.cash()) - growing;
  const double saved_per_use = api.grows_usd_per_year - growing;
  if (ownership == Ownership::buy) {
    point.payback_months = payback_months(local.price_usd, api.usd_per_year, result.cash());
    point.simple_payback_months = payback_months(local.price_usd, api.usd_per_year, 0);
  }
  point.npv_usd = net_present_value(local, ownership, api.usd_per_year, discount_rate);
  if (api.subscription) {  // a flat price: more use moves only this side
    const double here = ownership == Ownership::buy ? result.total() : result.cash();
    point.never = here > api.usd_per_year;
    if (point.never) {
      point.reason = fmt::format("{} a year here, however much is used, is more than the flat {}", usd_text(here),
                                 usd_text(api.usd_per_year));
    } else {
      point.reason = "at any use: the flat price is higher than running it here";
    }
    return point;
  }
  if (local.work.output <= 0 || local.days <= 0) {
    point.never = true;
    point.reason = "the profile has no output tokens";
    return point;
  }
  if (api.minimum_usd_per_year > fixed) {  // it takes more for nothing than this machine costs standing still
    point.times_stated_use = point.output_tokens_per_day = 0;
    point.reason = fmt::format("from the first token: that API takes {} a year however little is used",
                               usd_text(api.minimum_usd_per_year));
    return point;
  }
  if (saved_per_use <= 0) {
    point.never = true;
    point.reason = fmt::format("the electricity of these tokens alone ({} a day) costs more than the API ({} a day)",
                               usd_text(result.active_day_electricity), usd_text(api.usd_per_day));
    return point;
  }
  const double times = std::max(0.0, fixed) / saved_per_use;
  if (times <= 0) point.reason = "from the first token: nothing is paid here while it stands still";
  point.times_stated_use = times;
  point.output_tokens_per_day = times * local.work.output;
  point.beyond_capacity =
      capacity.max_output_tokens_per_day > 0 && *point.output_tokens_per_day > capacity.max_output_tokens_per_day;
  if (point.beyond_capacity) {
    point.never = true;
    point.reason = fmt::format("it would take {} output tokens a day; this machine can do {}",
                               grouped(*point.output_tokens_per_day), grouped(capacity.max_output_tokens_per_day));
  }
  return point;
}

std::vector<PaybackStep> payback_steps(const CostInputs& inputs, const LocalCase& local, const HardwareValue& value,
                                       const std::vector<ApiCost>& api, const PriceBook& prices) {
  std::vector<PaybackStep> steps;
  if (api.empty() || value.buy_usd.typical <= 0) return steps;
  const ApiCost& compared = api.front();
  const auto usd_text = [&](double usd) { return whole_amount(inputs.currency, usd); };
  double price = value.buy_usd.typical;
  if (inputs.host_included && !value.whole_system) price -= prices.host.cost_usd.typical;

  // The sum people do in their heads: price over API bill, every day of the year, nothing else.
  constexpr double k_year = 365, k_office_days = 230;
  LocalCase sum = local;
  sum.days = k_year;
  const auto api_year = [&](double days) { return compared.usd_per_day * days; };
  steps.push_back({fmt::format("{} over the API bill of {} a year (365 days), running it free", usd_text(price),
                               usd_text(api_year(k_year))),
                   payback_months(price, api_year(k_year), 0)});

  const double days = local.days < k_year ? local.days : k_office_days;
  sum.days = days;
  steps.push_back({fmt::format("+ {:.0f} active days a year", days), payback_months(price, api_year(days), 0)});

  if (value.from_user && value.listed_usd > price * 1.01) {
    price = value.listed_usd;
    steps.push_back({"+ its price today, " + usd_text(price), payback_months(price, api_year(days), 0)});
  }

  sum.maintenance_usd_per_year = 0;
  sum.repair_share = 0;
  const double electricity = run(sum).power_bill();
  steps.push_back({fmt::format("+ electricity, active and idle ({} a year)", usd_text(electricity)),
                   payback_months(price, api_year(days), electricity)});

  sum.maintenance_usd_per_year = local.maintenance_usd_per_year;
  sum.repair_share = local.repair_share;
  sum.price_usd = price;
  const double running = run(sum).cash();
  if (running > electricity + 0.5) {
    steps.push_back({fmt::format("+ upkeep and repairs ({} a year)", usd_text(running - electricity)),
                     payback_months(price, api_year(days), running)});
  }
  if (!value.whole_system) {
    const double host = prices.host.cost_usd.typical;
    steps.push_back({fmt::format("+ the PC around it (about {})", usd_text(host)),
                     payback_months(price + host, api_year(days), running)});
  }
  const auto hosted = std::find_if(api.begin(), api.end(), [](const ApiCost& cost) { return cost.same_model; });
  if (hosted != api.end() && hosted != api.begin()) {
    steps.push_back({fmt::format("the same model at {} instead ({} a year), card only", hosted->provider,
                                 usd_text(hosted->usd_per_day * days)),
                     payback_months(price, hosted->usd_per_day * days, running)});
  }
  return steps;
}

}  // namespace canirun::cost
