// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <canirun/names.hpp>

#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/phrases.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace canirun::report {
namespace {

/// The mark of a row: the weaker of "does it fit" and "is it pleasant".
Mark row_mark(const ListRow& row) {
  if (!row.problem.empty()) return Mark::partly;
  if (row.status == FitStatus::does_not_fit) return Mark::no;
  const Mark speed = row.decode_tokens_per_s ? mark_of(row.usability) : Mark::partly;
  return speed == Mark::yes ? mark_of(row.status) : speed;
}
std::string row_words(const ListRow& row) {
  if (!row.problem.empty()) return row.problem;
  if (row.status == FitStatus::does_not_fit) return words_for(row.status);
  const std::string how = row.decode_tokens_per_s ? words_for(row.usability) : "speed unknown";
  return row.status == FitStatus::fits_offloaded ? how + ", split" : how;
}

}  // namespace

std::string render_list_text(const Listing& listing, const Terminal& terminal) {
  Page page(terminal);
  if (listing.rows.empty()) {
    if (terminal.is_tty)
      page.line(listing.installed       ? "no installed model found; `canirun help environment` says where it was looked for"
                : listing.query.empty() ? "no model matches these filters"
                                        : fmt::format("no model matches \"{}\" and these filters", listing.query));
    return page.take();
  }
  // Of an installed model the reason why it cannot run, and who keeps it, matter more than its grade.
  const bool mine = listing.installed;
  Table table({{.title = "", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "model", .align = Align::left, .drop_order = 0, .min_width = mine ? 24 : 0},
               {.title = "quant", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "params", .align = Align::right, .drop_order = 5, .min_width = 0},
               {.title = "memory", .align = Align::right, .drop_order = mine ? 2 : 1, .min_width = 0},
               {.title = "tok/s", .align = Align::right, .drop_order = mine ? 1 : 0, .min_width = 0},
               {.title = "first word", .align = Align::right, .drop_order = mine ? 6 : 4, .min_width = 0},
               {.title = "grade", .align = Align::left, .drop_order = mine ? 4 : 2, .min_width = 0},
               {.title = "how it runs", .align = Align::left, .drop_order = mine ? 0 : 3, .min_width = mine ? 12 : 0},
               {.title = mine ? "kept by" : "licence", .align = Align::left, .drop_order = mine ? 3 : 6, .min_width = 0}});
  for (const ListRow& row : listing.rows) {
    const Mark mark = row_mark(row);
    std::string parameters = format_parameters(row.parameter_count);
    const std::string active = format_parameters(row.active_parameter_count.value_or(row.parameter_count));
    if (active != parameters) parameters += "/" + active;
    table.add_row({{std::string(sign_of(mark, terminal)), tone_of(mark)},
                   {page.safe(row.model), Tone::strong},
                   {page.safe(row.quant), Tone::plain},
                   {parameters, Tone::plain},
                   {row.problem.empty() ? format_binary_bytes(row.memory_bytes) : "?", Tone::plain},
                   {row.decode_tokens_per_s ? format_rate_range(*row.decode_tokens_per_s) : "?", Tone::plain},
                   {row.time_to_first_token_s ? format_seconds(row.time_to_first_token_s->typical) : "?", Tone::plain},
                   {row.grade, Tone::plain},
                   {page.safe(row_words(row)), tone_of(mark)},
                   {page.safe(listing.installed ? row.keeper : row.licence), Tone::quiet}});
  }
  if (terminal.is_tty) {
    page.spread(fmt::format("for {} on {}", words_for(listing.task), machine_phrase(listing.machine)), Tone::strong,
                fmt::format("{} of {}", listing.rows.size(), listing.matched), Tone::quiet);
    page.blank();
  }
  page.table(table, terminal.is_tty ? 1 : 0);
  if (terminal.is_tty && listing.rows.size() < listing.matched) {
    page.blank();
    page.line(fmt::format(" {} more with --limit {}", listing.matched - listing.rows.size(), listing.matched), Tone::quiet);
  }
  return page.take();
}

}  // namespace canirun::report
