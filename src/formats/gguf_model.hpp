// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <vector>

#include "formats/gguf_header.hpp"
#include "formats/model_file.hpp"

namespace canirun::formats {

/// What the headers of all parts of a GGUF file, in order, say together.
Result<ModelFile> model_from_gguf(const std::vector<GgufHeader>& parts);

}  // namespace canirun::formats
