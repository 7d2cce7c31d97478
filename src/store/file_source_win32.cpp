// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "store/files.hpp"

namespace canirun::store {
namespace {

/// As errno has it: what other programs hold is closed to us.
int last_error_number() {
  const DWORD code = ::GetLastError();
  if (code == ERROR_SHARING_VIOLATION || code == ERROR_LOCK_VIOLATION) return EACCES;
  const std::error_condition same =
      std::error_code(static_cast<int>(code), std::system_category()).default_error_condition();
  return same.category() == std::generic_category() ? same.value() : EIO;
}

class FileSource final : public formats::ByteSource {
 public:
  FileSource(std::string path, HANDLE file, std::uint64_t bytes) : path_(std::move(path)), file_(file), bytes_(bytes) {}
  ~FileSource() override { ::CloseHandle(file_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    // The size was looked up at opening: a file that grows meanwhile is read as it was.
    if (offset >= bytes_) return std::size_t{0};
    constexpr std::size_t k_most_at_once = std::size_t{1} << 30U;
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), bytes_ - offset));
    std::size_t done = 0;
    while (done < wanted) {
      OVERLAPPED where{};
      where.Offset = static_cast<DWORD>((offset + done) & 0xffff'ffffU);
      where.OffsetHigh = static_cast<DWORD>((offset + done) >> 32U);
      DWORD got = 0;
      if (::ReadFile(file_, into.data() + done, static_cast<DWORD>(std::min(wanted - done, k_most_at_once)), &got, &where) ==
          0) {
        if (::GetLastError() == ERROR_HANDLE_EOF) break;
        return fail(ErrorKind::io, "cannot read \"" + path_ + "\" at byte " + std::to_string(offset + done) + ": " +
                                       reason_of(last_error_number()));
      }
      if (got == 0) break;  // it became shorter
      done += got;
    }
    return done;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return bytes_; }
  [[nodiscard]] const std::string& name() const override { return path_; }

 private:
  std::string path_;
  HANDLE file_;
  std::uint64_t bytes_;
};

}  // namespace

Result<std::unique_ptr<formats::ByteSource>> open_regular_file(const std::string& path) {
  // Whoever is downloading, renaming or deleting it meanwhile is not held up.
  constexpr DWORD k_share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE file =
      ::CreateFileA(path.c_str(), GENERIC_READ, k_share, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) return cannot_open(path, last_error_number());
  LARGE_INTEGER bytes{};
  if (::GetFileType(file) != FILE_TYPE_DISK || ::GetFileSizeEx(file, &bytes) == 0 || bytes.QuadPart < 0) {
    ::CloseHandle(file);
    return fail(ErrorKind::unsupported, "\"" + path + "\" is no longer a file");
  }
  return std::make_unique<FileSource>(path, file, static_cast<std::uint64_t>(bytes.QuadPart));
}

}  // namespace canirun::store
