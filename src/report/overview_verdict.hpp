// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "report/report.hpp"

namespace canirun::report {

/// The one line under the overview: which tasks this machine can take over and which are better sent away.
struct OverviewVerdict {
  canirun::Answer answer = canirun::Answer::use_api;
  std::vector<Task> local_tasks;  ///< a model runs at a readable speed or better and is close to the reference or beyond it
  std::vector<Task> api_tasks;    ///< the rest with evidence
  std::string text;               ///< the line without the prices
};
/// From the picks alone; prices never turn an answer here, they are printed beside it.
OverviewVerdict judge_overview(const Overview& overview);

}  // namespace canirun::report
