// SPDX-License-Identifier: MIT
// What a provider says of everything it sells: regions it promises, fees on every bill.
#include <fmt/format.h>

#include <algorithm>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_region(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view provider_of(const ApiPrice& price) { return std::string_view(price.id).substr(0, price.id.find('/')); }

}  // namespace

const ProviderTerms* terms_of(const PriceBook& prices, std::string_view provider_id) {
  const auto found = std::find_if(prices.providers.begin(), prices.providers.end(),
                                  [&](const ProviderTerms& terms) { return terms.id == provider_id; });
  return found == prices.providers.end() ? nullptr : &*found;
}

double fee_share_of(const ApiPrice& price, const CostInputs& inputs, const PriceBook& prices) {
  if (inputs.api_fee_share) return *inputs.api_fee_share;
  if (price.fee_share > 0) return price.fee_share;
  const ProviderTerms* terms = terms_of(prices, provider_of(price));
  return terms != nullptr ? terms->fee_share.value_or(0) : 0;
}

RegionAnswer region_answer(const ApiPrice& price, const CostInputs& inputs, const PriceBook& prices) {
  if (inputs.residency.empty()) return {};
  const auto is_asked = [&](const std::string& region) { return same_region(region, inputs.residency); };
  if (std::any_of(price.regions.begin(), price.regions.end(), is_asked)) return {};
  const ProviderTerms* terms = terms_of(prices, provider_of(price));
  if (terms == nullptr || !terms->regions_provenance)
    return {.stays = false, .surcharge_share = 0, .note = "region not known"};
  for (const RegionOffer& offer : terms->regions) {
    const bool sold = offer.only.empty() || std::find(offer.only.begin(), offer.only.end(), price.id) != offer.only.end();
    if (sold && is_asked(offer.region))
      return {.stays = true, .surcharge_share = offer.surcharge_share, .note = offer.condition};
  }
  return {.stays = false, .surcharge_share = 0, .note = "does not promise " + inputs.residency};
}

}  // namespace canirun::cost
