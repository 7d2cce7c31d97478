// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <canirun/verdict.hpp>

namespace canirun {

void hold_to_context_limit(Verdict& verdict, const Machine& machine, const ModelSpec& model,
                           const EngineSettings& settings) {
  const std::uint32_t limit = model.context_limit_tokens;
  if (limit == 0 || settings.context_tokens <= limit) return;
  verdict.yes = false;
  verdict.worth_it = false;
  if (verdict.answer != Answer::use_api) verdict.answer = Answer::cannot_run;
  verdict.reasons.insert(verdict.reasons.begin(),
                         {"beyond_context_limit", fmt::format("{} was made for {} tokens of context, not {}", model.name,
                                                              limit, settings.context_tokens)});
  constexpr std::string_view k_on = "--on ";
  const std::string on =
      machine.origin.starts_with(k_on) ? fmt::format(" --on \"{}\"", machine.origin.substr(k_on.size())) : "";
  verdict.suggestions.insert(
      verdict.suggestions.begin(),
      {fmt::format("canirun check {}{} --ctx {}", typed_name(model), on, limit), "the longest context it was made for"});
}

}  // namespace canirun
