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
/// Ignoring case.
bool has_ending(std::string_view name, std::string_view ending);

/// "dir/X-00002-of-00008.gguf" -> {"dir/X", 2, 8}; a name without parts -> {the name without its ending, 0, 0}.
struct SplitName {
  std::string stem;
  std::uint32_t number = 0, count = 0;
};
SplitName split_name(std::string_view name);

/// The name without folders, part number and ending.
std::string stem_of(std::string_view name);

/// Tells splits of one name into different numbers of parts apart.
std::string fmt_count(std::uint32_t count);

}  // namespace canirun::formats
