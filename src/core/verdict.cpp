// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include <canirun/names.hpp>
#include <canirun/units.hpp>

#include "core/money_text.hpp"
#include "core/verdict_parts.hpp"

namespace canirun {
namespace verdict {

std::string gib_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(k_gib));
}

}  // namespace verdict
namespace {

using verdict::gib_text;

/// The verdict while it is being reached: gates write into it, in order.
struct Court {
  Verdict verdict;
  bool closed = false;  ///< an earlier gate has answered; later ones only add reasons

  void reason(std::string code, std::string text) { verdict.reasons.push_back({std::move(code), std::move(text)}); }
  void suggest(std::string command, std::string text) {
    verdict.suggestions.push_back({std::move(command), std::move(text)});
  }
  void close(Answer answer) {
    if (!closed) verdict.answer = answer;
    closed = true;
  }
};

std::string on_flag(const Machine& machine) {
  constexpr std::string_view k_on = "--on ";
  if (!machine.origin.starts_with(k_on)) return "";
  return " --on \"" + machine.origin.substr(k_on.size()) + "\"";
}

/// What people call the model compared with; its price id where no price has its name.
std::string reference_name(const Capability& capability, const CostEstimate& cost) {
  for (const ApiCost& api : cost.api) {
    if (api.price_id == capability.reference) return api.name;
  }
  return capability.reference.empty() ? "the API model" : capability.reference;
}

/// Good enough for the task? A model that is not can still run: it is only never priced against the better one.
void capability_gate(Court& court, const Capability& capability, const std::string& reference, bool may_leave,
                     const std::string& on) {
  const std::string task{name_of(capability.task)};
  switch (capability.level) {
    case CapabilityLevel::not_a_substitute:
      court.reason("not_a_substitute",
                   fmt::format("{}: far behind {} by {}, not a substitute for it", task, reference,
                               capability.linked ? "benchmarks linked through other models" : "published evidence"));
      court.suggest("canirun list" + on + " --task " + task, "models that come closer and run here");
      if (may_leave) court.close(Answer::use_api);
      break;
    case CapabilityLevel::assists:
      court.reason("assists", fmt::format("{}: behind {}, good for the simpler part of the work", task, reference));
      break;
    case CapabilityLevel::close:
      court.reason("close", fmt::format("{}: close to {}", task, reference));
      break;
    case CapabilityLevel::equal_or_better:
      court.reason("equal_or_better", fmt::format("{}: level with {} or better", task, reference));
      break;
    case CapabilityLevel::unknown:
      court.reason(
          "no_evidence",
          fmt::format("{}: no benchmark that both this model and {} have, so try it before trusting it", task, reference));
      break;
  }
  if (!capability.quant_note.empty()) court.reason("quant_weakens", capability.quant_note);
}

/// Does it fit at all, and does it fit this minute?
bool fit_gate(Court& court, const Machine& machine, const Placement& placement) {
  if (placement.status == FitStatus::does_not_fit) {
    const auto short_by = static_cast<std::uint64_t>(placement.headroom_bytes < 0 ? -placement.headroom_bytes : 0);
    const std::string pool =
        placement.limiting_pool < machine.pools.size() ? machine.pools[placement.limiting_pool].id : "memory";
    court.reason("does_not_fit", fmt::format("does not fit: {} short in {}", gib_text(short_by), pool));
    court.suggest("", fmt::format("{} more memory ({})", gib_text(short_by), pool));
    court.close(Answer::cannot_run);
    return false;
  }
  if (!placement.fits_now && placement.fits_idle) {
    court.reason("fits_when_idle", "fits once other programs free their memory, not at this moment");
  }
  return true;
}

/// Fast enough for someone who waits? A batch has no one waiting.
bool usability_gate(Court& court, const Usability& usability, bool interactive, bool may_leave) {
  if (usability.level == UsabilityLevel::unusable) {
    court.reason("unusable", "too slow to be of use: " + usability.reason);
    court.close(may_leave ? Answer::use_api : Answer::cannot_run);
    return false;
  }
  if (usability.level == UsabilityLevel::batch_only) {
    court.reason("batch_only", "batch only, not a conversation: " + usability.reason);
    if (interactive && may_leave) court.close(Answer::use_api);
  } else {
    court.reason(std::string(name_of(usability.level)), usability.reason);
  }
  return true;
}

void capacity_gate(Court& court, const CostEstimate& cost, bool may_leave) {
  const Capacity& capacity = cost.capacity;
  if (capacity.hours_available_per_day <= 0 || capacity.feasible) return;
  court.reason(
      "capacity",
      fmt::format(
          "the day's tokens take {:.1f} hours of work here, {:.1f} are there ({}); it manages {} output tokens a day",
          capacity.active_hours_per_day, capacity.hours_available_per_day * capacity.allowed_utilisation,
          capacity.prefill_bound ? "reading prompts binds" : "writing answers binds",
          grouped(capacity.max_output_tokens_per_day)));
  if (may_leave) court.close(Answer::use_api);
}

/// What the user insisted on. A floor not met is a no, whatever the answer is called.
bool meets_floors(Court& court, const std::optional<ThroughputEstimate>& speed, const Floors& floors) {
  bool meets = true;
  if (floors.min_decode_tokens_per_s && (!speed || speed->decode_tokens_per_s.typical < *floors.min_decode_tokens_per_s)) {
    court.reason("floor_decode", fmt::format("below the {:.4g} tok/s asked for", *floors.min_decode_tokens_per_s));
    meets = false;
  }
  if (floors.max_time_to_first_token_s &&
      (!speed || speed->time_to_first_token_s.typical > *floors.max_time_to_first_token_s)) {
    court.reason("floor_first_token",
                 fmt::format("first word later than the {:.4g} s asked for", *floors.max_time_to_first_token_s));
    meets = false;
  }
  return meets;
}

Confidence confidence_of(const std::optional<ThroughputEstimate>& speed, const Capability& capability,
                         const CostEstimate& cost) {
  const bool old_price = !cost.api.empty() && cost.api.front().price_is_old;
  const std::optional<LocalCost>& local = cost.ownership == Ownership::own ? cost.local_own : cost.local_buy;
  if (capability.level == CapabilityLevel::unknown || !speed || speed->basis == Basis::assumed || !local)
    return Confidence::low;
  constexpr std::size_t k_some_evidence = 2;
  if (capability.evidence.size() < k_some_evidence || old_price || local->watts_basis == Basis::assumed)
    return Confidence::medium;
  return speed->basis <= Basis::published ? Confidence::high : Confidence::medium;
}

}  // namespace

Verdict decide(const Machine& machine, const ModelSpec& model, const PlacedMemory& placed,
               const std::optional<ThroughputEstimate>& speed, const Usability& usability, const Capability& capability,
               const CostEstimate& cost, const Floors& floors, const Policy& policy) {
  Court court;
  const bool region_known = policy.residency.empty() || std::any_of(cost.api.begin(), cost.api.end(),
                                                                    [](const ApiCost& api) { return api.stays_in_region; });
  const bool may_leave = !policy.private_data && !policy.air_gapped && region_known;
  const std::string on = on_flag(machine);
  court.verdict.confidence = confidence_of(speed, capability, cost);

  // Gates, in this order. Each may answer; all leave their reason.
  capability_gate(court, capability, reference_name(capability, cost), may_leave, on);
  const bool fits = fit_gate(court, machine, placed.placement);
  if (!fits) {
    court.verdict.answer = Answer::cannot_run;
    if (!may_leave) court.reason("private", "the data may not leave, so an API is not the way out");
    return court.verdict;
  }
  // Of a GPU whose bandwidth nobody knows only the memory can be told, and that is said instead of a guess.
  if (!speed) court.reason("speed_unknown", "it fits; how fast it is cannot be told without the memory bandwidth");
  const bool usable = !speed || usability_gate(court, usability, cost.interactive, may_leave);
  if (speed) capacity_gate(court, cost, may_leave);
  const bool meets = meets_floors(court, speed, floors);
  court.verdict.yes = usable && meets;

  // Declared before money: nothing may leave, so whatever runs here is the answer.
  if (!may_leave) {
    court.reason(policy.air_gapped     ? "air_gapped"
                 : policy.private_data ? "private"
                                       : "residency",
                 policy.air_gapped     ? "no network: it runs here or not at all"
                 : policy.private_data ? "data may not leave: API prices are for information only"
                                       : "the data may not leave " + policy.residency +
                                             ", and no API compared with is known to keep it there: their prices are for "
                                             "information only");
    if (usable) court.close(Answer::run_local);
    court.verdict.worth_it = usable && meets;
    return court.verdict;
  }

  // Money last, and only as far as the gates left it open.
  const verdict::Money money = verdict::compare_money(cost, capability, policy.residency.empty());
  for (const Reason& reason : money.reasons) court.verdict.reasons.push_back(reason);
  if (!court.closed) {
    court.close(money.known ? money.answer : Answer::run_local);
    court.verdict.worth_it = money.known && money.worth_it && meets;
  }
  if (court.verdict.answer == Answer::use_api) {
    court.suggest("canirun cost " + typed_name(model) + on, "where the money goes, and from how many tokens a day it pays");
  }
  return court.verdict;
}

}  // namespace canirun
