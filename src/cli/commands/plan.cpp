// SPDX-License-Identifier: MIT
#include "cli/amount.hpp"
#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/planning.hpp"

namespace canirun::cli {

Result<int> run_plan(Session& session) {
  const Options& options = session.options();
  if (options.words.empty()) {
    return fail(ErrorKind::usage, "canirun plan needs the name of a model", "as in: canirun plan gpt-oss-120b --min-tps 20");
  }
  RequestChecker checker(options.request.from);
  std::optional<double> budget_usd;
  const std::optional<json::Word> given = options.budget ? std::optional(json::Word{*options.budget}) : std::nullopt;
  amount(checker, options.request, currency_asked(checker, options.request), given, {"budget", "budget"}, 1, 1e9,
         budget_usd);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());
  Request request = options.request;
  request.model = options.words.front();
  // The machine at hand first: the cheapest machine is the one that is there.
  const Result<Answered> here = answer_request(session, request);
  if (!here) return tl::unexpected<Error>(here.error());
  const report::Plan plan = make_plan(session, request, *here, budget_usd);
  session.print(options.json ? report::plan_json(plan, report::JsonStyle::indented)
                             : report::render_plan_text(plan, session.out()));
  return plan.rows.empty() && !plan.here ? k_no : k_yes;
}

}  // namespace canirun::cli
