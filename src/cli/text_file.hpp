// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <string>

namespace canirun::cli {

/// The whole of a file the user named; "-" is stdin. Bounded: an endless or huge one is an error, not a full memory.
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes = 16U << 20U);

/// "No such file or directory" and the like for an errno value, the same in every locale.
std::string reason_of(int error_number);

}  // namespace canirun::cli
