// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/money_text.hpp"
#include "core/verdict_parts.hpp"

namespace canirun::verdict {
namespace {

/// Below this a year, money is not what decides.
constexpr double k_small_usd_per_year = 100;

/// The cheaper of the model compared with (when this one can stand in for it) and the same weights hosted.
const ApiCost* cheapest_opponent(const CostEstimate& cost, bool substitute) {
  const ApiCost* best = nullptr;
  for (const ApiCost& api : cost.api) {
    if ((!api.same_model && !substitute) || !api.stays_in_region) continue;
    if (best == nullptr || api.usd_per_year < best->usd_per_year) best = &api;
  }
  return best;
}

std::string named(const ApiCost& api) {
  return api.same_model ? fmt::format("the same model at {}", api.provider)
                        : fmt::format("{} at {}", api.name, api.provider);
}

}  // namespace

Money compare_money(const CostEstimate& cost, const Capability& capability, bool may_rent) {
  Money money;
  const auto usd_text = [&](double usd) { return plain_amount(cost.currency, usd); };
  const bool owned = cost.ownership == Ownership::own || !cost.local_buy;
  const std::optional<LocalCost>& local = owned ? cost.local_own : cost.local_buy;
  const bool substitute = capability.level != CapabilityLevel::not_a_substitute;
  const ApiCost* api = cheapest_opponent(cost, substitute);
  if (api == nullptr && !substitute) return money;  // nothing fair to compare with
  if (!local || api == nullptr) {
    money.reasons.push_back(
        {"no_cost", !local ? "no cost for running it here: " + cost.local_own_missing : "no API price to compare with"});
    return money;
  }
  money.known = true;
  if (cost.ownership == Ownership::buy && owned) {
    money.reasons.push_back({"price_unknown", cost.local_buy_missing + "; compared as if you owned it"});
  }

  const Range& here = local->usd_per_year_range;
  const Range& there = api->usd_per_year_range;
  const double difference = api->usd_per_year - local->usd_per_year;
  const std::string sides = fmt::format("{} a day here ({}) against {} for {}", usd_text(local->usd_per_day),
                                        owned ? "electricity and upkeep, hardware already paid" : "hardware and electricity",
                                        usd_text(api->usd_per_day), named(*api));
  const bool small = std::abs(difference) < k_small_usd_per_year;
  money.worth_it = difference >= 0 || (small && owned);
  money.answer = money.worth_it ? Answer::run_local : Answer::use_api;
  if (here.high < there.low) {
    money.reasons.push_back({"cheaper_local", sides});
  } else if (there.high < here.low) {
    money.reasons.push_back({"cheaper_api", sides});
  } else {
    const std::string decided = cost.drivers.empty() ? "the price of electricity" : cost.drivers.front().name;
    money.reasons.push_back({"about_even", sides + ": about even, decided by " + decided});
  }
  if (small && substitute) {
    money.reasons.push_back(
        {"small_money", fmt::format("the difference is {} a year: choose by privacy, speed and quality instead",
                                    usd_text(std::abs(difference)))});
  }

  // Renting the same hardware by the hour, for those who would have to buy it.
  const std::optional<RentCost>& rent =
      cost.rent && cost.rent_serverless
          ? (cost.rent->usd_per_year <= cost.rent_serverless->usd_per_year ? cost.rent : cost.rent_serverless)
          : (cost.rent ? cost.rent : cost.rent_serverless);
  if (may_rent && !owned && rent && rent->usd_per_year < local->usd_per_year && rent->usd_per_year < api->usd_per_year) {
    money.answer = Answer::rent;
    money.worth_it = true;
    money.reasons.push_back(
        {"cheaper_rent", fmt::format("{} a year to rent it at {}, {} to own it", usd_text(rent->usd_per_year),
                                     rent->provider, usd_text(local->usd_per_year))});
  }
  // Good for the simple part of the work: both, when that is not dearer than the API alone.
  if (capability.level == CapabilityLevel::assists && cost.hybrid && money.answer != Answer::rent) {
    const bool pays = cost.hybrid->usd_per_year <= cost.api.front().usd_per_year + (owned ? k_small_usd_per_year : 0);
    money.answer = pays ? Answer::hybrid : Answer::use_api;
    money.worth_it = pays;
    money.reasons.push_back(
        {"hybrid", fmt::format("{} a day with {:.0f} % of the requests here and the rest at {}",
                               usd_text(cost.hybrid->usd_per_day), 100 * cost.hybrid->local_share, cost.api.front().name)});
  }
  return money;
}

}  // namespace canirun::verdict
