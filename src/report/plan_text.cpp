// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/commands.hpp"
#include "report/money.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/phrases.hpp"
#include "report/report.hpp"

namespace canirun::report {
namespace {

std::string bar_of(const Plan& plan) {
  const Floors& floors = plan.question.floors;
  std::string text = context_phrase(plan.question.settings);
  text += floors.min_decode_tokens_per_s ? fmt::format(", at least {} tok/s", format_rate(*floors.min_decode_tokens_per_s))
                                         : ", fast enough to read along";
  if (floors.max_time_to_first_token_s)
    text += fmt::format(", first word within {}", format_seconds(*floors.max_time_to_first_token_s));
  return text;
}

std::string payback_words(const std::optional<double>& months) {
  constexpr double k_as_years = 36, k_longest = 600;  // nothing is kept for fifty years
  if (!months || *months > k_longest) return "never";
  if (*months > k_as_years) return fmt::format("{} years", format_significant(*months / 12, 2));
  return fmt::format("{} months", format_significant(*months, 2));
}

void rows_table(Page& page, const Plan& plan) {
  Table table({{.title = "hardware", .align = Align::left, .drop_order = 0, .min_width = 20},
               {.title = "price", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "bought", .align = Align::left, .drop_order = 5, .min_width = 0},
               {.title = "quant", .align = Align::left, .drop_order = 2, .min_width = 0},
               {.title = "tok/s", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "first word", .align = Align::right, .drop_order = 4, .min_width = 0},
               {.title = "a day", .align = Align::right, .drop_order = 1, .min_width = 0},
               {.title = "pays back", .align = Align::right, .drop_order = 3, .min_width = 0}});
  for (const PlanRow& row : plan.rows) {
    table.add_row({{page.safe(row.hardware), Tone::strong},
                   {format_usd(row.price_usd.typical, plan.question.money.currency), Tone::plain},
                   {row.used ? "used" : "new", Tone::quiet},
                   {page.safe(row.quant), Tone::plain},
                   {row.decode_tokens_per_s ? format_rate_range(*row.decode_tokens_per_s) : "?", Tone::plain},
                   {row.time_to_first_token_s ? format_seconds(row.time_to_first_token_s->typical) : "?", Tone::plain},
                   {row.usd_per_day ? format_usd(*row.usd_per_day, plan.question.money.currency) : "?", Tone::plain},
                   {payback_words(row.payback_months), Tone::plain}});
  }
  page.table(table, 2);
}

}  // namespace

std::string render_plan_text(const Plan& plan, const Terminal& terminal) {
  Page page(terminal);
  page.spread(plan.model.name, Tone::strong, bar_of(plan), Tone::quiet);
  page.blank();
  if (plan.here) {
    page.paragraph(fmt::format("it does that on this machine already: {}", *plan.here), 0,
                   fmt::format("{} NOTHING TO BUY", sign_of(Mark::yes, terminal)), tone_of(Mark::yes));
    page.blank();
  } else if (!plan.changes.empty()) {
    page.line("  on this machine, with less asked of it", Tone::quiet);
    for (const std::string& command : plan.changes) page.command(command, 4);
    page.blank();
  }
  if (plan.rows.empty()) {
    page.paragraph(plan.usable == 0 ? fmt::format("none of the {} priced machines does it", plan.tried)
                                    : fmt::format("none of the {} priced machines that do it costs {} or less", plan.usable,
                                                  format_usd(plan.budget_usd.value_or(0), plan.question.money.currency)));
  } else {
    page.paragraph("cheapest first; each is clearly faster than all above it", 2);
    rows_table(page, plan);
    page.blank();
    const PlanRow& first = plan.rows.front();
    page.paragraph(
        fmt::format("Prices of {}, {}. \"A day\" is what owning and running it costs; paying back is against {}.{}",
                    first.price_date,
                    plan.has_pc ? "of cards alone (--own)" : "cards with a PC around them (--own: the PC is there)",
                    plan.versus.empty() ? "no API" : plan.versus,
                    plan.usable > plan.rows.size()
                        ? fmt::format(" {} more machines do it, dearer and no faster.", plan.usable - plan.rows.size())
                        : ""),
        2);
    page.command(fmt::format("canirun cost {} --buy --on {}{}", typed_name(plan.model), shell_word(first.on), plan.flags),
                 4);
  }
  if (plan.cheapest_over_budget) {
    page.paragraph(fmt::format("the next step is {} for {}", plan.cheapest_over_budget->hardware,
                               format_usd(plan.cheapest_over_budget->price_usd.typical, plan.question.money.currency)),
                   2);
  }
  return page.take();
}

}  // namespace canirun::report
