// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <vector>

#include "formats/gguf_header.hpp"
#include "formats/model_file.hpp"

namespace canirun::formats {

/// The tensors one file lists, in its order, with role, layer, place and exact bytes. Errors where they cannot lie as told:
/// misaligned, one on another, beyond each other's end, or beyond the end of the file (a download that stopped).
Result<std::vector<FileTensor>> list_tensors(const GgufHeader& header, std::uint32_t part);

}  // namespace canirun::formats
