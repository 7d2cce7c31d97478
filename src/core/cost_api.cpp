// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>

#include "core/cost_parts.hpp"

namespace canirun {

const ApiPrice* find_api_price(const PriceBook& prices, std::string_view versus) {
  for (const ApiPrice& price : prices.api) {
    if (versus.empty() ? price.default_comparator : price.id == versus) return &price;
  }
  for (const ApiPrice& price : prices.api) {
    if (!versus.empty() && std::find(price.aliases.begin(), price.aliases.end(), versus) != price.aliases.end())
      return &price;
  }
  return nullptr;
}

namespace cost {
namespace {

/// Days since 1970-01-01 of "2026-09-23", "2026-09" (its first day); null otherwise. Gregorian, from the civil calendar.
std::optional<double> day_number(std::string_view date) {
  if (date.size() != 10 && date.size() != 7) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t count) -> std::optional<int> {
    int value = 0;
    for (const char c : date.substr(at, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const auto year = number(0, 4), month = number(5, 2), day = date.size() == 10 ? number(8, 2) : 1;
  if (!year || !month || !day || *month < 1 || *month > 12) return std::nullopt;
  const int shifted_year = *month <= 2 ? *year - 1 : *year;  // the year starts in March, so that leap days end it
  const int day_of_year = (153 * (*month + (*month > 2 ? -3 : 9)) + 2) / 5 + *day - 1;
  return 365.0 * shifted_year + shifted_year / 4 - shifted_year / 100 + shifted_year / 400 + day_of_year;
}

constexpr double k_old_price_days = 90;
/// How far list prices moved within a quarter in 2026; used once a price is older than that.
constexpr double k_old_price_low = 0.6, k_old_price_high = 1.5;
constexpr std::size_t k_hosted_offers = 3;

constexpr double k_months = 12;

ApiCost cost_at(const ApiPrice& price, const ModelSpec& model, const UsageProfile& usage, const CostInputs& inputs,
                const PriceBook& prices) {
  const ApiBill bill = api_bill(price, usage, inputs.reasoning_multiplier_api, inputs.batch_api, inputs.peak_share);
  ApiCost cost;
  cost.price_id = price.id;
  cost.name = price.model_name;
  cost.provider = price.provider;
  cost.same_model = !model.id.empty() && price.open_model == model.id;
  cost.input_usd_per_mtok = price.input_usd_per_mtok;
  cost.output_usd_per_mtok = price.output_usd_per_mtok;
  cost.cache_read_usd_per_mtok = price.cache_read_usd_per_mtok;
  cost.price_date = price.provenance.retrieved;
  cost.cache_discount = price.cache_read_usd_per_mtok.value_or(price.input_usd_per_mtok) < price.input_usd_per_mtok;
  cost.long_request_share = bill.long_request_share;
  cost.batch_discount = inputs.batch_api ? price.batch_discount : 0;
  const RegionAnswer region = region_answer(price, inputs, prices);
  cost.stays_in_region = region.stays;
  cost.region_surcharge_share = region.surcharge_share;
  cost.region_note = region.note;

  // A year: the days' tokens where they have to stay, the fee on top, and at least the minimum.
  const double day = bill.usd_per_day * (1 + region.surcharge_share);
  const double days = usage.active_days_per_year, tokens_year = day * days;
  const double fee_share = fee_share_of(price, inputs, prices);
  const double minimum = k_months * inputs.api_minimum_usd_per_month.value_or(price.minimum_usd_per_month);
  cost.grows_usd_per_year = tokens_year * (1 + fee_share);
  cost.minimum_usd_per_year = minimum;
  cost.usd_per_year = std::max(cost.grows_usd_per_year, minimum);
  cost.fee_usd_per_year = cost.usd_per_year - tokens_year;
  cost.usd_per_day = minimum > 0 && days > 0 ? cost.usd_per_year / days : day * (1 + fee_share);

  const std::optional<double> age = days_between(price.provenance.retrieved, inputs.today);
  cost.price_is_old = age && *age > k_old_price_days;
  cost.usd_per_year_range =
      cost.price_is_old ? Range{cost.usd_per_year * k_old_price_low, cost.usd_per_year, cost.usd_per_year * k_old_price_high}
                        : Range::exactly(cost.usd_per_year);
  return cost;
}

/// A flat price a person: it does not grow with use, as long as the use stays under whatever cap it has.
ApiCost cost_of(const Subscription& subscription, const UsageProfile& usage, const CostInputs& inputs) {
  ApiCost cost;
  cost.price_id = "subscription/" + subscription.name;
  cost.name = "subscription " + subscription.name;
  cost.provider = "flat price";
  cost.subscription = cost.asked = true;
  cost.usd_per_year = k_months * subscription.usd_per_month * usage.people;
  if (usage.active_days_per_year > 0) cost.usd_per_day = cost.usd_per_year / usage.active_days_per_year;
  cost.usd_per_year_range = Range::exactly(cost.usd_per_year);
  cost.price_date = inputs.today;
  cost.stays_in_region = inputs.residency.empty();
  if (!cost.stays_in_region) cost.region_note = "region not known";
  return cost;
}

}  // namespace

std::optional<double> days_between(std::string_view from, std::string_view to) {
  const std::optional<double> start = day_number(from), end = day_number(to);
  if (!start || !end) return std::nullopt;
  return *end - *start;
}

std::vector<ApiCost> api_costs(const ModelSpec& model, const UsageProfile& usage, const CostInputs& inputs,
                               const PriceBook& prices) {
  std::vector<ApiCost> costs;
  const ApiPrice* compared = find_api_price(prices, inputs.versus);
  if (compared != nullptr) costs.push_back(cost_at(*compared, model, usage, inputs, prices));
  std::vector<const ApiPrice*> named = {compared};
  for (const std::string& id : inputs.also_versus) {
    const ApiPrice* price = find_api_price(prices, id);
    if (price == nullptr || std::find(named.begin(), named.end(), price) != named.end()) continue;
    named.push_back(price);
    costs.push_back(cost_at(*price, model, usage, inputs, prices));
    costs.back().asked = true;
  }
  for (const Subscription& subscription : inputs.subscriptions) costs.push_back(cost_of(subscription, usage, inputs));

  std::vector<ApiCost> hosted;
  for (const ApiPrice& price : prices.api) {
    if (model.id.empty() || price.open_model != model.id) continue;
    if (std::find(named.begin(), named.end(), &price) != named.end()) continue;
    hosted.push_back(cost_at(price, model, usage, inputs, prices));
  }
  // The cheapest, those that keep the data where it has to stay first.
  std::stable_sort(hosted.begin(), hosted.end(), [](const ApiCost& a, const ApiCost& b) {
    return a.stays_in_region != b.stays_in_region ? a.stays_in_region : a.usd_per_day < b.usd_per_day;
  });
  // One provider may list the same weights under several names: its cheapest is enough.
  std::vector<std::string> seen;
  std::erase_if(hosted, [&](const ApiCost& api) {
    std::string provider = api.price_id.substr(0, api.price_id.find('/'));
    if (std::find(seen.begin(), seen.end(), provider) != seen.end()) return true;
    seen.push_back(std::move(provider));
    return false;
  });
  if (hosted.size() > k_hosted_offers) hosted.resize(k_hosted_offers);
  costs.insert(costs.end(), hosted.begin(), hosted.end());
  return costs;
}

}  // namespace cost
}  // namespace canirun
