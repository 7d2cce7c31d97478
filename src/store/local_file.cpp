// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "store/store.hpp"

namespace canirun::store {
namespace {

/// A file that is read where it lies, piece by piece; nothing of it is mapped, so a file cut short meanwhile is an error
/// and not a signal.
class LocalFile final : public formats::ByteSource {
 public:
  LocalFile(int descriptor, std::string path, std::uint64_t bytes)
      : descriptor_(descriptor), path_(std::move(path)), bytes_(bytes) {}
  ~LocalFile() override { ::close(descriptor_); }

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= bytes_) return std::size_t{0};
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fail(ErrorKind::io, fmt::format("{}: cannot be read: {}", path_, std::strerror(errno)));
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_; }
  [[nodiscard]] const std::string& name() const override { return path_; }

 private:
  int descriptor_;
  std::string path_;
  std::uint64_t bytes_;
};

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

tl::unexpected<Error> cannot_open(const std::string& path, int problem) {
  const ErrorKind kind = problem == ENOENT || problem == ENOTDIR ? ErrorKind::not_found : ErrorKind::io;
  std::string hint;
  if (problem == EACCES || problem == EPERM) hint = "its permissions keep you from reading it";
  if (problem == ELOOP) hint = "the links lead in a circle";
  return fail(kind, fmt::format("{}: {}", path, problem == ENOENT ? "no such file or folder" : std::strerror(problem)),
              hint);
}

}  // namespace

Result<std::unique_ptr<formats::ByteSource>> open_file(const std::string& path) {
  // Without O_NONBLOCK a pipe nobody writes to would be waited for.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return cannot_open(path, errno);
  struct stat facts = {};
  const int problem = ::fstat(descriptor, &facts) != 0 ? errno : 0;
  if (problem != 0 || !S_ISREG(facts.st_mode)) {
    ::close(descriptor);
    if (problem != 0) return cannot_open(path, problem);
    return fail(ErrorKind::usage, fmt::format("{}: is {}, not a file", path, kind_of(facts.st_mode)));
  }
  return std::unique_ptr<formats::ByteSource>(
      std::make_unique<LocalFile>(descriptor, path, static_cast<std::uint64_t>(facts.st_size)));
}

}  // namespace canirun::store
