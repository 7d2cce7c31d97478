// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <string>
#include <vector>

/// Small questions about a CostEstimate that both the text and the JSON ask.
namespace canirun::report {

/// "API price: $228 a year": what moves the difference, by size.
std::vector<std::string> driver_phrases(const CostEstimate& cost);
/// Break-even against this price, in the column the verdict compares when there is one; null when there is none.
const BreakEven* break_even_against(const CostEstimate& cost, const std::string& price_id);
/// The column the verdict compares; null when it could not be computed.
const LocalCost* compared_local(const CostEstimate& cost);
/// The hosted price of the same open weights; null when nobody hosts them.
const ApiCost* same_model_api(const CostEstimate& cost);

}  // namespace canirun::report
