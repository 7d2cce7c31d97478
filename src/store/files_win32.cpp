// SPDX-License-Identifier: MIT
// Names are UTF-8: canirun.manifest says so, and Windows' own functions follow it.
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <set>
#include <system_error>

#include "store/files.hpp"

namespace canirun::store {
namespace {

struct CloseHandle {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { ::CloseHandle(handle); }
};
struct CloseSearch {
  using pointer = HANDLE;
  void operator()(HANDLE search) const { ::FindClose(search); }
};
using Handle = std::unique_ptr<HANDLE, CloseHandle>;
using Search = std::unique_ptr<HANDLE, CloseSearch>;

/// Windows' reason as an errno value, for the words and hints that are the same everywhere.
int error_number_of(DWORD code) {
  const std::error_condition same =
      std::error_code(static_cast<int>(code), std::system_category()).default_error_condition();
  if (code == ERROR_INVALID_NAME || code == ERROR_BAD_PATHNAME || code == ERROR_BAD_NETPATH) return ENOENT;
  return same.category() == std::generic_category() ? same.value() : EIO;
}

std::uint64_t joined_halves(DWORD high, DWORD low) { return std::uint64_t{high} << 32U | low; }

/// "C:" would be the folder somebody is in on that drive.
std::string as_folder(const std::string& path) {
  if (path.empty()) return ".";
  return path.ends_with(':') ? path + "/" : path;
}

/// For its facts only: nothing can be read from it, so that any file may be looked at that may be listed.
Handle look_at(const std::string& path) {
  constexpr DWORD k_share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE handle = ::CreateFileA(as_folder(path).c_str(), FILE_READ_ATTRIBUTES, k_share, nullptr, OPEN_EXISTING,
                                      FILE_FLAG_BACKUP_SEMANTICS, nullptr);
  return Handle(handle == INVALID_HANDLE_VALUE ? nullptr : handle);
}

/// What a handle is of; nothing for what lies on no disk.
struct Facts {
  bool is_folder = false;
  std::uint64_t bytes = 0, changed = 0;
  std::pair<std::uint64_t, std::uint64_t> identity;  ///< drive and number on it
};
std::optional<Facts> facts_of(const Handle& handle) {
  BY_HANDLE_FILE_INFORMATION found{};
  if (!handle || ::GetFileInformationByHandle(handle.get(), &found) == 0) return std::nullopt;
  return Facts{.is_folder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0,
               .bytes = joined_halves(found.nFileSizeHigh, found.nFileSizeLow),
               .changed = joined_halves(found.ftLastWriteTime.dwHighDateTime, found.ftLastWriteTime.dwLowDateTime),
               .identity = {found.dwVolumeSerialNumber, joined_halves(found.nFileIndexHigh, found.nFileIndexLow)}};
}

struct Entry {
  std::string name;
  DWORD attributes = 0;
  std::uint64_t bytes = 0;
};

/// A folder's entries but "." and "..", sorted; stops at `most` and says so in `complete`. Nothing, and an errno value, when
/// it cannot be read.
std::optional<std::vector<Entry>> read_entries(const std::string& folder, std::size_t most, bool& complete, int& error) {
  WIN32_FIND_DATAA found{};
  const HANDLE first = ::FindFirstFileExA(joined(as_folder(folder), "*").c_str(), FindExInfoBasic, &found,
                                          FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
  std::vector<Entry> entries;
  if (first == INVALID_HANDLE_VALUE) {
    error = error_number_of(::GetLastError());
    return std::nullopt;
  }
  const Search search(first);
  do {
    const std::string_view name = found.cFileName;
    if (name == "." || name == "..") continue;
    if (entries.size() == most) {
      complete = false;
      break;
    }
    entries.push_back({.name = std::string(name),
                       .attributes = found.dwFileAttributes,
                       .bytes = joined_halves(found.nFileSizeHigh, found.nFileSizeLow)});
  } while (::FindNextFileA(search.get(), &found) != 0);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

/// \\.\PhysicalDrive0, //./pipe/x: to open one can do something.
bool names_a_device(const std::string& path) {
  const std::string start = path.substr(0, 4);
  return start == "\\\\.\\" || start == "//./";
}

/// A folder still to be read, by its name relative to the one that was asked for.
struct Pending {
  std::string relative;
  std::uint32_t depth = 0;
};

}  // namespace

const char* const k_home_variable = "USERPROFILE";

PathState state_of(const std::string& path) {
  PathState state;
  if (path.find('\0') != std::string::npos) {
    state.error_number = EINVAL;
    return state;
  }
  if (names_a_device(path)) {
    state.kind = PathKind::other;
    state.what = "a device";
    return state;
  }
  const Handle handle = path.empty() ? Handle() : look_at(path);
  if (!handle) {
    state.error_number = path.empty() ? ENOENT : error_number_of(::GetLastError());
    if (state.error_number == ENOENT && ::GetFileAttributesA(path.c_str()) != INVALID_FILE_ATTRIBUTES)
      state.kind = PathKind::broken_link;
    return state;
  }
  const std::optional<Facts> facts = ::GetFileType(handle.get()) == FILE_TYPE_DISK ? facts_of(handle) : std::nullopt;
  if (!facts) {
    state.kind = PathKind::other;
    state.what = ::GetFileType(handle.get()) == FILE_TYPE_PIPE ? "a named pipe" : "a device";
    return state;
  }
  state.kind = facts->is_folder ? PathKind::folder : PathKind::file;
  state.bytes = facts->is_folder ? 0 : facts->bytes;
  return state;
}

Result<FolderListing> list_folder(const std::string& folder, const ListingLimits& limits,
                                  const std::function<bool(std::string_view own_name)>& wanted) {
  FolderListing listing;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::size_t entries_left = limits.entries;
  // Level by level: what a limit cuts off is what lies deepest.
  std::deque<Pending> pending = {{.relative = {}, .depth = 0}};
  while (!pending.empty()) {
    const Pending now = std::move(pending.front());
    pending.pop_front();
    const std::string path = now.relative.empty() ? folder : joined(folder, now.relative);
    if (const auto own = facts_of(look_at(path)); own && !seen.insert(own->identity).second) continue;
    int error = 0;
    const auto entries = read_entries(path, entries_left, listing.complete, error);
    if (!entries) {
      if (now.depth > 0) continue;
      return fail(error == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                  "cannot read the folder \"" + folder + "\": " + reason_of(error));
    }
    entries_left -= entries->size();
    for (const Entry& entry : *entries) {
      const bool is_wanted = wanted(entry.name), is_hidden = entry.name.starts_with('.');
      // Folders below are only looked for where they would be read, and files only when they count.
      if (!is_wanted && (now.depth >= limits.depth || is_hidden)) continue;
      std::string relative = joined(now.relative, entry.name);
      Facts facts{.is_folder = (entry.attributes & FILE_ATTRIBUTE_DIRECTORY) != 0, .bytes = entry.bytes, .identity = {}};
      if ((entry.attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {  // perhaps a link: what it leads to counts
        const auto behind = facts_of(look_at(joined(folder, relative)));
        if (!behind) continue;
        facts = *behind;
      }
      if (!facts.is_folder && is_wanted) {
        listing.files.push_back({.name = std::move(relative), .bytes = facts.bytes});
      } else if (facts.is_folder && now.depth < limits.depth && !is_hidden) {
        pending.push_back({.relative = std::move(relative), .depth = now.depth + 1});
      }
    }
  }
  std::sort(listing.files.begin(), listing.files.end(),
            [](const formats::ListedFile& a, const formats::ListedFile& b) { return a.name < b.name; });
  return listing;
}

std::vector<std::string> names_in(const std::string& folder, std::size_t most) {
  bool complete = true;
  int ignored = 0;
  std::vector<std::string> names;
  for (const Entry& entry : read_entries(folder, most, complete, ignored).value_or(std::vector<Entry>())) {
    if (!entry.name.starts_with('.')) names.push_back(entry.name);
  }
  return names;
}

std::int64_t changed_at_s(const std::string& path) {
  constexpr std::uint64_t k_ticks_per_second = 10'000'000, k_seconds_from_1601_to_1970 = 11'644'473'600;
  const std::optional<Facts> facts = facts_of(look_at(path));
  const std::uint64_t seconds = facts ? facts->changed / k_ticks_per_second : 0;
  return seconds > k_seconds_from_1601_to_1970 ? static_cast<std::int64_t>(seconds - k_seconds_from_1601_to_1970) : 0;
}

bool is_closed(const std::string& folder) {
  const PathState state = state_of(folder);
  if (state.error_number == EACCES) return true;
  bool complete = true;
  int error = 0;
  return state.kind == PathKind::folder && !read_entries(folder, 1, complete, error) && error == EACCES;
}

std::vector<std::string> folders_that_exist(std::vector<std::string> paths) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::erase_if(paths, [&](const std::string& path) {
    if (path.empty()) return true;
    const PathState state = state_of(path);
    if (state.kind != PathKind::folder) return state.error_number != EACCES;
    const std::optional<Facts> facts = facts_of(look_at(path));
    return facts && !seen.insert(facts->identity).second;
  });
  return paths;
}

bool is_absolute(std::string_view path) {
  const bool has_drive = path.size() > 2 && path[1] == ':' && (path[2] == '/' || path[2] == '\\');
  return has_drive || path.starts_with('/') || path.starts_with('\\');
}

bool has_native_form(std::string_view text) {
  return text.find('\\') != std::string_view::npos || (is_absolute(text) && text[1] == ':');
}

std::string with_slashes(std::string path) {
  // The long form of a path takes no "/"; the manifest makes it needless.
  if (path.starts_with("\\\\?\\UNC\\")) {
    path.replace(0, 8, "//");
  } else if (path.starts_with("\\\\?\\") && path.size() > 5 && path[5] == ':') {
    path.erase(0, 4);
  }
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

}  // namespace canirun::store
