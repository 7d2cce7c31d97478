// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// The system calls of this room but for libcurl's: system_posix.cpp, system_win32.cpp.
namespace canirun::net {

/// Where this user's programs keep what they can fetch again; empty when nothing says so.
struct CacheFolders {
  std::string shared;  ///< the hubs' own tools put theirs below it: ~/.cache
  std::string own;     ///< ours
};
CacheFolders cache_folders();

/// The path of a UTF-8 name.
std::filesystem::path native_path(const std::string& name);

/// A folder that only this user may look into. Whether it is there now.
bool make_private_folder(const std::string& path);
/// A regular file's bytes, and the file marked as used just now; nothing when it is no such file, or a larger one.
std::optional<std::string> read_kept_file(const std::string& path, std::uint64_t most_bytes);
/// Written beside its place, then moved over it: a reader sees the old file or the new one. Trouble leaves the old one.
void write_kept_file(const std::string& path, std::string_view text);

/// Opens the library of libcurl, by whatever name it has here. Errors: the system's words, and how to get one.
Result<void*> open_curl();
/// A function of an open library, or nullptr.
void* function_in(void* library, const char* name);

}  // namespace canirun::net
