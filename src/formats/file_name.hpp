// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// What names of model files say: ASCII rules only, bytes beyond it stay as they are.
namespace canirun::formats {

std::string lower_case(std::string_view text);
/// "a/b/c.gguf" -> "c.gguf"; "a/b"; "c".
std::string_view base_name(std::string_view path);
std::string_view folder_of(std::string_view path);
/// Ignoring case: `ending` is written in lower case.
bool has_ending(std::string_view name, std::string_view ending);
/// Is `word` (lower case) in `text` as a word of its own, between punctuation? "lora" in "my-LoRA_v2", not in "explorable".
bool has_word(std::string_view text, std::string_view word);

/// "dir/X-00002-of-00008.gguf" -> {"dir/X", 2, 8}; a name without parts -> {the name without its ending, 0, 0}. Some
/// count without zeros ("-2-of-61"), some safetensors from 0 ("-00000-of-00002").
struct SplitName {
  std::string stem;
  std::uint32_t number = 0, count = 0;
};
SplitName split_name(std::string_view name);

/// The name without folders, part number and ending.
std::string stem_of(std::string_view name);

}  // namespace canirun::formats
