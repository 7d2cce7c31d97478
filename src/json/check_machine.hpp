// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <canirun/result.hpp>
#include <string>
#include <string_view>

namespace canirun::json {

/// Whether a machine that came from a file can be computed with: at least one pool, indices that lead somewhere, figures
/// that are positive and below what any machine has, counts that are bounded. The error (`malformed`) names the JSON pointer
/// below `at`.
Result<void> check_machine(const Machine& machine, std::string_view at = "/machine");

}  // namespace canirun::json
