// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What the name of a file tells, before anything of it is read.
namespace canirun::formats {

/// "folder/sub/name.gguf" -> "folder/sub" and "name.gguf"; no folder: empty.
std::string_view folder_of(std::string_view name);
std::string_view base_name(std::string_view name);

/// ASCII only: bytes of other letters stay as they are.
std::string lower_case(std::string_view text);
bool ends_with_folded(std::string_view text, std::string_view lower_ending);
/// Is `lower_word` in `text` as a word of its own, between punctuation? ("lora" in "my-LoRA_v2", not in "explorable")
bool has_word(std::string_view text, std::string_view lower_word);

/// The ending of a part of a split model, as llama.cpp ("-00001-of-00008") and transformers write it; some count without
/// zeros ("-1-of-61") or from 0 ("-00000-of-00002").
struct PartName {
  std::string_view stem;  ///< what stands before it
  std::uint32_t part = 0, parts = 0;
};
/// `stem`: a name without its extension. Nothing when it is no part, or one of more than 100,000 parts.
std::optional<PartName> part_name(std::string_view stem);

}  // namespace canirun::formats
