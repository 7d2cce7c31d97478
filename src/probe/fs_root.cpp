// SPDX-License-Identifier: MIT
#include "probe/fs_root.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "probe/text.hpp"

namespace canirun::probe {
namespace fs = std::filesystem;
namespace {

std::string why(int error) { return lower(std::generic_category().message(error)); }

/// Follows links as chroot(2) would, without leaving `root`: "..", absolute targets and loops included. The path inside
/// the root, or nothing when a part is missing or there are more than 40 links (the kernel's own limit).
/// `passed`, when given, collects every link on the way.
std::optional<fs::path> resolve_inside(const fs::path& root, const fs::path& path,
                                       std::map<std::string, std::string>* passed = nullptr) {
  constexpr int k_most_links = 40;
  std::vector<fs::path> todo;  // last part first
  const auto push = [&todo](const fs::path& more) {
    const std::vector<fs::path> parts(more.begin(), more.end());
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
  };
  push(path.relative_path());
  fs::path done = "/";
  for (int links = 0; !todo.empty();) {
    const fs::path part = std::move(todo.back());
    todo.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    const fs::path candidate = done / part;
    std::error_code error;
    const fs::file_status status = fs::symlink_status(root / candidate.relative_path(), error);
    if (error || status.type() == fs::file_type::not_found) return std::nullopt;
    if (status.type() != fs::file_type::symlink) {
      done = candidate;
      continue;
    }
    const fs::path target = fs::read_symlink(root / candidate.relative_path(), error);
    if (error || ++links > k_most_links) return std::nullopt;
    if (passed != nullptr) passed->emplace(candidate.native(), target.native());
    if (target.is_absolute()) done = "/";
    push(target.relative_path());
  }
  return done;
}

}  // namespace

FsRoot::FsRoot(fs::path root) : root_(std::move(root)), this_system_(root_ == "/" || root_.empty()) {
  if (root_.empty()) root_ = "/";
}

std::optional<fs::path> FsRoot::outside(std::string_view path) const {
  if (this_system_) return fs::path(path);
  const std::optional<fs::path> inside = resolve_inside(root_, path);
  if (!inside) return std::nullopt;
  return root_ / inside->relative_path();
}

void FsRoot::note_path(std::string_view path, const std::string* content) const {
  if (!trace_) return;
  const std::optional<fs::path> inside = resolve_inside(root_, path, &trace_->links);
  if (!inside) return;
  struct stat status{};
  if (::stat((root_ / inside->relative_path()).c_str(), &status) != 0) return;
  if (S_ISDIR(status.st_mode)) {
    trace_->folders.insert(inside->native());
  } else if (content != nullptr) {
    trace_->files[inside->native()] = *content;
  } else {
    trace_->files.emplace(inside->native(), "");
  }
}

Result<std::string> FsRoot::read(std::string_view path, std::size_t max_bytes) const {
  const std::optional<fs::path> file = outside(path);
  if (!file) return fail(ErrorKind::io, why(ENOENT));
  const int fd = ::open(file->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return fail(ErrorKind::io, why(errno));
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return fail(ErrorKind::io, "not a regular file");
  }
  std::string content;
  int error = 0;
  while (content.size() < max_bytes) {
    char chunk[4096];
    const ssize_t got = ::read(fd, chunk, std::min(sizeof chunk, max_bytes - content.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error = errno;
    if (got <= 0) break;
    content.append(chunk, static_cast<std::size_t>(got));
  }
  ::close(fd);
  if (error != 0) return fail(ErrorKind::io, why(error));
  note_path(path, &content);
  return content;
}

std::string FsRoot::text(std::string_view path, std::size_t max_bytes) const {
  Result<std::string> content = read(path, max_bytes);
  return content ? std::move(*content) : std::string();
}

std::optional<std::uint64_t> FsRoot::number(std::string_view path, int base) const {
  const Result<std::string> content = read(path, 256);
  return content ? whole_number(*content, base) : std::nullopt;
}

bool FsRoot::exists(std::string_view path) const {
  const std::optional<fs::path> file = outside(path);
  struct stat status{};
  const bool is_here = file && ::stat(file->c_str(), &status) == 0;
  if (is_here) note_path(path, nullptr);
  return is_here;
}

bool FsRoot::accessible(std::string_view path) const {
  const std::optional<fs::path> file = outside(path);
  if (file) note_path(path, nullptr);
  return file && ::access(file->c_str(), R_OK | W_OK) == 0;
}

std::vector<std::string> FsRoot::list(std::string_view path) const {
  constexpr std::size_t k_most_names = 4096;
  std::vector<std::string> names;
  const std::optional<fs::path> folder = outside(path);
  DIR* const open_folder = folder ? ::opendir(folder->c_str()) : nullptr;
  if (open_folder == nullptr) return names;
  while (const dirent* entry = ::readdir(open_folder)) {
    std::string name(entry->d_name);
    if (name != "." && name != ".." && names.size() < k_most_names) names.push_back(std::move(name));
  }
  ::closedir(open_folder);
  std::sort(names.begin(), names.end());
  note_path(path, nullptr);
  return names;
}

std::optional<std::string> FsRoot::link_name(std::string_view path) const {
  const fs::path asked(path);
  const std::optional<fs::path> folder = outside(asked.parent_path().native());
  if (!folder) return std::nullopt;
  std::error_code error;
  const fs::path target = fs::read_symlink(*folder / asked.filename(), error);
  if (error || target.filename().empty()) return std::nullopt;
  if (trace_) {
    if (const auto inside = resolve_inside(root_, asked.parent_path(), &trace_->links))
      trace_->links.emplace((*inside / asked.filename()).native(), target.native());
  }
  return target.filename().native();
}

std::optional<std::string> FsRoot::real_path(std::string_view path) const {
  note_path(path, nullptr);
  if (!this_system_) {
    const std::optional<fs::path> inside = resolve_inside(root_, path);
    return inside ? std::optional(inside->native()) : std::nullopt;
  }
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? std::nullopt : std::optional(real.native());
}

}  // namespace canirun::probe
