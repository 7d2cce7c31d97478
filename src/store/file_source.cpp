// SPDX-License-Identifier: MIT
// A file of this machine, read where the reader asks.
#include <cerrno>
#include <span>
#include <utility>

#include "store/files.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

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

tl::unexpected<Error> cannot_open(const std::string& path, int error_number) {
  if (error_number == ENOENT || error_number == ENOTDIR) return fail(ErrorKind::not_found, "no file \"" + path + "\"");
  return fail(ErrorKind::io, "cannot open \"" + path + "\": " + reason_of(error_number), hint_for(error_number));
}

Result<std::unique_ptr<formats::ByteSource>> open_file(const std::string& path) {
  // Looked at before it is opened: to open a device can do something.
  if (Result<void> fit = must_be_file(path, state_of(path)); !fit) return tl::unexpected<Error>(std::move(fit).error());
  return open_regular_file(path);
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
