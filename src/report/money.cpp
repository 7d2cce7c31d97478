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
  // Money has two places of interest, everything else three figures.
  const auto value = [&](double number, const std::string& unit) {
    if (unit.starts_with("output tokens")) return format_tokens(number) + " " + unit;
    if (unit.starts_with("USD")) return format_usd(number, cost.currency) + unit.substr(3);
    return format_significant(number, 3) + " " + unit;
  };
  for (const Driver& driver : cost.drivers) {
    std::string text = fmt::format("{}: {} a year", driver.name, format_usd(driver.swing_usd_per_year, cost.currency));
    if (driver.now && driver.flips_at) {
      text += fmt::format("; the cheaper side changes at {}, taken at {}", value(*driver.flips_at, driver.unit),
                          value(*driver.now, driver.unit));
    } else if (driver.now) {
      text += fmt::format("; at no value does the cheaper side change (taken at {})", value(*driver.now, driver.unit));
    }
    phrases.push_back(std::move(text));
  }
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
