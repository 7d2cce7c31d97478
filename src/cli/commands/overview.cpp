// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "cli/commands.hpp"
#include "cli/ranking.hpp"

namespace canirun::cli {
namespace {

constexpr std::array k_tasks = {Task::chat, Task::coding, Task::summarise, Task::reasoning, Task::structured};

struct Choice {
  std::optional<std::size_t> best, faster;
};

/// The best that is comfortable, unless one that is merely readable is better by far: then that one, and the comfortable
/// one as the faster. Where nothing is comfortable, something readable is still an answer.
Choice choose(Ranking& ranking, const std::vector<Capability>& capabilities) {
  constexpr double k_better_by_far = 0.2;  // of the score's 0..1: about two grades
  const std::optional<std::size_t> comfortable = ranking.best(capabilities, UsabilityLevel::comfortable);
  const std::optional<std::size_t> readable = ranking.best(capabilities, UsabilityLevel::readable);
  if (!readable) return {};
  if (comfortable && *capabilities[*comfortable].score + k_better_by_far >= *capabilities[*readable].score) {
    return {.best = comfortable, .faster = ranking.faster(capabilities, *comfortable)};
  }
  // What fails at the task is no faster way of doing it.
  const bool is_any_good = comfortable && capabilities[*comfortable].grade != "F";
  return {.best = readable, .faster = is_any_good ? comfortable : std::nullopt};
}

/// Money of a day for the model picked for the profile's task, for the verdict line.
std::optional<report::OverviewMoney> money_of(Session& session, const Resolved& asked, const Ranking::Fit& fit,
                                              const ModelSpec& model) {
  const catalog::Catalog& catalog = session.catalog();
  const Result<QuantScheme> quant = catalog.quant(fit.quant);
  if (!quant) return std::nullopt;
  const Assessment answer = assess(*asked.machine, model, *quant, fit.question, catalog.books());
  report::OverviewMoney money;
  money.profile = asked.question.usage.id;
  if (answer.cost.local_own) money.local_usd_per_day = answer.cost.local_own->usd_per_day;
  if (answer.cost.hybrid) money.hybrid_usd_per_day = answer.cost.hybrid->usd_per_day;
  if (!answer.cost.api.empty()) {
    const ApiCost& api = answer.cost.api.front();
    money.versus = api.name;
    money.api_usd_per_day = api.usd_per_day;
    money.price_date = api.price_date;
  }
  return money;
}

}  // namespace

Result<int> run_overview(Session& session) {
  const Options& options = session.options();
  const Result<Resolved> asked = session.resolver().resolve_without_model(options.request);
  if (!asked) return tl::unexpected<Error>(asked.error());
  std::string quant;
  if (options.request.quant) {
    const Result<QuantScheme> scheme = session.catalog().quant(*options.request.quant);
    if (!scheme) return tl::unexpected<Error>(Error(scheme.error()).within("--quant"));
    quant = scheme->id;
  }

  report::Overview overview{.head = session.head(),
                            .machine = *asked->machine,
                            .engine = asked->question.settings.engine,
                            .context_tokens = asked->question.settings.context_tokens,
                            .picks = {},
                            .pairs_that_run = 0,
                            .pairs_tried = 0,
                            .money = std::nullopt};
  Ranking ranking(session.catalog(), *asked, quant);
  std::optional<std::size_t> priced;
  for (const Task task : k_tasks) {
    if (options.request.task && *options.request.task != name_of(task)) continue;
    const std::vector<Capability> capabilities = ranking.capabilities(task);
    const Choice choice = choose(ranking, capabilities);
    report::TaskPick pick{.task = task, .best = std::nullopt, .faster = std::nullopt};
    if (choice.best) pick.best = ranking.row(*choice.best, capabilities[*choice.best]);
    if (choice.faster) pick.faster = ranking.row(*choice.faster, capabilities[*choice.faster]);
    overview.picks.push_back(std::move(pick));
    if (choice.best && (task == asked->question.usage.task || !priced)) priced = choice.best;
  }
  if (priced) overview.money = money_of(session, *asked, *ranking.fit(*priced), ranking.models()[*priced]);
  overview.pairs_tried = ranking.pairs_tried();
  overview.pairs_that_run = ranking.pairs_that_run();
  session.print(options.json ? report::overview_json(overview, report::JsonStyle::indented)
                             : report::render_overview_text(overview, session.out()));
  return k_yes;
}

}  // namespace canirun::cli
