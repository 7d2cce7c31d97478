// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/verdict.hpp>

namespace canirun {
namespace {

/// vLLM refuses a longer context than the model's configuration names, and Ollama cuts it down to that.
bool is_held_to_limit(Engine engine) { return engine == Engine::vllm || engine == Engine::ollama; }

std::string repeated_machine(const Machine& machine) {
  constexpr std::string_view k_on = "--on ";
  return machine.origin.starts_with(k_on) ? fmt::format(" --on \"{}\"", machine.origin.substr(k_on.size())) : "";
}

}  // namespace

void hold_to_context_limit(Verdict& verdict, const Machine& machine, const ModelSpec& model,
                           const EngineSettings& settings) {
  const std::uint32_t limit = model.context_limit_tokens, asked = context_of_a_request(settings);
  if (limit == 0 || asked <= limit) return;
  std::string reason = fmt::format("{} was made for {} tokens of context, not {}", model.name, limit, asked);
  if (is_held_to_limit(settings.engine)) {
    verdict.yes = false;
    verdict.worth_it = false;
    if (verdict.answer != Answer::use_api) verdict.answer = Answer::cannot_run;
    reason += fmt::format(", and {} goes no further", name_of(settings.engine));
  } else {
    // It starts, and what it writes beyond the limit is what suffers.
    verdict.confidence = Confidence::low;
    reason += fmt::format(
        "; beyond it the answers fall apart unless positions are scaled, as with --rope-scaling yarn "
        "--rope-scale {:.3g} --yarn-orig-ctx {}",
        static_cast<double>(asked) / limit, limit);
  }
  verdict.reasons.insert(verdict.reasons.begin(), {"beyond_context_limit", std::move(reason)});
  const std::uint32_t most = settings.kv_unified ? limit : limit * std::max(1U, settings.parallel);
  verdict.suggestions.insert(verdict.suggestions.begin(),
                             {fmt::format("canirun check {}{} --ctx {}", typed_name(model), repeated_machine(machine), most),
                              "the longest context it was made for"});
}

}  // namespace canirun
