// SPDX-License-Identifier: MIT
// pread keeps no position and touches nothing; the file is opened without waiting, so that a pipe or a device under a
// model's name never holds the program up.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "store/files.hpp"

namespace canirun::store {
namespace {

class FileSource final : public formats::ByteSource {
 public:
  FileSource(std::string path, int descriptor, std::uint64_t bytes)
      : path_(std::move(path)), descriptor_(descriptor), bytes_(bytes) {}
  ~FileSource() override { ::close(descriptor_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    // The size was looked up at opening: a file that grows meanwhile is read as it was.
    if (offset >= bytes_) return std::size_t{0};
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), bytes_ - offset));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t got = ::pread(descriptor_, into.data() + done, wanted - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        return fail(ErrorKind::io,
                    "cannot read \"" + path_ + "\" at byte " + std::to_string(offset + done) + ": " + reason_of(errno));
      }
      if (got == 0) break;  // it became shorter
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_; }
  [[nodiscard]] const std::string& name() const override { return path_; }

 private:
  std::string path_;
  int descriptor_;
  std::uint64_t bytes_;
};

}  // namespace

Result<std::unique_ptr<formats::ByteSource>> open_regular_file(const std::string& path) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return cannot_open(path, errno);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0) {
    ::close(descriptor);
    return fail(ErrorKind::unsupported, "\"" + path + "\" is no longer a file");
  }
  return std::make_unique<FileSource>(path, descriptor, static_cast<std::uint64_t>(status.st_size));
}

}  // namespace canirun::store
