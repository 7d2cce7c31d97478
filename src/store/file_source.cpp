// SPDX-License-Identifier: MIT
// A file of this machine, read where the reader asks. pread keeps no position and touches nothing; the file is opened
// without waiting, so that a pipe or a device under a model's name never holds the program up.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "store/files.hpp"
#include "store/store.hpp"

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

std::string hint_for(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return "the file, or a folder above it, is closed to this user";
    case EMFILE:
    case ENFILE:
      return "too many files are open";
    case ENAMETOOLONG:
      return "shorten the path, or change into its folder first";
    default:
      return {};
  }
}

tl::unexpected<Error> cannot_open(const std::string& path, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) return fail(ErrorKind::not_found, "no file \"" + path + "\"");
  return fail(ErrorKind::io, "cannot open \"" + path + "\": " + reason_of(error_number), hint_for(error_number));
}

Result<void> must_be_file(const std::string& path, const PathState& state) {
  switch (state.kind) {
    case PathKind::file:
      return {};
    case PathKind::folder:
      return fail(ErrorKind::usage, "\"" + path + "\" is a folder, not a file");
    case PathKind::broken_link:
      return fail(ErrorKind::not_found, "\"" + path + "\" is a link to a file that is not there",
                  "its download may not be finished, or what it points to was moved or deleted");
    case PathKind::other:
      return fail(ErrorKind::unsupported, "\"" + path + "\" is " + state.what + ", not a file with a model in it");
    case PathKind::nothing:
      break;
  }
  return cannot_open(path, state.error_number);
}

}  // namespace

Result<std::unique_ptr<formats::ByteSource>> open_file(const std::string& path) {
  // Looked at before it is opened: to open a device can do something.
  if (Result<void> fit = must_be_file(path, state_of(path)); !fit) return tl::unexpected<Error>(std::move(fit).error());
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

Result<std::string> read_text(const std::string& path, std::uint64_t most_bytes) {
  Result<std::unique_ptr<formats::ByteSource>> source = open_file(path);
  if (!source) return tl::unexpected<Error>(std::move(source).error());
  const std::uint64_t bytes = (*source)->size().value_or(0);
  if (bytes > most_bytes) {
    return fail(ErrorKind::malformed, "\"" + path + "\" has " + std::to_string(bytes) + " bytes; at most " +
                                          std::to_string(most_bytes) + " are believable for such a file");
  }
  std::string text(static_cast<std::size_t>(bytes), '\0');
  const Result<std::size_t> got = (*source)->read(0, std::as_writable_bytes(std::span(text.data(), text.size())));
  if (!got) return tl::unexpected<Error>(got.error());
  text.resize(*got);
  return text;
}

}  // namespace canirun::store
