// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/commands.hpp"
#include "cli/text_file.hpp"
#include "probe/recording.hpp"

namespace canirun::cli {
namespace {

/// A new file, never one that is there already: a slip of the shell's completion must not cost anybody a file.
Result<void> write_new_file(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return fail(ErrorKind::io, "cannot write " + path + ": " + reason_of(errno),
                errno == EEXIST ? "give a name that is not taken, or - for the terminal" : "");
  }
  int problem = 0;
  while (!text.empty() && problem == 0) {
    const ssize_t wrote = ::write(descriptor, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      problem = wrote < 0 ? errno : ENOSPC;
    } else {
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }
  if (::close(descriptor) != 0 && problem == 0) problem = errno;
  if (problem != 0) return fail(ErrorKind::io, "cannot write " + path + ": " + reason_of(problem));
  return {};
}

}  // namespace

Result<int> run_record(Session& session) {
  const std::string& path = session.options().words.front();
  const std::string recording = probe::record_machine();
  if (path == "-") {
    session.print(recording);
    return k_yes;
  }
  const Result<void> written = write_new_file(path, recording);
  if (!written) return tl::unexpected<Error>(written.error());
  session.print("written: " + path + ". Look through it before you give it away; --machine " + path + " replays it.\n");
  return k_yes;
}

}  // namespace canirun::cli
