// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/quant.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace canirun::formats {

/// Bits of one element of a safetensors dtype ("BF16": 16); nothing when it is unknown here.
std::optional<std::uint32_t> bits_of_dtype(std::string_view dtype);

/// The type of a matrix that is stored element by element in this dtype; nothing for containers of packed bits.
std::optional<TensorType> plain_type(std::string_view dtype);

}  // namespace canirun::formats
