// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <canirun/usage_log.hpp>
#include <string>

namespace canirun::cli {

/// Reads a log or export of use once, front to back, however long it is; "-" is stdin. Errors name the file.
Result<UsageReading> read_usage_file(const std::string& path);

}  // namespace canirun::cli
