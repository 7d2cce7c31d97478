// SPDX-License-Identifier: MIT
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "report/report.hpp"

namespace canirun::cli {
namespace {

report::ListRow row_of(const Answered& answered) {
  const ModelSpec& model = *answered.question.model;
  const Assessment& answer = answered.assessment;
  report::ListRow row;
  row.model = model.id;
  row.name = model.name;
  row.quant = answered.question.quant->id;
  row.licence = model.licence;
  row.parameter_count = model.parameter_count;
  row.active_parameter_count = model.active_parameter_count;
  row.memory_bytes = answer.placed.memory.parts.total();
  row.context_tokens = answered.question.question.settings.context_tokens;
  row.status = answer.placed.placement.status;
  row.usability = answer.usability.level;
  row.score = answer.capability.score;
  row.grade = answer.capability.grade;
  row.level = answer.capability.level;
  if (answer.speed) {
    row.decode_tokens_per_s = answer.speed->decode_tokens_per_s;
    row.time_to_first_token_s = answer.speed->time_to_first_token_s;
  }
  return row;
}

}  // namespace

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
    listing.rows.push_back(row_of(answered));
    any_yes = any_yes || answered.assessment.verdict.yes;
  }
  session.print(options.json ? report::list_json(listing, report::JsonStyle::indented)
                             : report::render_list_text(listing, session.out()));
  return any_yes ? k_yes : k_no;
}

}  // namespace canirun::cli
