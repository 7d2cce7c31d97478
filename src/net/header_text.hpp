// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "formats/gguf_header.hpp"
#include "formats/safetensors_header.hpp"

/// Headers as the cache keeps them: JSON.
namespace canirun::net {

std::string text_of_header(const formats::GgufHeader& header);
std::string text_of_header(const formats::SafetensorsHeader& header);
/// Nothing when the text is not such a header (written by another version, say).
std::optional<formats::GgufHeader> gguf_of_text(const std::string& text);
std::optional<formats::SafetensorsHeader> safetensors_of_text(const std::string& text);

}  // namespace canirun::net
