// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <canirun/calibration.hpp>
#include <canirun/names.hpp>
#include <canirun/storage.hpp>

#include "report/bar.hpp"
#include "report/commands.hpp"
#include "report/explain.hpp"
#include "report/files_text.hpp"
#include "report/money.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"
#include "report/serving_phrases.hpp"
#include "report/text.hpp"

namespace canirun::report {
namespace {

constexpr std::size_t k_reasons_shown = 3;
constexpr std::size_t k_suggestions_shown = 4;
constexpr int k_bar_columns = 20;

void headline(Page& page, const Answer& answer) {
  const std::string file = format_decimal_bytes(answer.assessment.weights.file_bytes);
  page.spread(
      fmt::format("{} · {} · {}{}", answer.model.name, answer.quant.id, answer.quant.approximate ? "about " : "", file),
      Tone::strong, "on " + machine_phrase(answer.machine), Tone::quiet);
}

/// The reason that made it a no; capability and money alone never do.
std::string deciding_reason(const Verdict& verdict) {
  static constexpr std::array<std::string_view, 4> k_decides{"does_not_fit", "unusable", "floor_decode",
                                                             "floor_first_token"};
  for (const Reason& reason : verdict.reasons) {
    if (std::find(k_decides.begin(), k_decides.end(), reason.code) != k_decides.end()) return reason.text;
  }
  return verdict.reasons.empty() ? words_for(verdict.answer) : verdict.reasons.front().text;
}

/// The answer in a word and a sentence, before any detail.
void verdict_first(Page& page, const Answer& answer) {
  const Assessment& result = answer.assessment;
  const Verdict& verdict = result.verdict;
  if (!verdict.yes) {
    page.paragraph(deciding_reason(verdict), 0, fmt::format("{} NO", sign_of(Mark::no, page.terminal())), tone_of(Mark::no));
    return;
  }
  std::string text = "it runs here";
  if (result.speed) {
    text += fmt::format(", {} at {} tok/s", words_for(result.usability.level),
                        format_rate_range(result.speed->decode_tokens_per_s));
  } else {
    text += "; how fast is not known";
  }
  const bool local = verdict.answer == canirun::Answer::run_local || verdict.answer == canirun::Answer::hybrid;
  if (!local) text += fmt::format("; even so: {}", words_for(verdict.answer));
  const Mark mark = local ? Mark::yes : Mark::partly;
  page.paragraph(text, 0, fmt::format("{} YES", sign_of(mark, page.terminal())), tone_of(mark));
}

/// "; at 8k also for Q8_0": how far the weights could grow, or would have to shrink to lie in one place.
std::string larger_quant_phrase(const Answer& answer) {
  const std::string& largest = answer.largest_quant;
  if (largest.empty() || largest == answer.quant.id) return {};
  if (answer.assessment.placed.placement.status == FitStatus::fits_offloaded)
    return fmt::format("; wholly on the GPU up to {}", largest);
  return fmt::format("; at {} also for {}", format_context(answer.question.settings.context_tokens), largest);
}

/// The pool that lacks room; where none does, the one that is fullest (a large card's host has less left than the card).
const PoolMemory* pool_to_show(const Answer& answer) {
  const PlacedMemory& placed = answer.assessment.placed;
  const PoolMemory* shown = nullptr;
  const auto share = [](const PoolMemory& used) {
    return static_cast<double>(used.required_bytes) / static_cast<double>(std::max<std::uint64_t>(1, used.usable_bytes));
  };
  for (const PoolMemory& used : placed.memory.pools) {
    if (used.pool >= answer.machine.pools.size()) continue;
    if (placed.placement.headroom_bytes < 0) {
      if (used.pool == placed.placement.limiting_pool) return &used;
    } else if (shown == nullptr || share(used) > share(*shown)) {
      shown = &used;
    }
  }
  return shown;
}

/// That pool as a bar with its figures, and what the room left (or missing) means.
void pool_lines(std::vector<std::string>& body, const Answer& answer, const Terminal& terminal) {
  const PlacedMemory& placed = answer.assessment.placed;
  if (const PoolMemory* used = pool_to_show(answer)) {
    body.push_back(fmt::format("{} {} of {} GiB usable in {}", memory_bar(*used, k_bar_columns, terminal),
                               format_gib(used->required_bytes), format_gib(used->usable_bytes),
                               answer.machine.pools[used->pool].id));
  }
  if (placed.placement.headroom_bytes < 0) {
    body.push_back(
        fmt::format("{} missing", format_binary_bytes(static_cast<std::uint64_t>(-placed.placement.headroom_bytes))));
  } else if (placed.placement.max_context_tokens) {
    const EngineSettings& settings = answer.question.settings;
    const std::uint64_t slots = settings.kv_unified ? 1 : settings.parallel;
    const bool all = *placed.placement.max_context_tokens >= answer.model.context_limit_tokens * slots;
    body.push_back(fmt::format("room for {} context{}{}", format_context(*placed.placement.max_context_tokens),
                               all ? ", all the model takes" : "", larger_quant_phrase(answer)));
  }
}

/// "of it beside the model: image part 0.9, draft Qwen3 0.6B Q8_0 1.2": what was asked to run with it.
std::string beside_phrase(const Answer& answer) {
  const Companions& beside = answer.question.companions;
  const std::uint64_t total = answer.assessment.placed.beside.total();
  std::vector<std::string> parts;
  const std::uint64_t projector =
      beside.projector_bytes + beside.projector_device_scratch_bytes + beside.projector_host_scratch_bytes;
  if (projector > 0) parts.push_back("image or audio part " + format_gib(projector));
  if (beside.adapter_bytes > 0) parts.push_back("adapters " + format_gib(beside.adapter_bytes));
  if (beside.draft != nullptr) {
    const std::uint64_t files = std::min(total, projector + beside.adapter_bytes);
    parts.push_back(draft_name(beside, answer.request.draft_quant) + " " + format_gib(total - files));
  }
  return fmt::format("of it beside the model: {}", fmt::join(parts, ", "));
}

void memory_statement(Page& page, const Answer& answer) {
  const PlacedMemory& placed = answer.assessment.placed;
  MemoryParts needed = placed.memory.parts;
  needed.repacked_weights_bytes = 0;  // told on its own: the mapped file behind that copy can be dropped
  std::vector<std::string> body{fmt::format("{} at {}: {}", format_binary_bytes(needed.total()),
                                            context_phrase(answer.question.settings), parts_phrase(needed))};
  if (const std::uint64_t copy = placed.memory.parts.repacked_weights_bytes; copy > 0) {
    body.push_back(fmt::format("while loading up to {} more: the CPU's repacked copy, until the file's pages are dropped",
                               format_binary_bytes(copy)));
  }
  if (answer.question.companions.any()) body.push_back(beside_phrase(answer));
  if (placed.placement.status == FitStatus::fits_offloaded)
    body.push_back(placement_phrase(answer.machine, answer.model, placed.placement));
  pool_lines(body, answer, page.terminal());
  for (const std::string& assumed : assumption_phrases(answer.machine, placed.memory)) body.push_back(page.safe(assumed));
  page.statement(fit_mark(placed.placement), fit_heading(answer.machine, placed.placement), body);
}

/// Room for the files on this machine's drive: said when there is too little, or when everything is opened.
void disk_statement(Page& page, const Answer& answer, bool explain) {
  if (!answer.model.local_path.empty()) return;  // they are there already
  const std::optional<StorageFit> disk = storage_fit(answer.machine, answer.assessment.weights.file_bytes);
  if (!disk || (disk->fits() && !explain)) return;
  std::string text = fmt::format("{} to store, {} free at {}", format_decimal_bytes(disk->file_bytes),
                                 format_decimal_bytes(disk->free_bytes), page.safe(disk->place));
  if (!disk->fits()) text += fmt::format(": {} short", format_decimal_bytes(disk->missing_bytes));
  if (disk->read_s)
    text += fmt::format(" · a first load takes {} or more ({})", format_seconds(*disk->read_s), name_of(disk->read_basis));
  page.statement(disk->fits() ? Mark::yes : Mark::no, "disk", {text});
}

void speed_statement(Page& page, const Answer& answer) {
  const Assessment& result = answer.assessment;
  if (!result.speed) {
    if (result.placed.placement.status == FitStatus::does_not_fit) return;
    page.statement(Mark::partly, "speed unknown",
                   {"the memory bandwidth is not known; give it with --bandwidth, as in --bandwidth 83GB/s"});
    return;
  }
  const ThroughputEstimate& speed = *result.speed;
  const UsageProfile& usage = answer.question.usage;
  std::string text = fmt::format("{} tok/s with {} token{} in the context · first word after {} ({}-token prompt)",
                                 format_rate_range(speed.decode_tokens_per_s), format_context(usage.depth_tokens),
                                 usage.depth_tokens == 1 ? "" : "s", format_seconds_range(speed.time_to_first_token_s),
                                 format_context(usage.prompt_tokens));
  // One more depth shows how it slows down: the deepest that the context holds.
  for (auto at = speed.by_depth.rbegin(); at != speed.by_depth.rend(); ++at) {
    if (at->depth_tokens > usage.depth_tokens && at->depth_tokens <= context_of_a_request(answer.question.settings)) {
      text += fmt::format(" · {} tok/s at {}", format_rate_range(at->decode_tokens_per_s), format_context(at->depth_tokens));
      break;
    }
  }
  if (speed.basis == Basis::measured) text += " · as measured on this machine";
  if (speed.basis == Basis::calibrated) text += " · corrected by what was measured on this machine";
  std::vector<std::string> body{text};
  // Where the processor does part of the work.
  const bool processor_works =
      run_place(answer.machine, answer.model, answer.question.settings, result.placed.placement).placement !=
      PlacementKind::gpu;
  if (const std::string stolen = stolen_time_phrase(answer.machine); processor_works && !stolen.empty())
    body.push_back(stolen + ": slowed down by as much");
  if (speed.concurrent) body.push_back(concurrency_phrase(*speed.concurrent));
  if (speed.speculative) body.push_back(drafting_phrase(*speed.speculative));
  page.statement(mark_of(result.usability.level), words_for(result.usability.level), body);
}

void capability_statement(Page& page, const Answer& answer) {
  const Capability& capability = answer.assessment.capability;
  const std::string reference = reference_name(answer);
  std::string text = fmt::format("for {}", words_for(capability.task));
  if (!capability.grade.empty() && capability.grade != "?") text += " · grade " + capability.grade;
  const auto shared = std::find_if(capability.evidence.begin(), capability.evidence.end(),
                                   [](const CapabilityEvidence& evidence) { return evidence.reference_value.has_value(); });
  if (shared != capability.evidence.end()) {
    text += fmt::format(" · {} {} against {} of {}", shared->benchmark, format_score(shared->local_value),
                        format_score(*shared->reference_value), reference);
    const auto more = capability.evidence.size() - 1;
    if (more > 0) text += fmt::format(" · {} more figure{} with --explain", more, more == 1 ? "" : "s");
  } else if (!capability.evidence.empty()) {
    const CapabilityEvidence& first = capability.evidence.front();
    text += fmt::format(" · {} {}; no figure that {} has too", first.benchmark, format_score(first.local_value), reference);
  } else {
    text += " · no published figure in the catalog; try it on your own work";
  }
  page.statement(mark_of(capability.level), words_for(capability.level), {text});
}

std::string capacity_phrase(const Capacity& capacity) {
  return fmt::format("the day's tokens take {} of {} here", format_seconds(capacity.active_hours_per_day * 3600),
                     format_seconds(capacity.hours_available_per_day * 3600));
}

void money_statement(Page& page, const Answer& answer) {
  const CostEstimate& cost = answer.assessment.cost;
  std::vector<std::string> parts;
  if (const LocalCost* local = compared_local(cost)) {
    parts.push_back(
        cost.ownership == Ownership::own
            ? fmt::format("here {} a day (electricity; owned already)", format_usd(local->cash_usd_per_day, cost.currency))
            : fmt::format("here {} a day (bought for {})", format_usd(local->usd_per_day, cost.currency),
                          format_usd(local->hardware_price_usd, cost.currency)));
  }
  if (const ApiCost* same = same_model_api(cost))
    parts.push_back(fmt::format("same model hosted {}", format_usd(same->usd_per_day, cost.currency)));
  const auto other = std::find_if(cost.api.begin(), cost.api.end(), [](const ApiCost& api) { return !api.same_model; });
  if (other != cost.api.end())
    parts.push_back(fmt::format("{} {}", other->name, format_usd(other->usd_per_day, cost.currency)));
  if (cost.hybrid) parts.push_back(fmt::format("both {}", format_usd(cost.hybrid->usd_per_day, cost.currency)));
  if (parts.empty()) return;
  std::vector<std::string> body{fmt::format("{}", fmt::join(parts, " · "))};
  if (!cost.capacity.feasible && answer.assessment.speed) body.push_back(capacity_phrase(cost.capacity));
  const bool too_slow = !cost.capacity.feasible && answer.assessment.speed.has_value();
  page.statement(too_slow ? Mark::no : Mark::about, "money", body);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// The last word: the answer, its reasons, how sure it is, and when it would pay.
void verdict_last(Page& page, const Answer& answer, bool explain) {
  const Verdict& verdict = answer.assessment.verdict;
  std::vector<std::string> reasons;
  if (!verdict.yes) reasons.push_back(deciding_reason(verdict));  // what made it a no comes first
  for (const Reason& reason : verdict.reasons) {
    if (!reasons.empty() && reason.text == reasons.front()) continue;
    if (explain || reasons.size() < k_reasons_shown) reasons.push_back(reason.text);
  }
  std::string text = fmt::format("{}", fmt::join(reasons, "; "));
  if (verdict.confidence != Confidence::medium) text += fmt::format(" ({} confidence)", name_of(verdict.confidence));
  const bool local = verdict.answer == canirun::Answer::run_local || verdict.answer == canirun::Answer::hybrid;
  const Tone tone = tone_of(!verdict.yes ? Mark::no : local ? Mark::yes : Mark::partly);
  page.paragraph(text, 2, upper(words_for(verdict.answer)), tone);

  const CostEstimate& cost = answer.assessment.cost;
  const BreakEven* point = cost.api.empty() ? nullptr : break_even_against(cost, cost.api.front().price_id);
  if (!verdict.yes || point == nullptr || !cost.capacity.feasible) return;
  if (point->output_tokens_per_day && *point->output_tokens_per_day < 1) {
    page.paragraph(fmt::format("Already owned, each token costs less here than {} asks for it, from the first one.",
                               cost.api.front().name),
                   2);
  } else if (point->output_tokens_per_day && !point->never) {
    page.paragraph(
        fmt::format("Break-even against {}: {} output tokens a day ({} your {} profile){}.", cost.api.front().name,
                    format_tokens(*point->output_tokens_per_day), multiple_of(point->times_stated_use.value_or(0)),
                    answer.request.profile, point->beyond_capacity ? ", more than this machine can make" : ""),
        2);
  } else if (point->never && !point->reason.empty()) {
    page.paragraph(fmt::format("Never breaks even against {}: {}.", cost.api.front().name, point->reason), 2);
  }
}

/// Nearest yeses. Advice comes with the command that tries it.
void suggestions(Page& page, const Answer& answer) {
  const std::vector<Suggestion>& all = answer.assessment.verdict.suggestions;
  if (all.empty()) return;
  page.blank();
  page.line(answer.assessment.verdict.yes ? "  also possible" : "  nearest yes", Tone::quiet);
  for (std::size_t i = 0; i < std::min(all.size(), k_suggestions_shown); ++i) {
    if (!all[i].command.empty()) page.command(all[i].command, 4);
    if (!all[i].text.empty()) page.paragraph(all[i].text, all[i].command.empty() ? 4 : 6);
  }
}

void run_it(Page& page, const Answer& answer) {
  if (answer.assessment.placed.placement.status == FitStatus::does_not_fit) return;
  const auto lines =
      launch_commands(answer.machine, answer.model, answer.quant, answer.question.settings,
                      answer.assessment.placed.placement, launch_extras(answer.question, answer.request, answer.assessment));
  for (const LaunchCommand& line : lines) {
    page.blank();
    page.command(line.command, 2);
    std::string about = fmt::format("→ {}", line.base_url);
    if (!line.environment.empty()) about += fmt::format(" · server started with {}", line.environment);
    if (!line.note.empty()) about += fmt::format(" · {}", line.note);
    page.paragraph(about, 4);
  }
}

}  // namespace

std::string render_answer_text(const Answer& answer, const Terminal& terminal, bool explain) {
  Page page(terminal);
  headline(page, answer);
  verdict_first(page, answer);
  page.blank();
  memory_statement(page, answer);
  if (explain) explain_memory(page, answer);
  disk_statement(page, answer, explain);
  speed_statement(page, answer);
  if (explain) explain_speed(page, answer);
  capability_statement(page, answer);
  if (explain) explain_capability(page, answer);
  money_statement(page, answer);
  if (explain) explain_cost(page, answer);
  if (explain) explain_sources(page, answer);
  if (answer.files != nullptr) files_section(page, *answer.files, explain);
  if (answer.assessment.verdict.yes) run_it(page, answer);
  suggestions(page, answer);
  page.blank();
  verdict_last(page, answer, explain);
  return page.take();
}

}  // namespace canirun::report
