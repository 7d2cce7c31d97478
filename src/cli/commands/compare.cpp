// SPDX-License-Identifier: MIT
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "report/report.hpp"

namespace canirun::cli {
Result<int> run_compare(Session& session) {
  const Options& options = session.options();
  if (options.words.size() < 2) {
    return fail(ErrorKind::usage, "canirun compare needs at least two models",
                "as in: canirun compare qwen3-8b llama-3.1-8b");
  }
  // All of them before anything is shown: a table with a hole compares nothing.
  std::vector<Answered> answers;
  for (const std::string& model : options.words) {
    Request request = options.request;
    request.model = model;
    Result<Answered> answered = answer_request(session, request);
    if (!answered) return tl::unexpected<Error>(std::move(answered).error());
    answers.push_back(std::move(*answered));
  }

  report::Listing listing{.head = session.head(),
                          .machine = *answers.front().question.machine,
                          .query = {},
                          .task = answers.front().question.question.usage.task,
                          .rows = {},
                          .matched = answers.size()};
  bool any_yes = false;
  for (const Answered& answered : answers) {
    listing.rows.push_back(list_row_of(answered));
    any_yes = any_yes || answered.assessment.verdict.yes;
  }
  session.print(options.json ? report::list_json(listing, report::JsonStyle::indented)
                             : report::render_list_text(listing, session.out()));
  return any_yes ? k_yes : k_no;
}

}  // namespace canirun::cli
