// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/projector.hpp>
#include <vector>

#include "formats/gguf_metadata.hpp"
#include "formats/model_file.hpp"

namespace canirun::formats {

/// The vision tower as the header of an mmproj file describes it. Total: what the file does not say stays 0.
ProjectorSpec projector_of(const GgufMetadata& metadata, const std::vector<FileTensor>& tensors);

}  // namespace canirun::formats
