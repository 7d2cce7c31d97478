// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.hpp"
#include "formats/file_set.hpp"

/// The system calls of this room: looking at paths and folders (files_posix.cpp, files_win32.cpp) and reading
/// (file_source_posix.cpp, file_source_win32.cpp). Nothing is ever opened for writing.
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
/// When a path's contents last changed, for comparing two of them; 0 when nobody says.
std::int64_t changed_at_s(const std::string& path);
/// A folder that is there and may not be looked into. Not to tell would look like having found nothing.
bool is_closed(const std::string& folder);
/// Those that are folders, each once though links lead to it twice; also those that may not be looked at.
std::vector<std::string> folders_that_exist(std::vector<std::string> paths);

/// The variable that names the user's home: HOME, on Windows USERPROFILE.
extern const char* const k_home_variable;
/// From the top of a file system, not from where the program was started.
bool is_absolute(std::string_view path);
/// Is this a path by a form that only this system has (C:\models, ..\models)?
bool has_native_form(std::string_view text);
/// Windows takes "/" for "\", and so need nothing else here know of it; elsewhere "\" is a letter of a name.
std::string with_slashes(std::string path);

/// Names in a folder, sorted, hidden ones left out, at most `most`; empty when it cannot be read.
std::vector<std::string> names_in(const std::string& folder, std::size_t most);

/// Is this the name of a file that models are made of: weights, or JSON that describes them?
bool is_model_file(std::string_view own_name);

/// Opens what `state_of` found to be a file; the size is looked up once, then.
Result<std::unique_ptr<formats::ByteSource>> open_regular_file(const std::string& path);
/// Why a path could not be opened, in words that help.
tl::unexpected<Error> cannot_open(const std::string& path, int error_number);

/// A small text, whole; more than `most_bytes` is an error.
Result<std::string> read_text(const std::string& path, std::uint64_t most_bytes);

}  // namespace canirun::store
