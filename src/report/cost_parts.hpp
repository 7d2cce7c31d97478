// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/usage_log.hpp>

#include "report/document.hpp"
#include "report/page.hpp"

/// Pieces of what `canirun cost` prints.
namespace canirun::report {

/// What was read of a log: one paragraph; by model when there are several.
void tell_usage(Page& page, const UsageReading& usage);
void write_usage_log(Node root, const UsageReading* usage);

}  // namespace canirun::report
