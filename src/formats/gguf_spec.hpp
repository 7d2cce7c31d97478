// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <canirun/result.hpp>
#include <string>
#include <vector>

#include "formats/gguf_metadata.hpp"
#include "formats/spec_from_tensors.hpp"

namespace canirun::formats {

/// The dimensions of a model from metadata and tensors; names and weights are left to the caller. What is odd goes to
/// `notes`. `layers` stays empty where nobody here knows what the architecture caches. Errors name the missing or wrong key.
Result<ModelSpec> spec_from_gguf(const GgufMetadata& metadata, const std::vector<NamedTensor>& tensors,
                                 std::vector<std::string>& notes);

}  // namespace canirun::formats
