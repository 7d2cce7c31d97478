// SPDX-License-Identifier: MIT
#pragma once
#include "report/page.hpp"
#include "report/report.hpp"

/// `--explain`: each statement of the answer opened into formula, inputs, basis and source.
namespace canirun::report {

void explain_memory(Page& page, const Answer& answer);
void explain_speed(Page& page, const Answer& answer);
void explain_capability(Page& page, const Answer& answer);
void explain_cost(Page& page, const Answer& answer);
void explain_sources(Page& page, const Answer& answer);

}  // namespace canirun::report
