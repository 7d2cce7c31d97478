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

/// Memory of a run that somebody measured, in MiB: cache and state; and the total, as the log counts it.
struct MemoryFigures {
  double cache_mib = 0, total_mib = 0;
  bool in_one_place = true;  ///< nothing split between GPUs and host
};
/// What `check` would say about a measured allocation. Errors: what no longer is in the data.
Result<MemoryFigures> figures_of(const catalog::Catalog& catalog, const catalog::MemoryRun& run);

/// Every published run and allocation against its estimate. `resolver` decides which data are used, overlays included.
report::Accuracy make_accuracy(Resolver& resolver);

}  // namespace canirun::cli
