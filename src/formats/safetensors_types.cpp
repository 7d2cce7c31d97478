// SPDX-License-Identifier: MIT
// Names: the Dtype enumeration of https://github.com/huggingface/safetensors.
#include "formats/safetensors_types.hpp"

#include <algorithm>
#include <array>

namespace canirun::formats {
namespace {

struct Dtype {
  std::string_view name;
  std::uint32_t bits;
  std::optional<TensorType> plain;
};
constexpr std::array k_dtypes{
    Dtype{"F32", 32, TensorType::f32},    Dtype{"F16", 16, TensorType::f16},    Dtype{"BF16", 16, TensorType::bf16},
    Dtype{"F8_E4M3", 8, TensorType::fp8}, Dtype{"F8_E5M2", 8, TensorType::fp8}, Dtype{"F8_E8M0", 8, std::nullopt},
    Dtype{"F64", 64, std::nullopt},       Dtype{"I64", 64, std::nullopt},       Dtype{"U64", 64, std::nullopt},
    Dtype{"C64", 64, std::nullopt},       Dtype{"I32", 32, std::nullopt},       Dtype{"U32", 32, std::nullopt},
    Dtype{"I16", 16, std::nullopt},       Dtype{"U16", 16, std::nullopt},       Dtype{"I8", 8, std::nullopt},
    Dtype{"U8", 8, std::nullopt},         Dtype{"BOOL", 8, std::nullopt},       Dtype{"F4", 4, std::nullopt},
    Dtype{"F6_E2M3", 6, std::nullopt},    Dtype{"F6_E3M2", 6, std::nullopt},
};

const Dtype* find(std::string_view name) {
  const auto* at = std::find_if(k_dtypes.begin(), k_dtypes.end(), [&](const Dtype& dtype) { return dtype.name == name; });
  return at != k_dtypes.end() ? at : nullptr;
}

}  // namespace

std::optional<std::uint32_t> bits_of_dtype(std::string_view dtype) {
  const Dtype* found = find(dtype);
  return found != nullptr ? std::optional(found->bits) : std::nullopt;
}

std::optional<TensorType> plain_type(std::string_view dtype) {
  const Dtype* found = find(dtype);
  return found != nullptr ? found->plain : std::nullopt;
}

}  // namespace canirun::formats
