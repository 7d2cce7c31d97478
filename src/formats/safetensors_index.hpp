// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::formats {

/// model.safetensors.index.json: which files hold the tensors.
struct SafetensorsIndex {
  std::vector<std::string> files;            ///< each once, sorted
  std::optional<std::uint64_t> total_bytes;  ///< of all tensors, as written
};
/// File names are checked: none leads out of the folder. Errors name the JSON pointer.
Result<SafetensorsIndex> parse_safetensors_index(std::string_view text);

}  // namespace canirun::formats
