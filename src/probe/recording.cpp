// SPDX-License-Identifier: MIT
#include "probe/recording.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "probe/child.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_most_bytes = std::size_t{16} << 20U;
constexpr std::size_t k_most_entries = 50'000;
constexpr std::string_view k_driver = "@driver ", k_cpus = "@cpus ", k_entry = "@ ";

/// Absolute, no empty, "." or ".." part, nothing a shell or a terminal would act on.
bool is_plain_path(std::string_view path) {
  if (path.size() < 2 || path.size() > 1024 || path.front() != '/' || clean_text(path, 1024) != path) return false;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t next = std::min(path.find('/', at + 1), path.size());
    const std::string_view part = path.substr(at + 1, next - at - 1);
    if (part.empty() || part == "." || part == "..") return false;
    at = next;
  }
  return true;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  for (const std::string_view word : words_of(text)) {
    const auto value = whole_number(word, 16);
    if (!value || *value > 0xff) return std::nullopt;
    bytes += static_cast<char>(*value);
  }
  return bytes;
}

class Parser {
 public:
  Result<Recording> parse(std::string_view text) {
    if (text.size() > k_most_bytes) return fail(ErrorKind::malformed, "a recording of more than 16 MiB");
    for (const std::string_view line : lines_of(text)) {
      ++line_;
      if (!line.starts_with('@')) {
        into_->append(line).append("\n");
        continue;
      }
      const Result<void> read = head(line);
      if (!read) return tl::unexpected<Error>(read.error());
      if (recording_.entries.size() > k_most_entries) return wrong("more entries than any machine needs");
    }
    return std::move(recording_);
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorKind::malformed, "line " + std::to_string(line_) + ": " + what);
  }

  Result<void> head(std::string_view line) {
    ignored_.clear();
    into_ = &ignored_;
    if (line.starts_with(k_cpus)) {
      const Result<void> added = add_topology(line.substr(k_cpus.size()), recording_.entries);
      return added ? Result<void>{} : wrong(added.error().message);
    }
    if (line.starts_with(k_driver)) {
      into_ = &recording_.drivers[clean_text(line.substr(k_driver.size()), 64)];
      return {};
    }
    if (line.starts_with("@expect ")) return {};  // what a test wants of it
    if (!line.starts_with(k_entry)) return wrong("expected \"@ /path\", \"@cpus\" or \"@driver\"");
    return entry(line.substr(k_entry.size()));
  }

  Result<void> entry(std::string_view text) {
    const std::size_t blank = text.find(' ');
    RecordedEntry found;
    found.path = std::string(text.substr(0, blank));
    if (blank == std::string_view::npos && found.path.ends_with('/')) {
      found.kind = RecordedEntry::Kind::folder;
      found.path.pop_back();
    }
    if (!is_plain_path(found.path)) return wrong("not a path inside the machine");
    const std::string_view rest = blank == std::string_view::npos ? std::string_view() : text.substr(blank);
    bool has_lines = false;
    if (rest.starts_with(" -> ")) {
      found.kind = RecordedEntry::Kind::link;
      found.value = std::string(rest.substr(4));
      if (found.value.empty()) return wrong("a link to nowhere");
    } else if (rest.starts_with(" : ")) {
      std::optional<std::string> bytes = from_hex(rest.substr(3));
      if (!bytes) return wrong("expected bytes in hexadecimal");
      found.value = std::move(*bytes);
    } else if (rest.starts_with(" = ") || rest == " =") {
      found.value = std::string(rest.substr(std::min<std::size_t>(3, rest.size()))) + "\n";
    } else if (rest.empty()) {
      has_lines = found.kind == RecordedEntry::Kind::file;
    } else {
      return wrong("expected \"=\", \":\" or \"->\" after the path");
    }
    recording_.entries.push_back(std::move(found));
    if (has_lines) into_ = &recording_.entries.back().value;
    return {};
  }

  Recording recording_;
  std::string ignored_;
  std::string* into_ = &recording_.about;
  std::size_t line_ = 0;
};

Result<void> write_file(const fs::path& file, const std::string& content) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && write_all(fd, content);
  if (fd >= 0) ::close(fd);
  if (!written) return fail(ErrorKind::io, "the recording cannot be unpacked in the temporary folder");
  return {};
}

/// Links come last, and never below another link: nothing is ever created through one.
bool leads_through_link(const fs::path& root, const fs::path& inside) {
  fs::path at = root;
  for (const fs::path& part : inside.parent_path().relative_path()) {
    at /= part;
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(at, error))) return true;
  }
  return false;
}

Result<void> unpack(const Recording& recording, const fs::path& root) {
  std::error_code error;
  for (const RecordedEntry& entry : recording.entries) {
    const fs::path path = root / entry.path.substr(1);
    if (entry.kind == RecordedEntry::Kind::folder) fs::create_directories(path, error);
    if (entry.kind != RecordedEntry::Kind::file) continue;
    const Result<void> written = write_file(path, entry.value);
    if (!written) return written;
  }
  for (const RecordedEntry& entry : recording.entries) {
    if (entry.kind != RecordedEntry::Kind::link) continue;
    if (leads_through_link(root, entry.path)) return fail(ErrorKind::malformed, entry.path + ": a link below a link");
    const fs::path path = root / entry.path.substr(1);
    fs::create_directories(path.parent_path(), error);
    fs::create_symlink(entry.value, path, error);
    if (error) return fail(ErrorKind::malformed, entry.path + ": the link cannot be made: " + error.message());
  }
  return {};
}

/// Thousands of small files that are gone in a moment: in memory where there is such a place. "" when none can be made.
std::string new_folder() {
  std::error_code error;
  for (const fs::path& where : {fs::path("/dev/shm"), fs::temp_directory_path(error)}) {
    if (where.empty() || (where == "/dev/shm" && std::getenv("TMPDIR") != nullptr)) continue;
    std::string folder = (where / "canirun-machine-XXXXXX").native();
    if (::mkdtemp(folder.data()) != nullptr) return folder;
  }
  return {};
}

}  // namespace

bool looks_like_recording(std::string_view text) {
  return !trim(text.substr(0, 4096)).starts_with('{') &&
         (text.starts_with("@ /") || text.find("\n@ /") != std::string_view::npos);
}

Result<Recording> parse_recording(std::string_view text) { return Parser().parse(text); }

Result<UnpackedRecording> UnpackedRecording::make(const Recording& recording) {
  std::string folder = new_folder();
  if (folder.empty())
    return fail(ErrorKind::io, "no temporary folder to unpack the recording in", "set TMPDIR to a folder you may write to");
  UnpackedRecording unpacked{fs::path(folder)};
  const Result<void> done = unpack(recording, unpacked.root());
  if (!done) return tl::unexpected<Error>(done.error());
  return unpacked;
}

UnpackedRecording::UnpackedRecording(UnpackedRecording&& other) noexcept : root_(std::exchange(other.root_, fs::path())) {}

UnpackedRecording::~UnpackedRecording() {
  std::error_code ignored;
  if (!root_.empty()) fs::remove_all(root_, ignored);
}

Result<Machine> replay_recording(std::string_view text) {
  const Result<Recording> recording = parse_recording(text);
  if (!recording) return tl::unexpected<Error>(recording.error());
  const Result<UnpackedRecording> unpacked = UnpackedRecording::make(*recording);
  if (!unpacked) return tl::unexpected<Error>(unpacked.error());
  ProbeOptions options;
  options.root = unpacked->root();
  options.driver_answers = recording->drivers;
  return probe_machine(options);
}

}  // namespace canirun::probe
