// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cerrno>

#include "cli/commands.hpp"
#include "cli/system.hpp"
#include "cli/text_file.hpp"
#include "probe/recording.hpp"

namespace canirun::cli {
namespace {

/// A new file, never one that is there already: a slip of the shell's completion must not cost anybody a file.
Result<void> write_new_file(const std::string& path, std::string_view text) {
  const int descriptor = create_new(path);
  if (descriptor < 0) {
    return fail(ErrorKind::io, "cannot write " + path + ": " + reason_of(errno),
                errno == EEXIST ? "give a name that is not taken, or - for the terminal" : "");
  }
  int problem = write_all(descriptor, text) ? 0 : errno;
  if (::close(descriptor) != 0 && problem == 0) problem = errno;
  if (problem != 0) return fail(ErrorKind::io, "cannot write " + path + ": " + reason_of(problem));
  return {};
}

}  // namespace

Result<int> run_record(Session& session) {
  const std::string& path = session.options().words.front();
  const std::string recording = probe::record_machine();
  if (recording.empty()) {
    return fail(ErrorKind::unsupported, "record: nothing of what is looked at here lies in files",
                "canirun hw --json > machine.json writes down what was found; --machine reads it");
  }
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
