// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "core/cost_parts.hpp"

namespace canirun::cost {

DayWork day_work(const UsageProfile& usage) {
  const double people = usage.people;
  return {.fresh = people * (usage.fresh_input_tokens_per_day + usage.cache_write_tokens_per_day),
          .cached = people * usage.cache_read_tokens_per_day,
          .output = people * usage.output_tokens_per_day};
}

LocalResult run(const LocalCase& local) {
  LocalResult result;
  const DayWork& work = local.work;

  // Seconds: what the engine really prefills, and what it decodes, reasoning included.
  const double prefilled = work.fresh + (1 - local.prefix_hit_share) * work.cached;
  result.prefill_s = local.prefill_tokens_per_s > 0 ? prefilled / local.prefill_tokens_per_s : 0;
  result.decode_s = local.decode_tokens_per_s > 0 ? local.reasoning_multiplier * work.output / local.decode_tokens_per_s : 0;
  result.active_hours = (result.prefill_s + result.decode_s) * (1 + local.overhead_share) / 3600;

  // Energy: busy at busy watts, the rest of the powered hours at idle watts, on other days too if it never goes off.
  const double hours_on = local.always_on ? 24 : local.hours_powered;
  const double idle_hours = std::max(0.0, hours_on - result.active_hours);
  const double busy_kwh = (result.prefill_s * local.prefill_w + result.decode_s * local.active_w) / 3600 / 1000;
  result.kwh_per_day = busy_kwh + idle_hours * local.idle_w / 1000;
  const double other_days_kwh = local.always_on ? std::max(0.0, 365 - local.days) * 24 * local.idle_w / 1000 : 0;
  result.kwh_per_year = result.kwh_per_day * local.days + other_days_kwh;
  result.electricity = local.usd_per_kwh * result.kwh_per_year;
  // A busy hour replaces an idle one as long as the machine is on anyway.
  const double displaced_kwh = std::min(hours_on, result.active_hours) * local.idle_w / 1000;
  result.active_day_electricity = local.usd_per_kwh * (busy_kwh - displaced_kwh);

  // Heat: what is drawn warms the room. It replaces heat of some price, never dearer than that of an electric heater; air
  // conditioning takes about 0.3 kWh to carry one out.
  constexpr double k_cooling_per_kwh = 0.3;
  const double credit_per_kwh = local.heating_share * std::min(local.heat_usd_per_kwh, local.usd_per_kwh);
  const double cooling_per_kwh = local.cooling_share * k_cooling_per_kwh * local.usd_per_kwh;
  result.heat_credit = credit_per_kwh * result.kwh_per_year;
  result.cooling = cooling_per_kwh * result.kwh_per_year;
  result.active_day_electricity += (cooling_per_kwh - credit_per_kwh) * (busy_kwh - displaced_kwh);

  // Capital: what it loses until it is sold, in equal yearly parts; interest on what is tied up.
  result.resale = local.price_usd * std::pow(1 - local.annual_value_loss, local.years) * (1 - local.selling_share);
  result.capital = (local.price_usd - result.resale) / local.years;
  result.finance = local.finance_rate * (local.price_usd + result.resale) / 2;
  result.repairs = local.repair_share * local.price_usd;
  result.maintenance = local.maintenance_usd_per_year;
  return result;
}

Capacity capacity(const LocalCase& local, const UsageProfile& usage) {
  const LocalResult result = run(local);
  Capacity capacity;
  capacity.active_hours_per_day = result.active_hours;
  capacity.prefill_hours_per_day = result.prefill_s / 3600;
  capacity.decode_hours_per_day = result.decode_s / 3600;
  capacity.hours_available_per_day = usage.hours_available_per_day;
  // Someone who waits feels a queue: at 80 % busy the mean wait is four answers long. Several people come in bursts of
  // about twice the mean, and one slot serves one of them.
  constexpr double k_interactive = 0.8, k_batch = 0.95, k_peak_factor = 2;
  capacity.allowed_utilisation =
      (usage.interactive ? k_interactive : k_batch) / (usage.interactive && usage.people > 1 ? k_peak_factor : 1);
  capacity.utilisation = usage.hours_available_per_day > 0 ? result.active_hours / usage.hours_available_per_day : 0;
  capacity.feasible = capacity.utilisation <= capacity.allowed_utilisation;
  capacity.prefill_bound = result.prefill_s > result.decode_s;
  if (capacity.utilisation > 0) {
    capacity.max_output_tokens_per_day = local.work.output * capacity.allowed_utilisation / capacity.utilisation;
  }
  return capacity;
}

}  // namespace canirun::cost
