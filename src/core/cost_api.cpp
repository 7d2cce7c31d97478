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

double api_usd_per_day(const ApiPrice& price, const UsageProfile& usage, double reasoning_multiplier, bool batch) {
  // Without a listed price for it, a cached token costs what a fresh one does.
  const double read = price.cache_read_usd_per_mtok.value_or(price.input_usd_per_mtok);
  const double write = price.cache_write_usd_per_mtok.value_or(price.input_usd_per_mtok);
  const double usd_per_person = (usage.fresh_input_tokens_per_day * price.input_usd_per_mtok +
                                 usage.cache_write_tokens_per_day * write + usage.cache_read_tokens_per_day * read +
                                 reasoning_multiplier * usage.output_tokens_per_day * price.output_usd_per_mtok) /
                                1e6;
  return usd_per_person * usage.people * (batch ? 1 - price.batch_discount : 1);
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

ApiCost cost_at(const ApiPrice& price, const ModelSpec& model, const UsageProfile& usage, const CostInputs& inputs) {
  ApiCost cost{
      .price_id = price.id,
      .name = price.model_name,
      .provider = price.provider,
      .same_model = !model.id.empty() && price.open_model == model.id,
      .usd_per_day = api_usd_per_day(price, usage, inputs.reasoning_multiplier_api, inputs.batch_api),
      .usd_per_year = 0,
      .usd_per_year_range = {},
      .input_usd_per_mtok = price.input_usd_per_mtok,
      .output_usd_per_mtok = price.output_usd_per_mtok,
      .cache_read_usd_per_mtok = price.cache_read_usd_per_mtok,
      .price_date = price.provenance.retrieved,
      .price_is_old = false,
      .cache_discount = price.cache_read_usd_per_mtok.value_or(price.input_usd_per_mtok) < price.input_usd_per_mtok};
  const std::optional<double> age = days_between(price.provenance.retrieved, inputs.today);
  cost.price_is_old = age && *age > k_old_price_days;
  cost.usd_per_year = cost.usd_per_day * usage.active_days_per_year;
  cost.usd_per_year_range =
      cost.price_is_old ? Range{cost.usd_per_year * k_old_price_low, cost.usd_per_year, cost.usd_per_year * k_old_price_high}
                        : Range::exactly(cost.usd_per_year);
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
  if (compared != nullptr) costs.push_back(cost_at(*compared, model, usage, inputs));

  std::vector<ApiCost> hosted;
  for (const ApiPrice& price : prices.api) {
    if (&price == compared || model.id.empty() || price.open_model != model.id) continue;
    hosted.push_back(cost_at(price, model, usage, inputs));
  }
  std::stable_sort(hosted.begin(), hosted.end(),
                   [](const ApiCost& a, const ApiCost& b) { return a.usd_per_day < b.usd_per_day; });
  if (hosted.size() > k_hosted_offers) hosted.resize(k_hosted_offers);
  costs.insert(costs.end(), hosted.begin(), hosted.end());
  return costs;
}

}  // namespace cost
}  // namespace canirun
