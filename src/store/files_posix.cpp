// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <set>

#include "store/files.hpp"

namespace canirun::store {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

std::string words_for(mode_t mode) {
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// The folder's names but "." and ".."; stops at `most` and says so in `complete`.
std::vector<std::string> read_names(DIR* folder, std::size_t most, bool& complete) {
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == most) {
      complete = false;
      break;
    }
    names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A folder still to be read, by its name relative to the one that was asked for.
struct Pending {
  std::string relative;
  std::uint32_t depth = 0;
};

}  // namespace

const char* const k_home_variable = "HOME";

PathState state_of(const std::string& path) {
  PathState state;
  if (path.find('\0') != std::string::npos) {
    state.error_number = EINVAL;
    return state;
  }
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    state.error_number = errno;
    struct stat link{};
    if (state.error_number == ENOENT && ::lstat(path.c_str(), &link) == 0) state.kind = PathKind::broken_link;
    return state;
  }
  if (S_ISREG(status.st_mode)) {
    state.kind = PathKind::file;
    state.bytes = status.st_size > 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  } else if (S_ISDIR(status.st_mode)) {
    state.kind = PathKind::folder;
  } else {
    state.kind = PathKind::other;
    state.what = words_for(status.st_mode);
  }
  return state;
}

Result<FolderListing> list_folder(const std::string& folder, const ListingLimits& limits,
                                  const std::function<bool(std::string_view own_name)>& wanted) {
  FolderListing listing;
  std::set<std::pair<dev_t, ino_t>> seen;
  std::size_t entries_left = limits.entries;
  // Level by level: what a limit cuts off is what lies deepest.
  std::deque<Pending> pending = {{.relative = {}, .depth = 0}};
  while (!pending.empty()) {
    const Pending now = std::move(pending.front());
    pending.pop_front();
    const std::string path = now.relative.empty() ? folder : joined(folder, now.relative);
    const OpenFolder open(::opendir(path.empty() ? "." : path.c_str()));
    if (!open) {
      if (now.depth > 0) continue;
      return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                  "cannot read the folder \"" + folder + "\": " + reason_of(errno));
    }
    struct stat own{};
    if (::fstat(::dirfd(open.get()), &own) == 0 && !seen.emplace(own.st_dev, own.st_ino).second) continue;
    const std::vector<std::string> names = read_names(open.get(), entries_left, listing.complete);
    entries_left -= names.size();
    for (const std::string& name : names) {
      struct stat status{};
      const bool is_wanted = wanted(name);
      // Folders below are only looked for where they would be read, and files only when they count.
      if (!is_wanted && (now.depth >= limits.depth || name.starts_with('.'))) continue;
      if (::fstatat(::dirfd(open.get()), name.c_str(), &status, 0) != 0) continue;
      std::string relative = joined(now.relative, name);
      if (S_ISREG(status.st_mode) && is_wanted && status.st_size >= 0) {
        listing.files.push_back({.name = std::move(relative), .bytes = static_cast<std::uint64_t>(status.st_size)});
      } else if (S_ISDIR(status.st_mode) && now.depth < limits.depth && !name.starts_with('.')) {
        pending.push_back({.relative = std::move(relative), .depth = now.depth + 1});
      }
    }
  }
  std::sort(listing.files.begin(), listing.files.end(),
            [](const formats::ListedFile& a, const formats::ListedFile& b) { return a.name < b.name; });
  return listing;
}

std::vector<std::string> names_in(const std::string& folder, std::size_t most) {
  const OpenFolder open(::opendir(folder.empty() ? "." : folder.c_str()));
  if (!open) return {};
  bool complete = true;
  std::vector<std::string> names = read_names(open.get(), most, complete);
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.'); });
  return names;
}

std::int64_t changed_at_s(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_mtime) : 0;
}

bool is_closed(const std::string& folder) {
  const PathState state = state_of(folder);
  if (state.error_number == EACCES) return true;
  return state.kind == PathKind::folder && ::access(folder.c_str(), R_OK | X_OK) != 0 && errno == EACCES;
}

std::vector<std::string> folders_that_exist(std::vector<std::string> paths) {
  std::set<std::pair<dev_t, ino_t>> seen;
  std::erase_if(paths, [&](const std::string& path) {
    struct stat status{};
    if (path.empty()) return true;
    if (::stat(path.c_str(), &status) != 0) return errno != EACCES;
    return !S_ISDIR(status.st_mode) || !seen.emplace(status.st_dev, status.st_ino).second;
  });
  return paths;
}

bool is_absolute(std::string_view path) { return path.starts_with('/'); }
bool has_native_form(std::string_view /*text*/) { return false; }  // looks_like_path knows all there are
std::string with_slashes(std::string path) { return path; }

}  // namespace canirun::store
