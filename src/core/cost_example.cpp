// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/split.hpp>

#include "core/cost_parts.hpp"
#include "core/money_text.hpp"

namespace canirun {
namespace {

// What the article counts with.
constexpr double k_requests = 500, k_tokens = 200, k_people = 10;
constexpr double k_api_usd_per_mtok = 5, k_card_usd = 1600, k_year = 365, k_months = 12;
// What it leaves out. Speed and watts at the wall of an RTX 4090 with an 8B model at 4 bits (data/prices/README.md), the
// whole PC idle all year, and an office's year.
constexpr double k_decode_tokens_per_s = 135, k_active_w = 400, k_idle_w = 62, k_working_days = 250;

cost::LocalCase team_on_a_card(double usd_per_kwh, double price_usd, double idle_w) {
  cost::LocalCase local;
  local.work = {.fresh = 0, .cached = 0, .output = k_people * k_requests * k_tokens};
  local.decode_tokens_per_s = k_decode_tokens_per_s;
  local.overhead_share = 0;
  local.active_w = local.prefill_w = k_active_w;
  local.idle_w = idle_w;
  local.hours_powered = 0;
  local.always_on = idle_w > 0;
  local.days = k_working_days;
  local.usd_per_kwh = usd_per_kwh;
  local.price_usd = price_usd;
  return local;
}

std::optional<double> months(double price_usd, double saved_usd_per_year) {
  return saved_usd_per_year > 0 ? std::optional(k_months * price_usd / saved_usd_per_year) : std::nullopt;
}

const ApiPrice* cheapest_host(const PriceBook& prices, std::string_view open_model) {
  const ApiPrice* best = nullptr;
  for (const ApiPrice& price : prices.api) {
    if (price.open_model == open_model && (best == nullptr || price.output_usd_per_mtok < best->output_usd_per_mtok))
      best = &price;
  }
  return best;
}

}  // namespace

std::vector<ExampleLine> article_example(const PriceBook& prices, const CostInputs& inputs) {
  std::vector<ExampleLine> lines;
  const auto say = [&](std::string what, std::optional<double> result, std::string unit, std::string source = {}) {
    lines.push_back({std::move(what), result, std::move(unit), std::move(source)});
  };

  // As it was written.
  const double one_day = k_requests * k_tokens * k_api_usd_per_mtok / 1e6;
  say("one developer: 500 requests of 200 output tokens a day at $5 a million, 365 days a year", one_day * k_year,
      "USD a year");
  const double team_day = k_people * one_day, as_written = team_day * k_year;
  say("ten developers", as_written, "USD a year");
  say("until an RTX 4090 for $1,600 that runs for nothing is paid back", months(k_card_usd, as_written), "months");

  // One thing more at each line.
  const double office = team_day * k_working_days;
  say("an office works 250 days, so the API bill is smaller", office, "USD a year");
  say("so the card takes longer", months(k_card_usd, office), "months");
  const auto card = std::find_if(prices.hardware.begin(), prices.hardware.end(),
                                 [](const HardwarePrice& price) { return price.id == "rtx-4090"; });
  double price_usd = k_card_usd;
  if (card != prices.hardware.end() && card->used_usd) {
    price_usd = card->used_usd->typical;
    const Provenance& from = card->used_provenance ? *card->used_provenance : card->provenance;
    say(fmt::format("a used card costs {} today, not $1,600", whole_amount({}, price_usd)), months(price_usd, office),
        "months", from.source + ", " + from.retrieved);
  }
  const std::optional<double> usd_per_kwh = cost::kwh_price(inputs, prices);
  if (!usd_per_kwh) return lines;
  const double busy = cost::run(team_on_a_card(*usd_per_kwh, price_usd, 0)).electricity;
  say(fmt::format("electricity while it writes: 135 tok/s at 400 W, ${:.4g} a kWh, {} a year", *usd_per_kwh,
                  whole_amount({}, busy)),
      months(price_usd, office - busy), "months");
  const double all = cost::run(team_on_a_card(*usd_per_kwh, price_usd, k_idle_w)).electricity;
  say(fmt::format("electricity while the PC waits: 62 W all year, {} a year in all", whole_amount({}, all)),
      months(price_usd, office - all), "months");

  // The comparison that counts: the same weights, hosted.
  if (const ApiPrice* host = cheapest_host(prices, "llama-3.1-8b")) {
    const double hosted = k_people * k_requests * k_tokens * host->output_usd_per_mtok / 1e6 * k_working_days;
    say(fmt::format("the team's bill for the same 8B model at {}: ${:.4g} a million", host->provider,
                    host->output_usd_per_mtok),
        hosted, "USD a year", host->provenance.source + ", " + host->provenance.retrieved);
    say(fmt::format("against that bill nothing is paid back: electricity alone is {} a year", whole_amount({}, all)),
        months(price_usd, hosted - all), "months");
  }
  return lines;
}

}  // namespace canirun
