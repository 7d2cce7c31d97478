// SPDX-License-Identifier: MIT
#include "cli/request_stream.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "cli/answer.hpp"
#include "cli/system.hpp"
#include "cli/text_file.hpp"
#include "json/text.hpp"

namespace canirun::cli {
namespace {

/// No request comes near it; a longer line is not one.
constexpr std::size_t k_most_line_bytes = 1U << 20U;

/// Only the caller's mark of a line, for errors in the rest of it.
struct IdOnly {
  std::optional<json::Word> id;
};
template <class Archive>
void fields(Archive& a, IdOnly& value) {
  a.optional("id", value.id);
}

/// The id of a line even when its other keys are wrong; nothing when the line is not JSON.
std::optional<std::string> id_of(std::string_view line) {
  Result<json::Parsed> parsed = json::Parsed::parse(line);
  if (!parsed) return std::nullopt;
  IdOnly found;
  std::vector<Error> ignored;
  json::JsonReader(parsed->root(), "", ignored).read(parsed->root(), "", found);
  return found.id ? std::optional(found.id->text) : std::nullopt;
}

bool is_blank(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

Result<Answered> answer_line(Session& session, std::string_view line, bool was_cut) {
  if (was_cut) return fail(ErrorKind::malformed, "a request line is longer than 1 MiB");
  Request defaults = session.options().request;
  Result<Request> request = json::read_text<Request>(line, std::move(defaults));
  if (!request) {
    Error error = std::move(request).error();
    const bool is_unknown = error.message.find("unknown key") != std::string::npos;
    if (is_unknown && error.hint.empty()) error.hint = "`canirun help formats` lists the keys of a line";
    return tl::unexpected<Error>(std::move(error));
  }
  request->from = Request::From::json;
  return answer_request(session, *request);
}

}  // namespace

int each_line(int file_descriptor, std::size_t max_bytes, const std::function<void(std::string_view, bool)>& on_line,
              const std::function<bool()>& before_wait) {
  std::string chunk(1U << 16U, '\0');
  std::string line;
  bool was_cut = false;
  const auto append = [&](std::string_view piece) {
    const std::size_t room = max_bytes - std::min(max_bytes, line.size());
    was_cut = was_cut || piece.size() > room;
    line.append(piece.substr(0, room));
  };
  while (before_wait()) {
    const std::ptrdiff_t got = read_some(file_descriptor, chunk);
    if (got < 0) return errno;
    if (got == 0) break;
    std::string_view arrived(chunk.data(), static_cast<std::size_t>(got));
    for (std::size_t end = arrived.find('\n'); end != std::string_view::npos; end = arrived.find('\n')) {
      append(arrived.substr(0, end));
      on_line(line, was_cut);
      line.clear();
      was_cut = false;
      arrived.remove_prefix(end + 1);
    }
    append(arrived);
  }
  if (!line.empty() || was_cut) on_line(line, was_cut);
  return 0;
}

Result<int> answer_stream(Session& session, const std::string& path) {
  const bool is_stdin = path == "-";
  const int descriptor = is_stdin ? STDIN_FILENO : open_to_read(path);
  if (descriptor < 0) return fail(ErrorKind::io, "--requests: cannot read " + path + ": " + reason_of(errno));

  int exit_code = k_yes;
  std::uint64_t number = 0;
  const int problem = each_line(
      descriptor, k_most_line_bytes,
      [&](std::string_view line, bool was_cut) {
        ++number;
        if (is_blank(line)) return;
        const Result<Answered> answered = answer_line(session, line, was_cut);
        if (answered) {
          session.print(report::answer_json(as_report(session, *answered), report::JsonStyle::line));
        } else {
          exit_code = k_trouble;
          session.print(report::error_json(answered.error(), session.head(), id_of(line), report::JsonStyle::line, number));
        }
      },
      [&] { return session.flush(); });
  if (!is_stdin) ::close(descriptor);
  if (problem != 0) return fail(ErrorKind::io, "--requests: cannot read " + path + ": " + reason_of(problem));
  return exit_code;
}

}  // namespace canirun::cli
