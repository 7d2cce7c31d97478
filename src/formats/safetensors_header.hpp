// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/byte_source.hpp"

namespace canirun::formats {

struct SafetensorsInfo {
  std::string name;
  std::string dtype;                               ///< as written: "BF16", "F8_E4M3", "I32"
  std::vector<std::uint64_t> shape;                ///< outermost first
  std::uint64_t begin_offset = 0, end_offset = 0;  ///< from the end of the header
};

/// What a safetensors file says before its tensors.
struct SafetensorsHeader {
  std::string name;  ///< file name, without folders
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<SafetensorsInfo> tensors;     ///< in the order of their data
  std::uint64_t data_offset = 0;            ///< 8 + length of the JSON
  std::optional<std::uint64_t> file_bytes;  ///< length of the file, when known
};

/// Reads a header, and no more of the file than that. The claimed length is checked before memory is taken for it.
Result<SafetensorsHeader> read_safetensors_header(ByteSource& source);

}  // namespace canirun::formats
