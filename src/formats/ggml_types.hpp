// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/quant.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::formats {

/// An element type by ggml's number, as GGUF files write it.
struct GgmlType {
  std::uint32_t number = 0;
  std::string_view name;             ///< as the converter spells it: "Q4_K", "BF16"
  std::uint32_t block_elements = 1;  ///< `block_bytes` hold so many consecutive elements of a row
  std::uint32_t block_bytes = 0;
  /// What stands for it where our vocabulary has no such type (integers, ternary of other widths): read at about the same
  /// speed. Bytes always come from the block above.
  TensorType type = TensorType::f32;
  bool exact = true;     ///< `type` is this very type
  bool removed = false;  ///< llama.cpp no longer loads it
};

/// Nothing for a number nobody here knows (a future type).
std::optional<GgmlType> ggml_type(std::uint32_t number);

/// "Q4_K", or "type 93".
std::string ggml_type_name(std::uint32_t number);

/// What general.file_type says: a name for people ("Q4_K - Medium") and the id used everywhere else ("Q4_K_M").
struct GgufFileType {
  std::uint32_t number = 0;
  std::string_view quant;
  std::string_view title;
};
std::optional<GgufFileType> gguf_file_type(std::uint32_t number);

}  // namespace canirun::formats
