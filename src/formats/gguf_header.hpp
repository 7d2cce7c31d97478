// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.hpp"

namespace canirun::formats {

/// Value types of GGUF metadata, numbered as in the file.
enum class GgufType : std::uint8_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };
constexpr auto enum_names(GgufType) {
  return std::array<std::string_view, 13>{"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                          "bool", "string", "array", "u64", "i64", "f64"};
}

/// One metadata entry. Arrays longer than a model has layers (the tokenizer's) are counted and skipped, not kept.
struct GgufValue {
  std::string key;
  GgufType type = GgufType::u32;
  std::optional<GgufType> element_type;  ///< of an array
  std::uint64_t count = 1;               ///< elements of an array
  std::vector<double> numbers;           ///< of a number, a bool (0 or 1) or a kept array of those; exact up to 2^53
  std::vector<std::string> texts;        ///< of a string or a kept array of strings; cut at a few KiB
  std::uint64_t text_bytes = 0;          ///< length of a string as the file has it
};

struct GgufTensorInfo {
  std::string name;
  std::vector<std::uint64_t> shape;  ///< row length first, 1 to 4 lengths
  std::uint32_t type = 0;            ///< ggml's number
  std::uint64_t offset = 0;          ///< from the start of the tensor data
};

/// What a GGUF file says before its tensors.
struct GgufHeader {
  std::string name;  ///< file name, without folders
  std::uint32_t version = 0;
  bool big_endian = false;
  std::uint64_t alignment = 32;
  std::vector<GgufValue> metadata;
  std::vector<GgufTensorInfo> tensors;
  std::uint64_t data_offset = 0;            ///< where the tensors' data begins; also the bytes of the header
  std::optional<std::uint64_t> file_bytes;  ///< length of the file, when known
};

/// Reads a header, and no more of the file than that. Memory stays bounded by what is kept; every count is checked against
/// the bytes that can be there. Errors name the byte offset and what was expected.
Result<GgufHeader> read_gguf_header(ByteSource& source);

}  // namespace canirun::formats
