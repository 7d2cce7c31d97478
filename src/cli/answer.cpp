// SPDX-License-Identifier: MIT
#include "cli/answer.hpp"

#include <fmt/format.h>

#include <canirun/engine_refusal.hpp>
#include <canirun/names.hpp>

#include <string>

#include "cli/question.hpp"
#include "report/commands.hpp"

namespace canirun::cli {
namespace {

/// What a no offers at most; more would be a list to read, not help.
constexpr std::size_t k_most_suggestions = 3;

/// The flags that a command in a suggestion must repeat to be about the same machine and engine. `--on` is in it already.
std::string repeated_flags(const std::string& command, const Session& session, const report::RequestEcho& echo,
                           const EngineSettings& settings) {
  const EngineSettings usual;
  std::string flags;
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) flags += fmt::format(" --{} {}", name, report::shell_word(*value));
  };
  add("ram", echo.ram);
  add("vram", echo.vram);
  add("bandwidth", echo.bandwidth);
  if (!echo.on) add("machine", session.options().machine_file);
  const bool has_engine = command.find(" --engine ") != std::string::npos;  // where another one is what it suggests
  if (settings.engine != usual.engine && !has_engine) add("engine", std::string(name_of(settings.engine)));
  if (settings.backend != usual.backend) add("backend", std::string(name_of(settings.backend)));
  return flags;
}

bool meets(const Floors& floors, const Assessment& fit) {
  if (fit.placed.placement.status == FitStatus::does_not_fit || fit.usability.level == UsabilityLevel::unusable)
    return false;
  if (!fit.speed) return !floors.min_decode_tokens_per_s && !floors.max_time_to_first_token_s;
  if (floors.min_decode_tokens_per_s && fit.speed->decode_tokens_per_s.typical < *floors.min_decode_tokens_per_s)
    return false;
  return !floors.max_time_to_first_token_s || fit.speed->time_to_first_token_s.typical <= *floors.max_time_to_first_token_s;
}

/// From large to small; what no scheme of the catalog is called is passed over.
std::vector<std::string_view> quants_by_size(Engine engine) {
  if (engine == Engine::mlx) return {"mlx-bf16", "mlx-8bit", "mlx-6bit", "mlx-5bit", "mlx-4bit", "mlx-3bit"};
  if (engine == Engine::vllm) return {"BF16", "FP8", "AWQ-4bit"};
  return {"BF16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K", "IQ2_M", "IQ2_XXS"};
}

/// Places the model at one quant after the other, largest first: some tens of microseconds each.
std::string largest_whole_quant(const catalog::Catalog& catalog, const Resolved& asked) {
  const bool one_form = asked.model->expert_type == TensorType::mxfp4;
  const bool only_packed = asked.model->stored && asked.model->stored->format != QuantFormat::gguf;
  if (one_form || only_packed || asked.question.companions.any()) return {};
  Placer placer(*asked.machine, *asked.model, asked.question.settings);
  for (const std::string_view name : quants_by_size(asked.question.settings.engine)) {
    const Result<QuantScheme> quant = catalog.quant(name);
    if (!quant) continue;
    const PlacedMemory placed = placer.place(sum_weights(*asked.model, *quant), Effort::ranking);
    if (placed.placement.status == FitStatus::fits) return std::string(name);
  }
  return {};
}

/// Tries what would make it smaller and keeps what then runs and meets the floors: the nearest yeses, each with the
/// command to check it.
void add_nearest_yeses(Session& session, Answered& answered) {
  const catalog::Catalog& catalog = session.catalog();
  const Resolved& asked = answered.question;
  std::vector<Suggestion>& suggestions = answered.assessment.verdict.suggestions;
  const std::uint32_t limit = asked.model->context_limit_tokens;
  std::size_t found = 0;
  for (const Alternative& alternative :
       alternatives_to_try(*asked.machine, *asked.model, asked.quant->id, asked.question.settings)) {
    if (found >= k_most_suggestions) return;
    const std::uint64_t most = std::uint64_t{limit} * sharers_of_context(alternative.settings);
    if (limit != 0 && alternative.settings.context_tokens > most) continue;
    const Result<QuantScheme> quant = catalog.quant(alternative.quant);
    if (!quant || machine_refusal(*asked.machine, alternative.settings)) continue;
    Question question = asked.question;
    question.settings = alternative.settings;
    if (!meets(question.floors, assess_fit(*asked.machine, *asked.model, *quant, question, catalog.books()))) continue;
    suggestions.insert(suggestions.begin() + static_cast<std::ptrdiff_t>(found),
                       alternative.suggestion);  // before "more memory"
    ++found;
  }
}

}  // namespace

Result<Answered> answer_request(Session& session, const Request& request) {
  Result<Resolved> resolved = session.resolver().resolve(request);
  if (!resolved) return tl::unexpected<Error>(std::move(resolved).error());
  return answer_resolved(session, std::move(*resolved));
}

Answered answer_resolved(Session& session, Resolved question) {
  Answered answered{.question = std::move(question), .assessment = {}};
  const Resolved& asked = answered.question;
  answered.assessment = assess(*asked.machine, *asked.model, *asked.quant, asked.question, session.catalog().books());
  if (!answered.assessment.verdict.yes) add_nearest_yeses(session, answered);
  answered.largest_quant = largest_whole_quant(session.catalog(), asked);
  const std::uint32_t parallel = asked.question.settings.parallel;
  for (Suggestion& suggestion : answered.assessment.verdict.suggestions) {
    if (suggestion.command.empty()) continue;
    // A check says by itself how many requests it is about: fewer may be just what it suggests.
    const bool is_check = suggestion.command.starts_with("canirun check ");
    if (parallel > 1 && !is_check) suggestion.command += fmt::format(" --parallel {}", parallel);
    suggestion.command += repeated_flags(suggestion.command, session, asked.echo, asked.question.settings);
  }
  return answered;
}

report::Answer as_report(Session& session, const Answered& answered) {
  return {.head = session.head(),
          .request = answered.question.echo,
          .machine = *answered.question.machine,
          .model = *answered.question.model,
          .quant = *answered.question.quant,
          .question = answered.question.question,
          .assessment = answered.assessment,
          .largest_quant = answered.largest_quant,
          .files = answered.question.files.get()};
}

report::ListRow list_row_of(const Answered& answered) {
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

int exit_code_of(const Verdict& verdict, bool require_worth_it) {
  return verdict.yes && (!require_worth_it || verdict.worth_it) ? k_yes : k_no;
}

}  // namespace canirun::cli
