// SPDX-License-Identifier: MIT
#include "cli/text_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/system.hpp"

namespace canirun::cli {

std::string reason_of(int error_number) { return std::generic_category().message(error_number); }

Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  const bool is_stdin = path == "-";
  const int descriptor = is_stdin ? STDIN_FILENO : open_to_read(path);
  if (descriptor < 0) return fail(ErrorKind::io, "cannot read " + path + ": " + reason_of(errno));

  std::string text;
  char chunk[65536];
  int problem = 0;
  while (text.size() <= max_bytes) {
    const std::ptrdiff_t got = read_some(descriptor, chunk);
    if (got < 0) problem = errno;
    if (got <= 0) break;
    text.append(chunk, static_cast<std::size_t>(got));
  }
  if (!is_stdin) ::close(descriptor);
  if (problem != 0) return fail(ErrorKind::io, "cannot read " + path + ": " + reason_of(problem));
  if (text.size() > max_bytes) {
    return fail(ErrorKind::malformed, path + " is larger than the " + std::to_string(max_bytes >> 20U) + " MiB allowed");
  }
  return text;
}

}  // namespace canirun::cli
