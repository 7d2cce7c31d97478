// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "core/cost_parts.hpp"
#include "core/money_text.hpp"

namespace canirun::cost {

std::vector<std::string> what_is_left_out(const CostEstimate& estimate, const ModelSpec& model, const UsageProfile& usage,
                                          const CostInputs& inputs, const PriceBook& prices,
                                          const std::optional<HardwareValue>& value, bool shares_reads) {
  std::vector<std::string> notes;
  const auto say = [&](std::string text) { notes.push_back(std::move(text)); };
  const bool buying = estimate.local_buy.has_value();

  // What the tokens are.
  if (estimate.input_tokens_per_day + estimate.cached_tokens_per_day <= 0) {
    say("input tokens: this profile counts output only; real use sends 3 (chat) to 100 (agents) input tokens for each "
        "output token");
  }
  if (usage.active_days_per_year > 300 && usage.interactive) {
    say(fmt::format("working days: {:.0f} days a year are counted, an office year has about 230",
                    usage.active_days_per_year));
  }
  if (model.reasoning && inputs.reasoning_multiplier_local <= 1) {
    say("thinking: this model may reason before it answers, 1.5 to 15 times the visible output; give a multiplier to count "
        "it");
  }
  if (usage.people > 1 && shares_reads) {
    say(
        fmt::format("{} people share the machine: speeds are of a server that answers several at once, with room for each "
                    "one's context; bursts are why only half its hours count",
                    usage.people));
  } else if (usage.people > 1) {
    say(fmt::format(
        "{} people share the machine: speeds are of one request at a time, and bursts are why only half its hours count",
        usage.people));
  }

  // What the prices are.
  for (const ApiCost& api : estimate.api) {
    if (api.price_is_old) {
      say(fmt::format("{} at {}: price of {}, over 90 days old; prices moved by half in a quarter in 2026", api.name,
                      api.provider, api.price_date));
      break;
    }
  }
  if (!estimate.api.empty()) {
    if (const ApiPrice* price = find_api_price(prices, estimate.api.front().price_id); price != nullptr) {
      if (!price->valid_until.empty())
        say(fmt::format("{}: promotional price until {}", price->model_name, price->valid_until));
      if (!price->windows.empty() && inputs.peak_share <= 0) {
        const PriceWindow& window = price->windows.front();
        say(fmt::format("{}: from {} to {} UTC it costs {:.1f} times as much; say how much falls there (--peak-share)",
                        price->model_name, window.from_utc, window.to_utc,
                        window.output_usd_per_mtok / price->output_usd_per_mtok));
      }
      const double request = std::max(usage.prompt_tokens, usage.depth_tokens);
      if (price->context_tokens && request > *price->context_tokens) {
        say(fmt::format("{}: takes at most {} tokens a request, a typical one has {}", price->model_name,
                        grouped(*price->context_tokens), grouped(request)));
      }
      if (price->above_tokens && usage.prompt_tokens > *price->above_tokens) {
        say(fmt::format("{}: requests above {} tokens are billed at a higher rate, not counted here", price->model_name,
                        grouped(*price->above_tokens)));
      }
    }
    if (!estimate.api.front().same_model)
      say("token counts: another family's tokeniser makes 10 to 30 % more or fewer tokens of the same text");
  }
  const auto hosted =
      std::find_if(estimate.api.begin(), estimate.api.end(), [](const ApiCost& api) { return api.same_model; });
  if (hosted != estimate.api.end()) {
    say("same model by API: hosted weights are usually 8 or 16 bits, a local 4-bit file is not quite the same model");
    if (!hosted->cache_discount && estimate.cached_tokens_per_day > 0) {
      say(fmt::format("{} lists no discount for cached input: repeated context is billed in full there", hosted->provider));
    }
  }

  // What running it here also takes.
  if (estimate.local_own || buying) {
    if (!inputs.dedicated) say("idle power of the PC itself: it counts as on anyway");
    if (value && !value->whole_system && !inputs.host_included) {
      say(fmt::format("the PC around the card: about {} more if there is none",
                      whole_amount(inputs.currency, prices.host.cost_usd.typical)));
    }
    if (inputs.maintenance_hours_per_month <= 0)
      say(fmt::format("your time: one hour of upkeep a month at {} is {} a year", whole_amount(inputs.currency, 60),
                      whole_amount(inputs.currency, 720)));
    if (buying && value && value->assumed) say("the hardware price is an estimate, not an observed offer");
    if (buying) say("sales tax or VAT on the hardware; businesses reclaim it, households do not");
    if (!inputs.electricity_usd_per_kwh)
      say("your tariff: an average price per kWh is used; the next kWh may cost more or less");
    const LocalCost& column = estimate.ownership == Ownership::buy && buying ? *estimate.local_buy : *estimate.local_own;
    // Where electricity is small change its heat is too.
    constexpr double k_worth_a_word = 0.1;
    if (inputs.heating_share <= 0 && inputs.cooling_share <= 0 && column.usd_per_year > 0 &&
        column.electricity_usd_per_year > k_worth_a_word * column.usd_per_year) {
      say("heat: in winter it replaces heating (--heating), with air conditioning it costs 30 % more (--cooling)");
    }
    say("waiting: a faster or slower answer is not priced");
  }
  return notes;
}

}  // namespace canirun::cost
