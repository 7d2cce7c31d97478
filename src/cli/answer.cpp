// SPDX-License-Identifier: MIT
#include "cli/answer.hpp"

#include <string>

namespace canirun::cli {
namespace {

/// What a no offers at most; more would be a list to read, not help.
constexpr std::size_t k_most_suggestions = 3;

/// Tries what would make it smaller and keeps what then fits: the nearest yeses, each with the command to check it.
void add_nearest_yeses(Session& session, Answered& answered) {
  const catalog::Catalog& catalog = session.catalog();
  const Resolved& asked = answered.question;
  std::vector<Suggestion>& suggestions = answered.assessment.verdict.suggestions;
  for (const Alternative& alternative :
       alternatives_to_try(*asked.machine, *asked.model, asked.quant->id, asked.question.settings)) {
    if (suggestions.size() >= k_most_suggestions) return;
    const Result<QuantScheme> quant = catalog.quant(alternative.quant);
    if (!quant) continue;
    Question question = asked.question;
    question.settings = alternative.settings;
    const Assessment fit = assess_fit(*asked.machine, *asked.model, *quant, question, catalog.books());
    if (fit.placed.placement.status == FitStatus::does_not_fit) continue;
    if (fit.usability.level == UsabilityLevel::unusable) continue;
    suggestions.push_back(alternative.suggestion);
  }
}

}  // namespace

Result<Answered> answer_request(Session& session, const Request& request) {
  Result<Resolved> resolved = session.resolver().resolve(request);
  if (!resolved) return tl::unexpected<Error>(std::move(resolved).error());
  Answered answered{.question = std::move(*resolved), .assessment = {}};
  const Resolved& asked = answered.question;
  answered.assessment = assess(*asked.machine, *asked.model, *asked.quant, asked.question, session.catalog().books());
  if (answered.assessment.placed.placement.status == FitStatus::does_not_fit) add_nearest_yeses(session, answered);
  return answered;
}

report::Answer as_report(Session& session, const Answered& answered) {
  return {.head = session.head(),
          .request = answered.question.echo,
          .machine = *answered.question.machine,
          .model = *answered.question.model,
          .quant = *answered.question.quant,
          .question = answered.question.question,
          .assessment = answered.assessment};
}

int exit_code_of(const Verdict& verdict, bool require_worth_it) {
  return verdict.yes && (!require_worth_it || verdict.worth_it) ? k_yes : k_no;
}

}  // namespace canirun::cli
