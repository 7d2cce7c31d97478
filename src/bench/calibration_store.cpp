// SPDX-License-Identifier: MIT
// The calibration file on disk.
#include <filesystem>
#include <fstream>
#include <system_error>

#include "bench/calibration_file.hpp"
#include "json/kept_file.hpp"

namespace canirun::bench {
namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t k_most_bytes = 4U << 20U;

}  // namespace

Result<std::optional<CalibrationFile>> load_calibration(const fs::path& path) {
  if (path.empty()) return std::nullopt;
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) return std::nullopt;
  if (code) return tl::unexpected<Error>(json::file_error("read", path, code));
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
    return tl::unexpected<Error>(json::file_error("read", path, std::make_error_code(std::errc::permission_denied)));
  }
  Result<CalibrationFile> parsed = parse_calibration(text);
  if (!parsed) return tl::unexpected<Error>(std::move(parsed).error().within(path.string()));
  return std::move(*parsed);
}

Result<void> save_calibration(const fs::path& path, const CalibrationFile& file) {
  return json::replace_file(path, calibration_text(file));
}

Result<bool> remove_calibration(const fs::path& path) { return json::remove_file(path); }

}  // namespace canirun::bench
