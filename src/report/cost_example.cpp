// SPDX-License-Identifier: MIT
#include "report/cost_example.hpp"

#include <fmt/format.h>

#include "report/cost_parts.hpp"
#include "report/numbers.hpp"

namespace canirun::report {

std::string render_example_text(const std::vector<ExampleLine>& lines, const Terminal& terminal, bool explain) {
  Terminal reading = terminal;
  reading.is_tty = true;
  Page page(reading);
  page.line("An article's sum: does a card pay for itself against an API?", Tone::strong);
  page.blank();
  constexpr std::size_t k_as_written = 3;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const ExampleLine& line = lines[i];
    if (i == 0) page.title("as it was written");
    if (i == k_as_written) {
      page.blank();
      page.title("what it leaves out, one thing more a line");
    }
    const bool money = line.unit.starts_with("USD");
    const std::string result = !line.result ? "never"
                               : money      ? format_usd(*line.result) + " a year"
                                            : fmt::format("{} months", format_significant(*line.result, 3));
    page.detail(result, line.what);
    if (explain && !line.source.empty()) page.detail("", line.source);
  }
  page.blank();
  page.paragraph(
      "Still not counted: input tokens, which agents send a hundred of for each they get, your time, and that a "
      "model of 8B parameters does not do what a large one does.",
      2);
  page.paragraph("Dates and sources of the prices: --explain. For your own:", 2);
  page.command("canirun cost llama-3.1-8b --on \"RTX 4090\" --buy", 4);
  return page.take();
}

std::string example_json(const std::vector<ExampleLine>& lines, const Head& head, JsonStyle style) {
  Document document("canirun/cost_example", head);
  document.root().objects("lines", lines, [](Node entry, const ExampleLine& line) {
    entry.set("what", line.what);
    entry.set("result", line.result);
    entry.set("unit", line.unit);
    entry.set("source", line.source.empty() ? std::nullopt : std::optional(line.source));
  });
  return document.text(style);
}

std::string render_cost_plot(const Answer& answer, const Terminal& terminal) {
  Terminal reading = terminal;
  reading.is_tty = true;
  Page page(reading);
  page.blank();
  draw_cost(page, answer.assessment.cost, answer.question.money.years_kept);
  return page.take();
}

}  // namespace canirun::report
