// SPDX-License-Identifier: MIT
#include "cli/usage_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/system.hpp"
#include "cli/text_file.hpp"
#include "usage/usage.hpp"

namespace canirun::cli {

Result<UsageReading> read_usage_file(const std::string& path) {
  const bool is_stdin = path == "-";
  const int descriptor = is_stdin ? STDIN_FILENO : open_to_read(path);
  if (descriptor < 0) return fail(ErrorKind::io, "cannot read " + path + ": " + reason_of(errno));

  constexpr std::size_t k_chunk = 1U << 18U;  // stays in the processor's cache
  std::vector<char> chunk(k_chunk);
  usage::Reader reader;
  int problem = 0;
  for (;;) {
    const std::ptrdiff_t got = read_some(descriptor, chunk);
    if (got < 0) problem = errno;
    if (got <= 0) break;
    reader.feed({chunk.data(), static_cast<std::size_t>(got)});
  }
  if (!is_stdin) ::close(descriptor);
  const std::string name = is_stdin ? "standard input" : path;
  if (problem != 0) return fail(ErrorKind::io, "cannot read " + name + ": " + reason_of(problem));
  Result<UsageReading> reading = reader.finish();
  if (!reading) return tl::unexpected<Error>(Error(reading.error()).within(name));
  reading->source = name;
  return reading;
}

}  // namespace canirun::cli
