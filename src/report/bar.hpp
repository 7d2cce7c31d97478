// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/memory.hpp>
#include <string>

#include "report/terminal.hpp"

namespace canirun::report {

/// A pool as a bar of `columns`, each part with its own filling: weights, KV and state, buffers and driver, free.
/// "████████▓▓▒·······" or "######%%=......." ; what does not fit runs to the edge and ends in "!".
std::string memory_bar(const PoolMemory& used, int columns, const Terminal& terminal);

}  // namespace canirun::report
