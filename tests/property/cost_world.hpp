// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <canirun/verdict.hpp>
#include <cmath>
#include <optional>
#include <random>

#include "../unit/core/money_cases.hpp"

namespace canirun::cost_world {

using namespace canirun::money_cases;

/// A question drawn at random, the same on every run.
struct World {
  UsageProfile usage = chat_day();
  CostInputs money;
  PriceBook prices = book();
  Capability capability;
  Floors floors;
  Policy policy;
  double decode = 20, prefill = 800;

  explicit World(std::mt19937& random) {
    const auto between = [&](double low, double high) {
      return low * std::pow(high / low, std::uniform_real_distribution<double>(0, 1)(random));
    };
    const auto coin = [&] { return std::bernoulli_distribution(0.5)(random); };
    usage.fresh_input_tokens_per_day = between(1e3, 1e7);
    usage.cache_read_tokens_per_day = between(1e3, 1e7);
    usage.output_tokens_per_day = between(1e3, 2e6);
    usage.active_days_per_year = between(50, 365);
    usage.interactive = coin();
    usage.people = coin() ? 1 : 5;
    money.ownership = coin() ? Ownership::own : Ownership::buy;
    money.dedicated = coin();
    money.always_on = coin();
    money.today = coin() ? "2026-11-25" : "2027-06-01";
    money.maintenance_hours_per_month = coin() ? 0 : 1;
    money.maintenance_usd_per_hour = 60;
    for (ApiPrice& price : prices.api) {
      price.input_usd_per_mtok = between(0.01, 10);
      price.output_usd_per_mtok = between(0.02, 50);
    }
    for (ApiPrice& price : prices.api) price.fee_share = coin() ? 0 : between(0.01, 0.2);
    if (coin()) money.heating_share = between(0.1, 0.9), money.heat_usd_per_kwh = between(0.01, 0.6);
    if (money.heating_share <= 0 && coin()) money.cooling_share = between(0.1, 1);
    prices.hardware[0].used_usd = Range::around(between(100, 20000), 1.3);
    capability.level = static_cast<CapabilityLevel>(std::uniform_int_distribution<int>(0, 4)(random));
    policy.private_data = std::bernoulli_distribution(0.1)(random);
    if (coin()) floors.min_decode_tokens_per_s = between(1, 100);
    decode = between(0.2, 300);
    prefill = between(20, 10000);
  }
  [[nodiscard]] CostEstimate cost(double faster = 1) const {
    return estimate_cost(one_card(), dense_model(), usage, money, speed(decode * faster, prefill * faster), prices);
  }
  [[nodiscard]] Verdict verdict(double faster, bool fits) const {
    PlacedMemory placed;
    placed.placement.status = fits ? FitStatus::fits : FitStatus::does_not_fit;
    placed.placement.fits_now = placed.placement.fits_idle = fits;
    const std::optional<ThroughputEstimate> estimate =
        fits ? std::optional(speed(decode * faster, prefill * faster)) : std::nullopt;
    return decide(one_card(), dense_model(), placed, estimate, judge_usability(estimate, UsabilityThresholds{}), capability,
                  estimate_cost(one_card(), dense_model(), usage, money, estimate, prices), floors, policy);
  }
};

inline constexpr int k_worlds = 400;

}  // namespace canirun::cost_world
