// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/assess.hpp>
#include <canirun/result.hpp>

#include "catalog/reference_record.hpp"
#include "cli/resolver.hpp"
#include "report/accuracy.hpp"

namespace canirun::cli {

/// A published run as a request, in the words of `check --requests`.
Request request_of(const catalog::SpeedRun& run);

/// What `check` would say about a published run. Errors: what no longer is in the data.
Result<ThroughputEstimate> estimate_of(Resolver& resolver, const catalog::SpeedRun& run);

/// Every published run and allocation against its estimate. `resolver` decides which data are used, overlays included.
report::Accuracy make_accuracy(Resolver& resolver);

}  // namespace canirun::cli
