// SPDX-License-Identifier: MIT
// The calibration file on disk.
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "bench/calibration_file.hpp"

namespace canirun::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t k_most_bytes = 4U << 20U;

Error io_error(const std::string& what, const fs::path& path, const std::error_code& code) {
  return {.kind = ErrorKind::io,
          .message = "cannot " + what + " " + path.string() + ": " + code.message(),
          .context = {},
          .hint = {}};
}

/// Writes a new file of the folder; false when not all of it could be written.
bool write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  return out.good();
}

}  // namespace

Result<std::optional<CalibrationFile>> load_calibration(const fs::path& path) {
  if (path.empty()) return std::nullopt;
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) return std::nullopt;
  if (code) return tl::unexpected<Error>(io_error("read", path, code));
  if (!fs::is_regular_file(status)) return fail(ErrorKind::io, "cannot read " + path.string() + ": it is no file");
  if (const std::uintmax_t size = fs::file_size(path, code); !code && size > k_most_bytes) {
    return fail(ErrorKind::malformed, path.string() + " is larger than the 4 MiB allowed");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char piece[16384];
  while (text.size() <= k_most_bytes && in.read(piece, sizeof piece).gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) {
    return tl::unexpected<Error>(io_error("read", path, std::make_error_code(std::errc::permission_denied)));
  }
  Result<CalibrationFile> parsed = parse_calibration(text);
  if (!parsed) return tl::unexpected<Error>(std::move(parsed).error().within(path.string()));
  return std::move(*parsed);
}

Result<void> save_calibration(const fs::path& path, const CalibrationFile& file) {
  if (path.empty()) {
    return fail(ErrorKind::io, "there is no place to save it: no variable names a folder for it (XDG_DATA_HOME, HOME)");
  }
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) return tl::unexpected<Error>(io_error("make the folder of", path, code));
  fs::path beside = path;
  beside += "." + std::to_string(std::random_device{}()) + ".new";
  if (!write_file(beside, calibration_text(file))) {
    fs::remove(beside, code);
    return fail(ErrorKind::io, "cannot write " + beside.string(), "is the folder writable, and is there room on the disk?");
  }
  fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write, code);
  fs::rename(beside, path, code);
  if (code) {
    const std::error_code problem = code;
    fs::remove(beside, code);
    return tl::unexpected<Error>(io_error("write", path, problem));
  }
  return {};
}

Result<bool> remove_calibration(const fs::path& path) {
  if (path.empty()) return false;
  std::error_code code;
  const bool removed = fs::remove(path, code);
  if (code) return tl::unexpected<Error>(io_error("remove", path, code));
  return removed;
}

}  // namespace canirun::bench
