// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The system calls of this room: system_posix.cpp, system_win32.cpp.
namespace canirun::cli {

/// What is at the other end of a descriptor.
struct TerminalWindow {
  bool is_terminal = false;
  std::optional<int> columns;
  bool takes_escapes = true;  ///< false: a console from before colours
  bool takes_utf8 = false;    ///< a console that has been switched to it
};
TerminalWindow window_of(int file_descriptor);

/// Writes all of it. False when the reader is gone or the disk is full; the reason stays in errno.
bool write_all(int file_descriptor, std::string_view text);

/// What has arrived, at most as much as `into` holds: its length, 0 at the end, -1 and errno when it fails.
std::ptrdiff_t read_some(int file_descriptor, std::span<char> into);

/// A descriptor to read from, or -1 and errno.
int open_to_read(const std::string& path);
/// A descriptor of a new file, -1 and errno (EEXIST) when the name is taken.
int create_new(const std::string& path);

/// The path of a UTF-8 name.
std::filesystem::path native_path(const std::string& name);
/// Where this user's own data for the program is laid; empty when nothing says so.
std::filesystem::path own_data_folder();

/// Makes the process a quiet neighbour: a closed stdin, stdout or stderr becomes /dev/null (so that no file opened
/// later lands on its number), a vanished reader is an error code instead of a signal, Ctrl-C ends with 130. On Windows
/// also: bytes go out as they are, and the console shows UTF-8 for as long as we run.
void settle_process();

}  // namespace canirun::cli
