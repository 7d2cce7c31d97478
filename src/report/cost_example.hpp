// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/split.hpp>
#include <string>
#include <vector>

#include "report/report.hpp"

namespace canirun::report {

/// `canirun cost --example article`: the sum, line by line. The document is "canirun/cost_example".
std::string render_example_text(const std::vector<ExampleLine>& lines, const Terminal& terminal, bool explain);
std::string example_json(const std::vector<ExampleLine>& lines, const Head& head, JsonStyle style);

/// `canirun cost MODEL --plot`, below what `render_cost_text` gives.
std::string render_cost_plot(const Answer& answer, const Terminal& terminal);

}  // namespace canirun::report
