// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/gguf_metadata.hpp"
#include "formats/model_file.hpp"

namespace canirun::formats {

/// What a file is for, by general.type, architecture and what it holds.
FileKind kind_of(const GgufMetadata& metadata, bool has_tensors);

/// Names, licence, tokenizer: everything about a file that is no dimension.
void describe_file(ModelFile& file, const GgufMetadata& metadata, const GgufHeader& first);

/// The id of the quant the weights are in: by what the file says of itself, its name, or else the type of most bytes.
std::string quant_of(const ModelFile& file, const GgufMetadata& metadata);

/// "Qwen3 8B (Instruct)" -> "qwen3-8b-instruct".
std::string short_name(std::string_view text);

}  // namespace canirun::formats
