// SPDX-License-Identifier: MIT
// `canirun check MODEL --ctx 4k,32k,128k`: the same question at several settings, as a table.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>

#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "report/phrases.hpp"

namespace canirun::cli {
namespace {

constexpr std::size_t k_most_rows = 64;

/// The values of one flag, between commas; one that says nothing where it was not given.
std::vector<std::optional<std::string>> values_of(const std::optional<std::string>& given) {
  if (!given) return {std::nullopt};
  std::vector<std::optional<std::string>> values;
  std::size_t begin = 0;
  while (begin <= given->size()) {
    const std::size_t end = std::min(given->find(',', begin), given->size());
    values.emplace_back(given->substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

report::VariantRow row_of(const Answered& answered) {
  const Assessment& result = answered.assessment;
  const EngineSettings& settings = answered.question.question.settings;
  report::VariantRow row;
  row.quant = answered.question.quant->id;
  row.kv_type = settings.kv_type_k == settings.kv_type_v
                    ? std::string(name_of(settings.kv_type_k))
                    : fmt::format("{}/{}", name_of(settings.kv_type_k), name_of(settings.kv_type_v));
  row.context_tokens = settings.context_tokens;
  row.memory = result.placed.memory.parts;
  row.placement = result.placed.placement;
  row.where = report::place_phrase(*answered.question.machine, *answered.question.model, row.placement);
  row.usability = result.usability.level;
  if (result.speed && !result.speed->by_depth.empty()) {
    row.decode_empty_tokens_per_s = result.speed->by_depth.front().decode_tokens_per_s;
    row.decode_full_tokens_per_s = result.speed->by_depth.back().decode_tokens_per_s;
  }
  return row;
}

}  // namespace

bool asks_for_variants(const Request& request) {
  const auto is_list = [](const std::optional<std::string>& text) { return text && text->find(',') != std::string::npos; };
  return is_list(request.quant) || is_list(request.kv_type) ||
         (request.context_tokens && is_list(request.context_tokens->text));
}

Result<int> check_variants(Session& session, const Request& asked) {
  const auto contexts =
      values_of(asked.context_tokens ? std::optional(asked.context_tokens->text) : std::optional<std::string>());
  const auto kv_types = values_of(asked.kv_type);
  const auto quants = values_of(asked.quant);
  if (contexts.size() * kv_types.size() * quants.size() > k_most_rows) {
    return fail(ErrorKind::usage, fmt::format("more than {} combinations of --quant, --ctx and --kv-type", k_most_rows));
  }
  std::vector<Answered> answers;
  for (const auto& quant : quants) {
    for (const auto& kv_type : kv_types) {
      for (const auto& context : contexts) {
        Request request = asked;
        request.quant = quant;
        request.kv_type = kv_type;
        if (context) request.context_tokens = json::Word{*context};
        Result<Answered> answered = answer_request(session, request);
        if (!answered) return tl::unexpected<Error>(std::move(answered).error());
        answers.push_back(std::move(*answered));
      }
    }
  }
  int worst = k_yes;
  report::Variants variants{.head = session.head(),
                            .machine = *answers.front().question.machine,
                            .model = *answers.front().question.model,
                            .rows = {}};
  for (const Answered& answered : answers) {
    variants.rows.push_back(row_of(answered));
    worst = std::max(worst, exit_code_of(answered.assessment.verdict, session.options().require_worth_it));
  }
  session.print(session.options().json ? report::variants_json(variants, report::JsonStyle::indented)
                                       : report::render_variants_text(variants, session.out()));
  return worst;
}

}  // namespace canirun::cli
