// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace canirun::cli {

/// The whole program, from arguments to exit code. `arguments` without the program's name.
int run(const std::vector<std::string>& arguments);

}  // namespace canirun::cli
