// SPDX-License-Identifier: MIT
// Where the answer turns: the value of one input at which both sides cost the same, and what the years are worth today.
#include <cmath>

#include "core/cost_parts.hpp"

namespace canirun::cost {

std::optional<double> flip_factor(const LocalCase& local, const Swing& swing, Ownership ownership, double api_usd_per_year) {
  if (!swing.scaled) return std::nullopt;
  const auto difference = [&](double factor) {
    LocalCase changed = local;
    double api = api_usd_per_year;
    swing.scaled(changed, api, factor);
    const LocalResult result = run(changed);
    return api - (ownership == Ownership::buy ? result.total() : result.cash());
  };
  const bool positive = difference(1) > 0;
  // Outwards from 1 in steps of a quarter of a doubling, both ways, until the sign changes; then halve the step.
  constexpr double k_step = 0.25;
  constexpr int k_steps = 40;  // a thousandth to a thousand times
  for (int i = 1; i <= k_steps; ++i) {
    for (const double direction : {1.0, -1.0}) {
      double near = std::exp2(direction * k_step * (i - 1)), far = std::exp2(direction * k_step * i);
      const bool beyond = swing.most > 0 && swing.now * far > swing.most;
      if (beyond && swing.now * near >= swing.most) continue;
      if (beyond) far = swing.most / swing.now;
      if ((difference(far) > 0) == positive) continue;
      for (int k = 0; k < 60; ++k) {
        const double middle = std::sqrt(near * far);
        ((difference(middle) > 0) == positive ? near : far) = middle;
      }
      return far;
    }
  }
  return std::nullopt;
}

double net_present_value(const LocalCase& local, Ownership ownership, double api_usd_per_year, double discount_rate) {
  const LocalResult result = run(local);
  const double saved = api_usd_per_year - result.cash();
  // A year's saving comes at its end; a part of a year counts as that part.
  const double worth = std::pow(1 + discount_rate, -local.years);
  const double years_worth = discount_rate > 0 ? (1 - worth) / discount_rate : local.years;
  double value = saved * years_worth;
  if (ownership == Ownership::buy) value += -local.price_usd + result.resale * worth;
  return value;
}

}  // namespace canirun::cost
