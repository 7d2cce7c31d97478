// SPDX-License-Identifier: MIT
// The same hardware by the hour: held for the working day, or started whenever somebody asks.
#include <algorithm>
#include <utility>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

constexpr double k_seconds = 3600, k_months = 12, k_giga = 1e9;
/// Loading tens of GB of weights and the container around them, where the provider's own figure is not on record.
constexpr Range k_cold_start_s{45, 80, 120};

const RentalPrice* cheapest(const HardwareValue& value, const PriceBook& prices, bool serverless) {
  const RentalPrice* best = nullptr;
  const auto rank = [](const RentalPrice& offer) { return std::pair(offer.community, offer.usd_per_hour.typical); };
  for (const RentalPrice& offer : prices.rental) {
    if (offer.hardware != value.hardware_id || offer.serverless != serverless) continue;
    if (best == nullptr || rank(offer) < rank(*best)) best = &offer;
  }
  return best;
}

/// How many requests a day has, as far as its tokens tell; a batch runs in one go.
double wakes_a_day(const UsageProfile& usage) {
  if (!usage.interactive) return 1;
  const double input = usage.fresh_input_tokens_per_day + usage.cache_write_tokens_per_day + usage.cache_read_tokens_per_day;
  const double request = std::max({1.0, static_cast<double>(usage.prompt_tokens), static_cast<double>(usage.depth_tokens)});
  return usage.people * std::max(1.0, input / request);
}

/// What the provider takes for keeping the weights while nothing runs; a GPU held all day has them on its own disk.
double storage_usd_per_year(const RentalPrice& offer, const CostInputs& inputs, const PriceBook& prices) {
  const std::size_t slash = offer.id.find('/');
  if (slash == std::string::npos) return 0;
  const std::string_view provider = std::string_view(offer.id).substr(slash + 1);
  for (const ProviderTerms& terms : prices.providers) {
    if (terms.storage_usd_per_gb_month && provider.starts_with(terms.id))
      return k_months * *terms.storage_usd_per_gb_month * inputs.weights_bytes / k_giga;
  }
  return 0;
}

}  // namespace

std::optional<RentCost> rent(const LocalCase& local, const HardwareValue& value, const UsageProfile& usage,
                             const CostInputs& inputs, const PriceBook& prices, bool serverless) {
  const RentalPrice* offer = cheapest(value, prices, serverless);
  if (offer == nullptr) return std::nullopt;
  const LocalResult result = run(local);
  RentCost cost;
  cost.hardware = value.name;
  cost.provider = offer->provider;
  cost.community = offer->community;
  cost.serverless = serverless;
  cost.price_source = offer->provenance.source;
  cost.price_date = offer->provenance.retrieved;
  cost.usd_per_hour = offer->usd_per_hour.typical * value.count;

  const double start_s = offer->cold_start_s.value_or(k_cold_start_s).typical;
  const double with_starts = result.active_hours + wakes_a_day(usage) * start_s / k_seconds;
  if (serverless) {
    cost.start_s = start_s;
    // Whoever asks all the time keeps it warm; it never bills more than the hours there are.
    cost.hours_per_day = std::min(with_starts, std::max(result.active_hours, usage.hours_available_per_day));
  } else {
    cost.hours_per_day = usage.interactive ? std::max(usage.hours_available_per_day, result.active_hours) : with_starts;
  }
  cost.storage_usd_per_year = storage_usd_per_year(*offer, inputs, prices);
  cost.usd_per_year = cost.usd_per_hour * cost.hours_per_day * usage.active_days_per_year + cost.storage_usd_per_year;
  const double saved_per_hour = cost.usd_per_hour - local.usd_per_kwh * local.active_w / 1000;
  if (saved_per_hour > 0) cost.hours_until_buying_pays = std::max(0.0, local.price_usd - result.resale) / saved_per_hour;
  return cost;
}

}  // namespace canirun::cost
