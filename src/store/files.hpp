// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/file_set.hpp"

/// The system calls of this room: looking at paths and folders. Nothing is ever opened for writing.
namespace canirun::store {

enum class PathKind : std::uint8_t { nothing, file, folder, broken_link, other };
/// What lies at a path, links followed.
struct PathState {
  PathKind kind = PathKind::nothing;
  std::uint64_t bytes = 0;  ///< of a file
  std::string what;         ///< words for what it is, when it is none of the usual: "a named pipe"
  int error_number = 0;     ///< why nothing can be said, else 0
};
PathState state_of(const std::string& path);

/// "Permission denied", "No such file or directory": the system's words.
std::string reason_of(int error_number);
/// `folder` and `name` with one slash between; an empty folder adds nothing.
std::string joined(std::string_view folder, std::string_view name);
/// The path's last name and what stands before it ("/a/b" -> "/a" and "b"; "b" -> "" and "b"); slashes at its end are cut.
struct SplitPath {
  std::string folder, name;
};
SplitPath split(std::string path);

/// How far a listing goes. What lies beyond is left out, and `complete` says so.
struct ListingLimits {
  std::uint32_t depth = 3;       ///< folders within folders; 0: only the folder itself
  std::size_t entries = 20'000;  ///< names read, of whatever kind
};
struct FolderListing {
  std::vector<formats::ListedFile> files;  ///< sorted by name; regular files only (through links)
  bool complete = true;
};
/// The files of a folder whose own name `wanted` accepts. Folders that cannot be read or were seen before (a link that
/// leads in a circle) are passed over; hidden folders too. An error only for the folder itself.
Result<FolderListing> list_folder(const std::string& folder, const ListingLimits& limits,
                                  const std::function<bool(std::string_view own_name)>& wanted);
/// Names in a folder, sorted, hidden ones left out, at most `most`; empty when it cannot be read.
std::vector<std::string> names_in(const std::string& folder, std::size_t most);

/// Is this the name of a file that models are made of: weights, or JSON that describes them?
bool is_model_file(std::string_view own_name);

/// A small text, whole; more than `most_bytes` is an error.
Result<std::string> read_text(const std::string& path, std::uint64_t most_bytes);

}  // namespace canirun::store
