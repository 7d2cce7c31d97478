// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/cost.hpp>
#include <canirun/usage_log.hpp>

#include "report/document.hpp"
#include "report/page.hpp"

/// Pieces of what `canirun cost` prints.
namespace canirun::report {

/// What was read of a log: one paragraph; by model when there are several.
void tell_usage(Page& page, const UsageReading& usage);
/// Kinds of work divided between here and the API.
void tell_splits(Page& page, const std::vector<Split>& splits, const Currency& currency);
void write_splits(Node node, const std::vector<Split>& splits);

/// Cumulative cost over the months kept, then a year's cost against tokens a day: drawn with the terminal's characters.
void draw_cost(Page& page, const CostEstimate& cost, double years);
void write_usage_log(Node root, const UsageReading* usage);

}  // namespace canirun::report
