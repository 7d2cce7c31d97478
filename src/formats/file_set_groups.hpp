// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/file_set.hpp"

/// The two halves of file_sets(): each takes the files of its own format out of a listing.
namespace canirun::formats {

/// One file with the number of its part; 1 of 1 when it is whole.
struct Member {
  const ListedFile* file = nullptr;
  std::uint32_t part = 1, parts = 1;
};
/// The members in order as a set, with their bytes and the parts that lack. A part that occurs twice counts once.
FileSet set_of_members(SetKind kind, std::vector<Member> members);

/// GGUF files by name; labels are the quants in their names, not yet told apart.
std::vector<FileSet> gguf_sets(const std::vector<const ListedFile*>& files);
/// Safetensors by folder, with the JSON files beside them; a config.json alone when `has_models` is not set and no folder
/// has weights.
std::vector<FileSet> safetensors_sets(const std::vector<const ListedFile*>& files, bool has_models);

}  // namespace canirun::formats
