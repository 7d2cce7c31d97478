// SPDX-License-Identifier: MIT
// What a day's tokens cost at one API: tiers of long requests, hours with another price, batch discount, fees.
#include <algorithm>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

/// One way in which requests are billed, USD per million tokens.
struct Rates {
  double input = 0, cache_write = 0, cache_read = 0, output = 0;
};
/// Without a listed price for it, a cached token costs what a fresh one does.
template <class Price>
Rates rates_of(const Price& price) {
  return {.input = price.input_usd_per_mtok,
          .cache_write = price.cache_write_usd_per_mtok.value_or(price.input_usd_per_mtok),
          .cache_read = price.cache_read_usd_per_mtok.value_or(price.input_usd_per_mtok),
          .output = price.output_usd_per_mtok};
}
double usd(const Rates& rates, const UsageProfile& usage, double reasoning_multiplier, double input_share,
           double output_share) {
  return (input_share *
              (usage.fresh_input_tokens_per_day * rates.input + usage.cache_write_tokens_per_day * rates.cache_write +
               usage.cache_read_tokens_per_day * rates.cache_read) +
          output_share * reasoning_multiplier * usage.output_tokens_per_day * rates.output) /
         1e6;
}

/// The part of the requests that have more input than this, by number and by tokens.
struct LongPart {
  double requests = 0, tokens = 0;
};
LongPart longer_than(const UsageProfile& usage, double limit) {
  const std::vector<double>& sizes = usage.request_sizes_tokens;
  if (sizes.empty()) {
    const bool is_long = std::max(usage.prompt_tokens, usage.depth_tokens) > limit;
    return is_long ? LongPart{1, 1} : LongPart{};
  }
  double all = 0, above = 0, count = 0;
  for (const double size : sizes) {
    all += size;
    if (size > limit) above += size, count += 1;
  }
  return {.requests = count / static_cast<double>(sizes.size()), .tokens = all > 0 ? above / all : 0};
}

}  // namespace

ApiBill api_bill(const ApiPrice& price, const UsageProfile& usage, double reasoning_multiplier, bool batch,
                 double peak_share) {
  ApiBill bill;
  // Tiers: each request is billed as a whole by the highest tier it exceeds.
  LongPart longer{};
  for (auto tier = price.tiers.rbegin(); tier != price.tiers.rend(); ++tier) {
    const LongPart part = longer_than(usage, tier->above_tokens);
    bill.usd_per_day +=
        usd(rates_of(*tier), usage, reasoning_multiplier, part.tokens - longer.tokens, part.requests - longer.requests);
    longer = part;
  }
  bill.long_request_share = longer.requests;
  bill.usd_per_day += usd(rates_of(price), usage, reasoning_multiplier, 1 - longer.tokens, 1 - longer.requests);

  // Hours that cost more: the dearest of them for the share that was said to fall there.
  if (peak_share > 0 && !price.windows.empty()) {
    double dearest = 0;
    for (const PriceWindow& window : price.windows)
      dearest = std::max(dearest, usd(rates_of(window), usage, reasoning_multiplier, 1, 1));
    bill.usd_per_day = (1 - peak_share) * bill.usd_per_day + peak_share * dearest;
  }
  if (batch) bill.usd_per_day *= 1 - price.batch_discount;
  bill.usd_per_day *= usage.people;
  return bill;
}

}  // namespace canirun::cost

namespace canirun {

double api_usd_per_day(const ApiPrice& price, const UsageProfile& usage, double reasoning_multiplier, bool batch) {
  return cost::api_bill(price, usage, reasoning_multiplier, batch, 0).usd_per_day;
}

}  // namespace canirun
