// SPDX-License-Identifier: MIT
// Names are UTF-8: canirun.manifest says so, and Windows' own functions follow it.
#include "net/system.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace canirun::net {
namespace {

/// As curl's own Windows package, MSYS2 and vcpkg call it. Windows' curl.exe has it built in: there is none to share.
constexpr std::array<const char*, 3> k_names = {"libcurl-x64.dll", "libcurl-4.dll", "libcurl.dll"};
constexpr const char* k_how =
    "put libcurl-x64.dll (from the package at curl.se/windows) beside canirun.exe; files on this machine and the catalog "
    "work without it";

struct CloseHandle {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { ::CloseHandle(handle); }
};
using Handle = std::unique_ptr<HANDLE, CloseHandle>;
Handle handle_of(HANDLE handle) { return Handle(handle == INVALID_HANDLE_VALUE ? nullptr : handle); }

/// A path in a variable, "/" between its parts.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  std::replace(text.begin(), text.end(), '\\', '/');
  while (text.size() > 3 && text.ends_with('/')) text.pop_back();
  return text;
}

}  // namespace

CacheFolders cache_folders() {
  const std::string chosen = variable("XDG_CACHE_HOME"), home = variable("USERPROFILE"), local = variable("LOCALAPPDATA");
  CacheFolders folders;
  folders.shared = !chosen.empty() ? chosen : home.empty() ? "" : home + "/.cache";
  folders.own = local.empty() ? "" : local + "/canirun/cache";
  return folders;
}

std::filesystem::path native_path(const std::string& name) {
  return std::filesystem::path(std::u8string(name.begin(), name.end()));
}

bool make_private_folder(const std::string& path) {
  // What is made below a user's own folder is closed to others.
  return ::CreateDirectoryA(path.c_str(), nullptr) != 0 || ::GetLastError() == ERROR_ALREADY_EXISTS;
}

std::optional<std::string> read_kept_file(const std::string& path, std::uint64_t most_bytes) {
  constexpr DWORD k_share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const Handle file = handle_of(::CreateFileA(path.c_str(), GENERIC_READ | FILE_WRITE_ATTRIBUTES, k_share, nullptr,
                                              OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  LARGE_INTEGER bytes{};
  if (!file || ::GetFileType(file.get()) != FILE_TYPE_DISK || ::GetFileSizeEx(file.get(), &bytes) == 0) return std::nullopt;
  if (bytes.QuadPart < 0 || static_cast<std::uint64_t>(bytes.QuadPart) > most_bytes) return std::nullopt;
  std::string text(static_cast<std::size_t>(bytes.QuadPart), '\0');
  for (std::size_t done = 0; done < text.size();) {
    DWORD got = 0;
    if (::ReadFile(file.get(), text.data() + done, static_cast<DWORD>(text.size() - done), &got, nullptr) == 0 || got == 0)
      return std::nullopt;
    done += got;
  }
  FILETIME now{};
  ::GetSystemTimeAsFileTime(&now);
  ::SetFileTime(file.get(), nullptr, nullptr, &now);  // used just now
  return text;
}

void write_kept_file(const std::string& path, std::string_view text) {
  const std::string beside = path + "." + std::to_string(::GetCurrentProcessId()) + "-" + std::to_string(::GetTickCount64());
  bool written = true;
  {
    const Handle file =
        handle_of(::CreateFileA(beside.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr));
    if (!file) return;
    while (!text.empty() && written) {
      constexpr std::size_t k_most_at_once = std::size_t{1} << 30U;
      DWORD done = 0;
      written = ::WriteFile(file.get(), text.data(), static_cast<DWORD>(std::min(text.size(), k_most_at_once)), &done,
                            nullptr) != 0;
      text.remove_prefix(done);
    }
  }
  if (!written || ::MoveFileExA(beside.c_str(), path.c_str(), MOVEFILE_REPLACE_EXISTING) == 0) ::DeleteFileA(beside.c_str());
}

Result<void*> open_curl() {
  // Beside the program or the system's own, never from the folder somebody happens to be in.
  constexpr DWORD k_where = LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32;
  std::string reason;
  for (const char* name : k_names) {
    if (const HMODULE library = ::LoadLibraryExA(name, nullptr, k_where); library != nullptr) return library;
    if (reason.empty())
      reason = std::string(name) + ": " + std::system_category().message(static_cast<int>(::GetLastError()));
  }
  return fail(ErrorKind::network, "the network needs libcurl, and it cannot be opened: " + reason, k_how);
}

void* function_in(void* library, const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(library), name));
}

}  // namespace canirun::net
