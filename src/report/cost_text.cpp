// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <canirun/names.hpp>
#include <map>

#include "report/cost_parts.hpp"
#include "report/explain.hpp"
#include "report/money.hpp"
#include "report/numbers.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

constexpr std::size_t k_gaps_shown = 4;

/// "$1-$2"; the currency's name stands once: "EUR 1-2".
std::string usd_range(const Range& range, const Currency& currency) {
  std::string high = format_usd(range.high, currency);
  if (currency.code != "USD" && high.starts_with(currency.code)) high.erase(0, currency.code.size() + 1);
  return fmt::format("{}-{}", format_usd(range.low, currency), high);
}

/// Laid out as a table also in a pipe: these rows are read, not parsed; `--json` is for programs.
Terminal reading(Terminal terminal) {
  terminal.is_tty = true;
  return terminal;
}

void local_row(Table& table, std::string_view name, const std::optional<LocalCost>& cost, bool compared,
               const Currency& currency) {
  if (!cost) return;
  const std::string note =
      cost->hardware_price_known && cost->capital_usd_per_year > 0 && cost->usd_per_year > cost->cash_usd_per_day * 366
          ? fmt::format("hardware {}", format_usd(cost->hardware_price_usd, currency))
          : fmt::format("{} kWh a day", format_significant(cost->kwh_per_day, 2));
  table.add_row({{std::string(name), compared ? Tone::strong : Tone::plain},
                 {format_usd(cost->usd_per_day, currency), Tone::plain},
                 {format_usd(cost->usd_per_year, currency), Tone::plain},
                 {usd_range(cost->usd_per_year_range, currency), Tone::plain},
                 {note, Tone::quiet}});
}

/// Date of the price, and what is special about the bill.
std::string api_note(const ApiCost& api) {
  if (api.subscription) return "flat";
  std::string note = api.price_date + (api.price_is_old ? ", old" : "");
  if (api.long_request_share > 0) note += fmt::format(", {} long requests", format_percent(api.long_request_share));
  if (api.batch_discount > 0) note += fmt::format(", batch -{}", format_percent(api.batch_discount));
  if (api.fee_usd_per_year > 0) note += api.minimum_usd_per_year > api.grows_usd_per_year ? ", minimum" : ", with fee";
  if (api.region_surcharge_share > 0)
    note += fmt::format(", +{} for the region", format_percent(api.region_surcharge_share));
  if (!api.stays_in_region) note += ", " + api.region_note;
  return note;
}

Table options(const Page& page, const CostEstimate& cost) {
  Table table({{.title = "option", .align = Align::left, .drop_order = 0, .min_width = 26},
               {.title = "a day", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "a year", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "range", .align = Align::right, .drop_order = 1, .min_width = 0},
               {.title = "note", .align = Align::left, .drop_order = 2, .min_width = 0}});
  local_row(table, "here, owned already", cost.local_own, cost.ownership == Ownership::own, cost.currency);
  local_row(table, "here, bought for it", cost.local_buy, cost.ownership == Ownership::buy, cost.currency);
  for (const ApiCost& api : cost.api) {
    table.add_row({{page.safe(api.same_model ? "same model, " + api.provider : api.name), Tone::plain},
                   {format_usd(api.usd_per_day, cost.currency), Tone::plain},
                   {format_usd(api.usd_per_year, cost.currency), Tone::plain},
                   {usd_range(api.usd_per_year_range, cost.currency), Tone::plain},
                   {page.safe(api_note(api)), Tone::quiet}});
  }
  const double days = cost.active_days_per_year > 0 ? cost.active_days_per_year : 365;
  for (const std::optional<RentCost>* rent : {&cost.rent, &cost.rent_serverless}) {
    if (!*rent) continue;
    const RentCost& offer = **rent;
    std::string note = format_usd(offer.usd_per_hour, cost.currency) + "/h";
    if (offer.community) note += ", not private";
    table.add_row({{page.safe("rented, " + offer.provider), Tone::plain},
                   {format_usd(offer.usd_per_year / days, cost.currency), Tone::plain},
                   {format_usd(offer.usd_per_year, cost.currency), Tone::plain},
                   {"", Tone::plain},
                   {std::move(note), Tone::quiet}});
  }
  if (cost.hybrid) {
    table.add_row({{"both, by difficulty", Tone::plain},
                   {format_usd(cost.hybrid->usd_per_day, cost.currency), Tone::plain},
                   {format_usd(cost.hybrid->usd_per_year, cost.currency), Tone::plain},
                   {"", Tone::plain},
                   {fmt::format("{} here", format_percent(cost.hybrid->local_share)), Tone::quiet}});
  }
  return table;
}

std::string months(const std::optional<double>& count) {
  return count ? fmt::format("{} months", format_significant(*count, 3)) : std::string("never");
}

/// How the hours of rented hardware come about.
void rented(Page& page, const CostEstimate& cost) {
  std::vector<std::string> lines;
  if (cost.rent) {
    lines.push_back(fmt::format("{}: {} a day at {}/h ({})", cost.rent->provider,
                                format_seconds(cost.rent->hours_per_day * 3600),
                                format_usd(cost.rent->usd_per_hour, cost.currency), cost.rent->price_date));
  }
  if (const std::optional<RentCost>& offer = cost.rent_serverless) {
    lines.push_back(
        fmt::format("{}: {} a day at {}/h ({}), cold starts of {} each included{}", offer->provider,
                    format_seconds(offer->hours_per_day * 3600), format_usd(offer->usd_per_hour, cost.currency),
                    offer->price_date, format_seconds(offer->start_s),
                    offer->storage_usd_per_year > 0
                        ? fmt::format(", storage {} a year", format_usd(offer->storage_usd_per_year, cost.currency))
                        : ", storage not known"));
  }
  page.details("rented", lines);
}

/// Which opponents do not count because of where the data has to stay, and what the others take for it.
void residency(Page& page, const CostEstimate& cost, const std::string& region) {
  if (region.empty()) return;
  std::vector<std::string> lines;
  std::map<std::string, std::string> by_note;  // those that do not count: why, and who
  for (const ApiCost& api : cost.api) {
    const std::string named = api.same_model ? "same model, " + api.provider : api.name;
    if (!api.stays_in_region) {
      std::string& names = by_note[api.region_note];
      names += (names.empty() ? "" : ", ") + (api.same_model ? api.provider : api.name);
    } else if (api.region_surcharge_share > 0) {
      lines.push_back(fmt::format("{}: {}, {} dearer", named, api.region_note, format_percent(api.region_surcharge_share)));
    } else {
      lines.push_back(fmt::format("{}: promised{}", named, api.region_note.empty() ? "" : ", " + api.region_note));
    }
  }
  if (cost.rent || cost.rent_serverless)
    by_note["region not known"] += by_note["region not known"].empty() ? "rented" : ", rented";
  for (const auto& [note, names] : by_note) lines.push_back(fmt::format("not counted, {}: {}", note, names));
  page.details("in " + region, lines);
}

/// Where prompts and answers go, option by option; the same whatever they cost.
void leaves_the_machine(Page& page, const CostEstimate& cost, const Policy& policy) {
  std::vector<std::string> lines = {"here: nothing"};
  std::string providers;
  for (const ApiCost& api : cost.api) {
    if (!policy.residency.empty() && !api.stays_in_region) continue;
    if (api.subscription || providers.find(api.provider) != std::string::npos) continue;
    providers += (providers.empty() ? "" : ", ") + api.provider;
  }
  if (!providers.empty()) {
    lines.push_back(fmt::format("API: every prompt and answer, to {}", providers));
  }
  std::string renters;
  for (const std::optional<RentCost>* rent : {&cost.rent, &cost.rent_serverless}) {
    if (!*rent) continue;
    renters +=
        (renters.empty() ? "" : " or ") + (*rent)->provider + ((*rent)->community ? ", whose members can read them" : "");
  }
  if (!renters.empty()) lines.push_back("rented: every prompt and answer, to " + renters);
  if (cost.hybrid) {
    lines.push_back(
        fmt::format("both: {} of the requests, and those that fail here", format_percent(1 - cost.hybrid->local_share)));
  }
  page.details("leaves it", lines);
}

void break_even(Page& page, const CostEstimate& cost, double years) {
  std::vector<std::string> points;
  for (const ApiCost& api : cost.api) {
    const BreakEven* point = break_even_against(cost, api.price_id);
    if (point == nullptr) continue;
    std::string text = fmt::format("against {}: ", api.same_model ? "the same model hosted" : api.name);
    if (api.subscription) {
      text += point->reason;
    } else if (point->never || !point->output_tokens_per_day) {
      text += point->reason.empty() ? "never" : "never, " + point->reason;
    } else {
      text += fmt::format("{} output tokens a day", format_tokens(*point->output_tokens_per_day));
      if (point->times_stated_use) text += fmt::format(" ({} this profile)", multiple_of(*point->times_stated_use));
      if (point->payback_months) text += fmt::format("; paid back in {}", months(point->payback_months));
      if (point->beyond_capacity) text += "; more than this machine can make";
    }
    if (point->npv_usd) {
      text += fmt::format("; over {} years {} in today's money", format_significant(years, 2),
                          *point->npv_usd < 0 ? fmt::format("{} lost", format_usd(-*point->npv_usd, cost.currency))
                                              : fmt::format("{} won", format_usd(*point->npv_usd, cost.currency)));
    }
    points.push_back(std::move(text));
  }
  page.details("break-even", points);
  std::vector<std::string> steps;
  for (const PaybackStep& step : cost.payback)
    steps.push_back(fmt::format("{}: {}", step.what, step.months ? months(step.months) : "never, as it saves nothing"));
  page.details("pay-back", steps);
}

}  // namespace

std::string render_cost_text(const Answer& answer, const Terminal& terminal, bool explain) {
  const CostEstimate& cost = answer.assessment.cost;
  const Verdict& verdict = answer.assessment.verdict;
  Page page(reading(terminal));
  page.spread(fmt::format("{} · {}", answer.model.name, answer.quant.id), Tone::strong,
              "on " + machine_phrase(answer.machine), Tone::quiet);
  const bool local = verdict.answer == canirun::Answer::run_local || verdict.answer == canirun::Answer::hybrid;
  const Mark mark = !verdict.yes ? Mark::no : local ? Mark::yes : Mark::partly;
  page.line(fmt::format("{} {}", sign_of(mark, terminal), words_for(verdict.answer)), tone_of(mark));
  page.blank();
  if (answer.usage != nullptr) tell_usage(page, *answer.usage);
  page.paragraph(fmt::format("profile {}: {} tokens in, {} cached, {} out a day · {} days a year", answer.request.profile,
                             format_tokens(cost.input_tokens_per_day), format_tokens(cost.cached_tokens_per_day),
                             format_tokens(cost.output_tokens_per_day), format_significant(cost.active_days_per_year, 3)),
                 2);
  page.blank();
  page.table(options(page, cost));
  page.blank();
  if (!cost.local_buy_missing.empty()) page.detail("bought", "not known: " + cost.local_buy_missing);
  if (!cost.local_own_missing.empty()) page.detail("owned", "not known: " + cost.local_own_missing);
  if (answer.assessment.speed) {
    page.detail("capacity", fmt::format("{} of {} a day in use ({}); at most {} output tokens a day, {} binds",
                                        format_seconds(cost.capacity.active_hours_per_day * 3600),
                                        format_seconds(cost.capacity.hours_available_per_day * 3600),
                                        format_percent(cost.capacity.utilisation),
                                        format_tokens(cost.capacity.max_output_tokens_per_day),
                                        cost.capacity.prefill_bound ? "reading prompts" : "writing"));
  }
  if (const LocalCost* column = compared_local(cost)) {
    page.detail("next million", fmt::format("{} out, {} in: the electricity alone",
                                            format_usd(column->marginal_usd_per_mtok_output, cost.currency),
                                            format_usd(column->marginal_usd_per_mtok_input, cost.currency)));
  }
  if (const LocalCost* column = compared_local(cost); column != nullptr && column->heat_credit_usd_per_year > 0) {
    page.detail("heat", fmt::format("{} a year of heating it replaces, taken off",
                                    format_usd(column->heat_credit_usd_per_year, cost.currency)));
  }
  if (const LocalCost* column = compared_local(cost); column != nullptr && column->cooling_usd_per_year > 0) {
    page.detail("cooling", fmt::format("{} a year of air conditioning, contained",
                                       format_usd(column->cooling_usd_per_year, cost.currency)));
  }
  break_even(page, cost, answer.question.money.years_kept);
  if (!cost.splits.empty()) tell_splits(page, cost.splits, cost.currency);
  rented(page, cost);
  leaves_the_machine(page, cost, answer.question.policy);
  residency(page, cost, answer.question.policy.residency);
  if (explain) {
    page.blank();
    explain_cost(page, answer);
  } else {
    page.details("moves it most", driver_phrases(cost));
    std::vector<std::string> gaps = cost.leaves_out;
    if (gaps.size() > k_gaps_shown) {
      gaps.resize(k_gaps_shown);
      gaps.push_back(fmt::format("{} more with --explain", cost.leaves_out.size() - k_gaps_shown));
    }
    page.details("leaves out", gaps);
  }
  page.blank();
  std::vector<std::string> reasons;
  for (const Reason& reason : verdict.reasons) reasons.push_back(reason.text);
  page.paragraph(fmt::format("{}", fmt::join(reasons, "; ")), 0, "VERDICT", tone_of(mark));
  return page.take();
}

}  // namespace canirun::report
