// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "catalog/catalog.hpp"
#include "report/accuracy.hpp"

namespace canirun::cli {

/// The value that `share` of them lie below; `values` is not empty.
double quantile(std::vector<double> values, double share);

/// Memory against what the engine allocates.
void add_memory(const catalog::Catalog& catalog, report::Accuracy& accuracy);

}  // namespace canirun::cli
