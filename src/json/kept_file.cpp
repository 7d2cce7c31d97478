// SPDX-License-Identifier: MIT
#include "json/kept_file.hpp"

#include <fstream>
#include <random>
#include <string>
#include <system_error>

namespace canirun::json {
namespace {

namespace fs = std::filesystem;

/// False when not all of it could be written.
bool write_new(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  return out.good();
}

}  // namespace

Error file_error(std::string_view what, const fs::path& path, const std::error_code& code) {
  return {.kind = ErrorKind::io,
          .message = "cannot " + std::string(what) + " " + path.string() + ": " + code.message(),
          .context = {},
          .hint = {}};
}

Result<void> replace_file(const fs::path& path, std::string_view text) {
  if (path.empty()) {
    return fail(ErrorKind::io, "there is no place to keep it: no variable names a folder for it (XDG_DATA_HOME, HOME)");
  }
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) return tl::unexpected<Error>(file_error("make the folder of", path, code));
  fs::path beside = path;
  beside += "." + std::to_string(std::random_device{}()) + ".new";
  if (!write_new(beside, text)) {
    fs::remove(beside, code);
    return fail(ErrorKind::io, "cannot write " + beside.string(), "is the folder writable, and is there room on the disk?");
  }
  fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write, code);
  fs::rename(beside, path, code);
  if (!code) return {};
  const std::error_code problem = code;
  fs::remove(beside, code);
  return tl::unexpected<Error>(file_error("write", path, problem));
}

Result<bool> remove_file(const fs::path& path) {
  if (path.empty()) return false;
  std::error_code code;
  const bool removed = fs::remove(path, code);
  if (code) return tl::unexpected<Error>(file_error("remove", path, code));
  return removed;
}

}  // namespace canirun::json
