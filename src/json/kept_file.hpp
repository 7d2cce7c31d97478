// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <filesystem>
#include <string_view>

/// A document that the program keeps in the user's data folder, and only when asked: replaced whole, or not at all.
namespace canirun::json {

/// "cannot WHAT PATH: the system's words".
Error file_error(std::string_view what, const std::filesystem::path& path, const std::error_code& code);

/// Written beside its place and moved over it: a reader sees the old file or the new one. Its folder is made. Readable by
/// its owner alone. Errors (`io`): an empty path, no folder, no room; the old file is then still there.
Result<void> replace_file(const std::filesystem::path& path, std::string_view text);

/// Was there one? Nothing there is no error.
Result<bool> remove_file(const std::filesystem::path& path);

}  // namespace canirun::json
