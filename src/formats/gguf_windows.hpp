// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>

#include "formats/gguf_metadata.hpp"

namespace canirun::formats {

/// Which layers see only a window, how far it reaches, and how long their heads are; also which layers keep no cache of
/// their own. From the metadata, and where the file does not say, from what llama.cpp does for its architecture.
void apply_windows(ModelSpec& spec, const GgufMetadata& metadata);

/// Does llama.cpp know this architecture (September 2026)?
bool is_known_architecture(std::string_view architecture);

}  // namespace canirun::formats
