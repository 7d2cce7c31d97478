// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "cli/resolver.hpp"
#include "report/report.hpp"

namespace canirun::cli {

/// What others measured of this model on such a machine, with the estimate for the very same run: at most
/// `k_most_published`, the nearest to the question first (the same quant, then the same backend, then the depth). Empty
/// where nobody did.
std::vector<report::PublishedRun> published_runs(Resolver& resolver, const Resolved& asked);

}  // namespace canirun::cli
