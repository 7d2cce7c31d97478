// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace canirun::cli {

/// What was typed, understood as far as words go.
struct Invocation {
  const Command* command = nullptr;
  bool named = false;  ///< the command's word was typed; false for `canirun` and `canirun MODEL`
  Options options;
};

/// `arguments` without the program's name. Errors (usage) name the flag or word and suggest the nearest.
Result<Invocation> parse_arguments(const std::vector<std::string>& arguments);

}  // namespace canirun::cli
