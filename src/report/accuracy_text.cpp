// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/accuracy.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"

namespace canirun::report {
namespace {

/// "6.6 %": errors are small or large, so two digits and never an exponent.
std::string share_of(double share) {
  constexpr double k_as_exact = 5e-6;  // rounding of the log it is compared with
  if (share < k_as_exact) return "exact";
  return format_significant(100 * share, 100 * share < 10 ? 2 : 3) + " %";
}

std::string pair_of(const std::optional<ErrorFigures>& error) {
  if (!error) return "-";
  return fmt::format("{:.1f} / {:.0f} %", 100 * error->median, 100 * error->p90);
}

void speed_table(Page& page, std::string_view title, const std::vector<AccuracyRow>& rows) {
  page.line(fmt::format("  {}", title), Tone::strong);
  Table table({{.title = "class", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "runs", .align = Align::right, .drop_order = 3, .min_width = 0},
               {.title = "median", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "9 of 10", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "range holds", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "new device", .align = Align::right, .drop_order = 1, .min_width = 0},
               {.title = "new model", .align = Align::right, .drop_order = 2, .min_width = 0}});
  for (const AccuracyRow& row : rows) {
    table.add_row({{page.safe(row.device_class), Tone::strong},
                   {fmt::format("{}", row.runs), Tone::plain},
                   {share_of(row.error.median), Tone::plain},
                   {share_of(row.error.p90), Tone::plain},
                   {format_percent(row.range_holds), Tone::plain},
                   {pair_of(row.new_device), Tone::plain},
                   {pair_of(row.new_model), Tone::plain}});
  }
  page.table(table, 4);
  page.blank();
}

void memory_table(Page& page, const Accuracy& accuracy) {
  page.line("  memory", Tone::strong);
  Table table({{.title = "part", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "placement", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "runs", .align = Align::right, .drop_order = 3, .min_width = 0},
               {.title = "median", .align = Align::right, .drop_order = 2, .min_width = 0},
               {.title = "9 of 10", .align = Align::right, .drop_order = 1, .min_width = 0},
               {.title = "largest", .align = Align::right, .drop_order = 0, .min_width = 0}});
  for (const MemoryAccuracy& row : accuracy.memory) {
    table.add_row({{page.safe(row.part), Tone::strong},
                   {page.safe(row.placement), Tone::plain},
                   {fmt::format("{}", row.runs), Tone::plain},
                   {share_of(row.median_error), Tone::plain},
                   {share_of(row.p90_error), Tone::plain},
                   {share_of(row.largest_error), Tone::plain}});
  }
  page.table(table, 4);
}

void farthest_table(Page& page, const std::vector<MissedRun>& missed) {
  page.line("  missed most", Tone::strong);
  Table table({{.title = "machine", .align = Align::left, .drop_order = 0, .min_width = 16},
               {.title = "model", .align = Align::left, .drop_order = 0, .min_width = 10},
               {.title = "quant", .align = Align::left, .drop_order = 2, .min_width = 0},
               {.title = "speed", .align = Align::left, .drop_order = 1, .min_width = 0},
               {.title = "measured", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "estimate", .align = Align::right, .drop_order = 0, .min_width = 0}});
  for (const MissedRun& run : missed) {
    table.add_row({{page.safe(run.on), Tone::plain},
                   {page.safe(run.model), Tone::plain},
                   {page.safe(run.quant), Tone::plain},
                   {run.prefill ? "prefill" : "decode", Tone::quiet},
                   {format_rate(run.measured_tokens_per_s), Tone::plain},
                   {format_rate_range(run.estimate_tokens_per_s), Tone::plain}});
  }
  page.table(table, 4);
  page.blank();
}

void source_table(Page& page, const std::vector<ReferenceSource>& sources) {
  page.line("  where the runs come from", Tone::strong);
  Table table({{.title = "runs", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "read on", .align = Align::left, .drop_order = 1, .min_width = 0},
               {.title = "source", .align = Align::left, .drop_order = 0, .min_width = 20}});
  for (const ReferenceSource& source : sources) {
    table.add_row({{fmt::format("{}", source.runs), Tone::plain},
                   {page.safe(source.retrieved), Tone::quiet},
                   {page.safe(source.source), Tone::plain}});
  }
  page.table(table, 4);
  page.blank();
}

}  // namespace

std::string render_accuracy_text(const Accuracy& accuracy, const Terminal& terminal, bool explain) {
  Page page(terminal);
  page.spread("how far off the estimates are", Tone::strong,
              fmt::format("{} measured runs of {} devices and {} models", accuracy.runs, accuracy.devices, accuracy.models),
              Tone::quiet);
  page.blank();
  speed_table(page, "decode: writing, tok/s", accuracy.decode);
  speed_table(page, "prefill: reading the prompt, tok/s", accuracy.prefill);
  memory_table(page, accuracy);
  page.blank();
  if (explain) {
    if (!accuracy.farthest.empty()) farthest_table(page, accuracy.farthest);
    if (!accuracy.sources.empty()) source_table(page, accuracy.sources);
  }
  for (const std::string& text : accuracy.unanswered) page.paragraph(fmt::format("no estimate: {}", text), 2);
  page.paragraph(
      "Off by: how many times the larger of estimate and measurement is the smaller, less one; half of the runs are nearer "
      "than \"median\", nine of ten than \"9 of 10\". \"Range holds\": the share of runs inside the printed range, meant to "
      "be four of five.",
      2);
  if (!accuracy.held_out_on.empty()) {
    page.paragraph(
        fmt::format("The constants were fitted on these runs. \"New device\" and \"new model\" (median / 9 of 10) are "
                    "of fits on {} that had not seen the run's device, or its model: what to expect of a machine or "
                    "model that nobody has published.",
                    accuracy.held_out_on),
        2);
  }
  if (!accuracy.memory_source.empty())
    page.paragraph(fmt::format("Memory is compared with what the engine allocates: {}", accuracy.memory_source), 2);
  if (!explain) page.command("canirun accuracy --explain", 4);
  return page.take();
}

}  // namespace canirun::report
