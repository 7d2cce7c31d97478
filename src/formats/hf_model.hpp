// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <string>
#include <vector>

#include "formats/model_file.hpp"
#include "formats/safetensors_header.hpp"

namespace canirun::formats {

/// What config.json and the headers of all shards say together. The specification comes from the config, what the
/// tensors know better from them; weights are the files' own.
Result<ModelFile> model_from_safetensors(const std::string& config_text, std::vector<SafetensorsHeader> headers);

/// What config.json alone says: no weights, only what they would be. `name` is what to call it where it does not say.
Result<ModelFile> model_from_config(const std::string& config_text, const std::string& name);

}  // namespace canirun::formats
