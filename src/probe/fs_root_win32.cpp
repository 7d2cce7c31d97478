// SPDX-License-Identifier: MIT
// Windows has no /proc and no /sys: nothing is there.
#include "probe/fs_root.hpp"

namespace canirun::probe {

FsRoot::FsRoot(std::filesystem::path root) : root_(std::move(root)), this_system_(root_ == "/" || root_.empty()) {}

Result<std::string> FsRoot::read(std::string_view path, std::size_t /*max_bytes*/) const {
  return fail(ErrorKind::io, std::string(path) + ": no such file on Windows");
}
std::string FsRoot::text(std::string_view /*path*/, std::size_t /*max_bytes*/) const { return {}; }
std::optional<std::uint64_t> FsRoot::number(std::string_view /*path*/, int /*base*/) const { return std::nullopt; }
bool FsRoot::exists(std::string_view /*path*/) const { return false; }
bool FsRoot::accessible(std::string_view /*path*/) const { return false; }
std::vector<std::string> FsRoot::list(std::string_view /*path*/) const { return {}; }
std::optional<std::string> FsRoot::link_name(std::string_view /*path*/) const { return std::nullopt; }
std::optional<std::string> FsRoot::real_path(std::string_view /*path*/) const { return std::nullopt; }

}  // namespace canirun::probe
