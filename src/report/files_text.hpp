// SPDX-License-Identifier: MIT
#pragma once
#include "report/page.hpp"
#include "report/report.hpp"

namespace canirun::report {

/// Where the model was read from, what that cost, what else is offered there, and what is odd about it.
void files_section(Page& page, const FileSource& files, bool explain);

}  // namespace canirun::report
