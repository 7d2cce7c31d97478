// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <canirun/usage.hpp>
#include <string>

namespace canirun::cli {

/// Whether `--profile` names a file rather than a profile: it has a folder in it or ends in .json.
bool names_a_profile_file(const std::string& name);

/// A usage profile from a JSON file: one record as data/usage/ holds them. Errors name the file and the JSON pointer.
Result<UsageProfile> read_profile_file(const std::string& path);

}  // namespace canirun::cli
