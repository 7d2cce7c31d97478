// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::formats {

/// A file as a folder or repository lists it. `name` is relative, with forward slashes.
struct ListedFile {
  std::string name;
  std::optional<std::uint64_t> bytes;
};

enum class SetKind : std::uint8_t { gguf, safetensors, config_only, projector, adapter };
constexpr auto enum_names(SetKind) {
  return std::array<std::string_view, 5>{"gguf", "safetensors", "config_only", "projector", "adapter"};
}

/// Files that are one model together: a GGUF file or all parts of a split one; a folder of safetensors with its
/// config.json; a config.json alone.
struct FileSet {
  SetKind kind = SetKind::gguf;
  std::string label;                   ///< what tells it from its siblings: the quant in its name ("Q4_K_M"), else its name
  std::vector<std::string> files;      ///< with weights, in order
  std::string config, index;           ///< names of config.json and model.safetensors.index.json; empty when not there
  std::optional<std::uint64_t> bytes;  ///< of all files with weights; nothing when one is not known
  std::uint32_t missing_parts = 0;     ///< parts of a split file that are not in the listing
};

/// Sorts a listing into sets: models first, smallest first, then projectors and adapters. Files that are no weights are
/// left out. A name tells only so much: the header has the last word on what a GGUF file is.
std::vector<FileSet> file_sets(const std::vector<ListedFile>& files);

/// The quant in a file's name, as catalog names write it: "Qwen3-8B-UD-Q4_K_XL.gguf" -> "UD-Q4_K_XL"; empty when none.
std::string quant_in_name(std::string_view file_name);

}  // namespace canirun::formats
