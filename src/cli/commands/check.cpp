// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/published.hpp"
#include "cli/request_stream.hpp"
#include "cli/terminal.hpp"

namespace canirun::cli {
namespace {

Error no_model(std::string_view command) {
  return {.kind = ErrorKind::usage,
          .message = "canirun " + std::string(command) + " needs the name of a model",
          .context = {},
          .hint = "canirun list shows what there is, as in: canirun " + std::string(command) + " llama-3.1-8b"};
}

/// One model of several: its failure is told and the rest still answered.
int check_one(Session& session, const std::string& model, report::JsonStyle style) {
  const Options& options = session.options();
  Request request = options.request;
  request.model = model;
  const Result<Answered> answered = answer_request(session, request);
  if (!answered) {
    const Error error =
        model == options.words.front() ? with_command_hint(answered.error(), options) : Error(answered.error());
    if (options.json) {
      session.print(report::error_json(error, session.head(), std::nullopt, style));
    } else {
      session.warn_error(error);
    }
    return k_trouble;
  }
  report::Answer answer = as_report(session, *answered);
  if (options.explain) answer.published = published_runs(session.resolver(), answered->question);
  session.print(options.json ? report::answer_json(answer, style)
                             : report::render_answer_text(answer, session.out(), options.explain));
  return exit_code_of(answered->assessment.verdict, options.require_worth_it);
}

}  // namespace

Result<int> run_check(Session& session) {
  const Options& options = session.options();
  if (options.requests_file) {
    if (!options.words.empty()) {
      return fail(ErrorKind::usage, "--requests: models are named in the file, not beside it");
    }
    return answer_stream(session, *options.requests_file);
  }
  if (options.words.empty()) return tl::unexpected<Error>(no_model("check"));

  // One model: its failure is the command's. Several: one document a line, the worst outcome is the exit code.
  if (options.words.size() == 1) {
    Request request = options.request;
    request.model = options.words.front();
    if (asks_for_variants(request)) return check_variants(session, request);
    const Result<Answered> answered = answer_request(session, request);
    if (!answered) return tl::unexpected<Error>(answered.error());
    report::Answer answer = as_report(session, *answered);
    if (options.explain) answer.published = published_runs(session.resolver(), answered->question);
    session.print(options.json ? report::answer_json(answer, report::JsonStyle::indented)
                               : report::render_answer_text(answer, session.out(), options.explain));
    return exit_code_of(answered->assessment.verdict, options.require_worth_it);
  }
  int worst = k_yes;
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    if (i > 0 && !options.json) session.print("\n");
    worst = std::max(worst, check_one(session, options.words[i], report::JsonStyle::line));
  }
  return worst;
}

}  // namespace canirun::cli
