// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <canirun/split.hpp>
#include <cmath>
#include <optional>

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/question.hpp"
#include "cli/usage_file.hpp"
#include "report/cost_example.hpp"
#include "usage/usage.hpp"

namespace canirun::cli {
namespace {

/// Without one in the request, the context must hold nearly every request there was.
void ask_for_context(Request& request, const UsageReading& reading) {
  if (request.context_tokens || !reading.prompt_p95_tokens) return;
  constexpr double k_step = 1024, k_usual = 8192;
  const double tokens = std::ceil(*reading.prompt_p95_tokens * 1.1 / k_step) * k_step;  // a tenth for the answer
  if (tokens > k_usual) request.context_tokens = json::Word{fmt::format("{:.0f}", tokens)};
}

/// The price record of the model that was used most, where the log's name for it is known; its date may follow the name.
std::optional<std::string> price_used(const catalog::Catalog& catalog, const UsageReading& reading) {
  if (reading.models.empty() || reading.models.front().model.empty()) return std::nullopt;
  std::string name = reading.models.front().model;
  for (;;) {
    if (const Result<ApiPrice> price = catalog.api_price(name)) return price->id;
    const std::size_t dash = name.rfind('-');
    if (dash == std::string::npos || name.find_first_not_of("0123456789", dash + 1) != std::string::npos)
      return std::nullopt;
    name.erase(dash);
  }
}

/// Puts what was really used in the place of the profile. What flags say about use still counts.
Result<void> use_reading(Session& session, const Request& request, const UsageReading& reading, Resolved& resolved) {
  RequestChecker checker(request.from);
  std::optional<double> undated;
  if (session.options().usage_days)
    checker.number(json::Word{*session.options().usage_days}, {"usage_days", "usage-days"}, 1, 36525, undated);
  Question& question = resolved.question;
  const UsageProfile read = usage::profile_of(reading, question.usage, undated.value_or(1));
  question.usage = usage_asked(checker, request, read);
  adapt_to_model(checker, request, *resolved.model, question);
  if (checker.error()) return tl::unexpected<Error>(*checker.error());
  if (!request.vs) {
    if (const auto price = price_used(session.catalog(), reading)) question.money.versus = *price;
  }
  resolved.echo.profile = question.usage.id;
  resolved.echo.vs = question.money.versus;
  resolved.echo.prompt_tokens = question.usage.prompt_tokens;
  resolved.echo.depth_tokens = question.usage.depth_tokens;
  return {};
}

/// The kinds of work of --mix, with what the evidence says of this model at each.
Result<std::vector<MixPart>> mix_asked(Session& session, const Resolved& resolved) {
  constexpr std::size_t k_most_kinds = 12;
  const catalog::Catalog& catalog = session.catalog();
  const std::vector<std::string>& names = session.options().mix;
  if (names.size() > k_most_kinds)
    return fail(ErrorKind::usage, fmt::format("--mix: at most {} kinds of work, not {}", k_most_kinds, names.size()));
  const ApiPrice* price = find_api_price(catalog.books().prices, resolved.question.money.versus);
  std::vector<MixPart> mix;
  for (const std::string& name : names) {
    const Result<UsageProfile> usage = catalog.usage(name);
    if (!usage) return tl::unexpected<Error>(Error(usage.error()).within("--mix"));
    MixPart part{.usage = *usage};
    if (price != nullptr) {
      const Capability capability = judge_capability(*resolved.model, usage->task, price->model_name, price->quality,
                                                     catalog.books().capability, resolved.quant.get());
      part.good_enough = capability.level >= CapabilityLevel::close;
    }
    mix.push_back(std::move(part));
  }
  return mix;
}

}  // namespace

Result<int> run_cost(Session& session) {
  const Options& options = session.options();
  if (options.example) {
    RequestChecker checker(options.request.from);
    const CostInputs money = money_asked(checker, options.request);
    if (checker.error()) return tl::unexpected<Error>(*checker.error());
    const std::vector<ExampleLine> lines = article_example(session.catalog().books().prices, money);
    session.print(options.json ? report::example_json(lines, session.head(), report::JsonStyle::indented)
                               : report::render_example_text(lines, session.out(), options.explain));
    return k_yes;
  }
  if (options.words.empty()) {
    return fail(ErrorKind::usage, "canirun cost needs the name of a model",
                "canirun list shows what there is, as in: canirun cost llama-3.1-8b");
  }
  Request request = options.request;
  request.model = options.words.front();

  std::optional<UsageReading> reading;
  if (options.from_usage) {
    Result<UsageReading> read = read_usage_file(*options.from_usage);
    if (!read) return tl::unexpected<Error>(std::move(read).error());
    reading = std::move(*read);
    ask_for_context(request, *reading);
    // What agents do is coding, unless somebody says otherwise.
    if (reading->format == UsageFormat::agent_log && !request.profile && !request.task) request.profile = "agentic";
  }
  Result<Resolved> resolved = session.resolver().resolve(request);
  if (!resolved) return tl::unexpected<Error>(std::move(resolved).error());
  if (reading) {
    if (Result<void> used = use_reading(session, request, *reading, *resolved); !used)
      return tl::unexpected<Error>(std::move(used).error());
  }

  const Result<std::vector<MixPart>> mix = mix_asked(session, *resolved);
  if (!mix) return tl::unexpected<Error>(mix.error());

  Answered answered = answer_resolved(session, std::move(*resolved));
  const Resolved& asked = answered.question;
  answered.assessment.cost.splits = split_work(*asked.machine, *asked.model, *mix, asked.question.money,
                                               answered.assessment.speed, session.catalog().books().prices);
  report::Answer answer = as_report(session, answered);
  answer.usage = reading ? &*reading : nullptr;
  session.print(options.json ? report::cost_json(answer, report::JsonStyle::indented)
                             : report::render_cost_text(answer, session.out(), options.explain));
  if (options.plot && !options.json) session.print(report::render_cost_plot(answer, session.out()));
  return exit_code_of(answered.assessment.verdict, options.require_worth_it);
}

}  // namespace canirun::cli
