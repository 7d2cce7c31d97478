// SPDX-License-Identifier: MIT
#include "report/money.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "report/numbers.hpp"

namespace canirun::report {

const BreakEven* break_even_against(const CostEstimate& cost, const std::string& price_id) {
  const BreakEven* any = nullptr;
  for (const BreakEven& point : cost.break_even) {
    if (point.against != price_id) continue;
    if (point.ownership == cost.ownership) return &point;
    if (any == nullptr) any = &point;
  }
  return any;
}

std::vector<std::string> driver_phrases(const CostEstimate& cost) {
  std::vector<std::string> phrases;
  for (const Driver& driver : cost.drivers)
    phrases.push_back(fmt::format("{}: {} a year", driver.name, format_usd(driver.swing_usd_per_year)));
  return phrases;
}

const LocalCost* compared_local(const CostEstimate& cost) {
  const std::optional<LocalCost>& column = cost.ownership == Ownership::own ? cost.local_own : cost.local_buy;
  return column ? &*column : nullptr;
}

const ApiCost* same_model_api(const CostEstimate& cost) {
  const auto found = std::find_if(cost.api.begin(), cost.api.end(), [](const ApiCost& api) { return api.same_model; });
  return found == cost.api.end() ? nullptr : &*found;
}

}  // namespace canirun::report
