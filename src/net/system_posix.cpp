// SPDX-License-Identifier: MIT
#include "net/system.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace canirun::net {
namespace {

#ifdef __APPLE__
constexpr std::array<const char*, 2> k_names = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
constexpr const char* k_how = "libcurl comes with macOS";
#else
constexpr std::array<const char*, 3> k_names = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
constexpr const char* k_how =
    "install libcurl (Debian and Ubuntu: libcurl4, Fedora: libcurl, Alpine: libcurl); files on this machine and the catalog "
    "work without it";
#endif

/// A file descriptor that closes itself.
struct Descriptor {
  int number = -1;
  explicit Descriptor(int descriptor) : number(descriptor) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = ::write(file, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

CacheFolders cache_folders() {
  // The XDG rule: a path that is not absolute does not count.
  std::string caches = variable("XDG_CACHE_HOME");
  if (const std::string home = variable("HOME"); !caches.starts_with('/')) caches = home.empty() ? "" : home + "/.cache";
  return {.shared = caches, .own = caches.empty() ? "" : caches + "/canirun"};
}

std::filesystem::path native_path(const std::string& name) { return name; }

bool make_private_folder(const std::string& path) { return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST; }

std::optional<std::string> read_kept_file(const std::string& path, std::uint64_t most_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts{};
  if (file.number < 0 || ::fstat(file.number, &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  if (facts.st_size < 0 || static_cast<std::uint64_t>(facts.st_size) > most_bytes) return std::nullopt;
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(file.number, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  ::futimens(file.number, nullptr);  // used just now
  return text;
}

void write_kept_file(const std::string& path, std::string_view text) {
  std::string beside = path + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.number < 0) return;
  if (!write_all(file.number, text) || ::rename(beside.c_str(), path.c_str()) != 0) ::unlink(beside.c_str());
}

Result<void*> open_curl() {
  std::string reason;
  for (const char* name : k_names) {
    if (void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL); library != nullptr) return library;
    if (const char* told = ::dlerror(); told != nullptr && reason.empty()) reason = told;
  }
  return fail(ErrorKind::network, "the network needs libcurl, and it cannot be opened: " + reason, k_how);
}

void* function_in(void* library, const char* name) { return ::dlsym(library, name); }

}  // namespace canirun::net
