// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <string_view>

namespace canirun::formats {

/// How many first bytes are enough to tell what a file is.
inline constexpr std::size_t k_magic_bytes = 256;

/// Is this the beginning of a GGUF file? If not, the error says what it looks like instead, and what to do.
Result<void> check_gguf_magic(std::string_view start);

}  // namespace canirun::formats
