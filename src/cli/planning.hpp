// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "cli/answer.hpp"

namespace canirun::cli {

/// The inverse of check: every machine with a price on which the model is usable (readable, or `--min-tps`), cheapest
/// first, without those that are dearer and no faster than another. Cards are tried alone, then in twos and fours, in a PC
/// with as much memory as `--ram` says (64 GiB).
report::Plan make_plan(Session& session, const Request& request, const Answered& here, std::optional<double> budget_usd);

}  // namespace canirun::cli
