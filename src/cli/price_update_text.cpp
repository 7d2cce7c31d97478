// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "cli/price_update.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"

namespace canirun::cli {
namespace {

using report::Align;
using report::Tone;

/// Refusals and the like that are shown without --explain.
constexpr std::size_t k_few = 8;

std::string usd(const std::optional<double>& value) { return value ? fmt::format("{:.4g}", *value) : "?"; }

/// "3 -> 2.5", or one figure when nothing moved.
std::string moved(const std::optional<double>& old, const std::optional<double>& now, const report::Terminal& terminal) {
  const std::string before = usd(old), after = usd(now);
  return before == after ? after : fmt::format("{} {} {}", before, report::arrow(terminal), after);
}
std::string percent(double factor) { return factor == 1 ? "" : fmt::format("{:+.0f} %", (factor - 1) * 100); }

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void add_lists(const PriceUpdate& update, bool all, report::Page& page) {
  for (const ListAnswer& answer : update.lists) {
    const std::string name(update::facts_of(answer.source.list).name);
    if (!answer.reading) {
      page.detail(name, "not read: " + answer.error->message);
      continue;
    }
    const update::Reading& reading = *answer.reading;
    std::string words = plural(reading.prices.size(), "price", "prices");
    if (reading.unpriced > 0) words += fmt::format(", {} without one", plural(reading.unpriced, "entry", "entries"));
    if (reading.refused_count > 0) words += fmt::format(", {} wrong", reading.refused_count);
    std::vector<std::string> lines = {std::move(words)};
    const std::size_t shown = all ? reading.refused.size() : std::min<std::size_t>(reading.refused.size(), 3);
    for (std::size_t i = 0; i < shown; ++i)
      lines.push_back(fmt::format("{}: {}", reading.refused[i].entry, reading.refused[i].reason));
    if (shown < reading.refused_count) lines.push_back(fmt::format("and {} more", reading.refused_count - shown));
    page.details(name, lines);
  }
}

void add_changes(const PriceUpdate& update, report::Page& page) {
  const report::Terminal& terminal = page.terminal();
  report::Table table({{.title = "price", .align = Align::left, .drop_order = 0, .min_width = 18},
                       {.title = "input", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "cached", .align = Align::right, .drop_order = 2, .min_width = 0},
                       {.title = "output", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "change", .align = Align::right, .drop_order = 1, .min_width = 0},
                       {.title = "list", .align = Align::left, .drop_order = 3, .min_width = 0}});
  for (const update::Listed& listed : update.comparison.changed) {
    const ApiPrice &a = listed.before, &b = listed.after;
    table.add_row({{page.safe(a.id), Tone::strong},
                   {moved(a.input_usd_per_mtok, b.input_usd_per_mtok, terminal)},
                   {moved(a.cache_read_usd_per_mtok, b.cache_read_usd_per_mtok, terminal)},
                   {moved(a.output_usd_per_mtok, b.output_usd_per_mtok, terminal)},
                   {percent(listed.factor), listed.factor > 1 ? Tone::middling : Tone::good},
                   {std::string(update::facts_of(listed.list).name), Tone::quiet}});
  }
  page.table(table);
}

/// What a list says of a model beside its price, old and new.
void add_facts(const PriceUpdate& update, bool all, report::Page& page) {
  const std::vector<update::Listed>& listed = update.comparison.facts_changed;
  if (listed.empty()) return;
  page.blank();
  page.line(plural(listed.size(), "model has other facts", "models have other facts"), Tone::strong);
  const auto tokens = [](const std::optional<double>& count) {
    return count ? report::format_context(static_cast<std::uint64_t>(*count)) : std::string("?");
  };
  const auto words = [](const std::vector<std::string>& kinds) {
    return kinds.empty() ? std::string("?") : fmt::format("{}", fmt::join(kinds, "+"));
  };
  const auto licence = [](const std::optional<bool>& open) {
    return !open ? std::string("?") : *open ? std::string("open") : std::string("closed");
  };
  const std::string arrow(report::arrow(page.terminal()));
  const std::size_t shown = all ? listed.size() : std::min(listed.size(), k_few);
  for (std::size_t i = 0; i < shown; ++i) {
    const ApiPrice &a = listed[i].before, &b = listed[i].after;
    std::vector<std::string> parts;
    const auto part = [&](std::string_view what, const std::string& old, const std::string& now) {
      if (old != now) parts.push_back(fmt::format("{} {} {} {}", what, old, arrow, now));
    };
    part("context", tokens(a.context_tokens), tokens(b.context_tokens));
    part("released", a.released.empty() ? "?" : a.released, b.released.empty() ? "?" : b.released);
    part("reads", words(a.input_kinds), words(b.input_kinds));
    part("weights", licence(a.open_weights), licence(b.open_weights));
    page.paragraph(fmt::format("{}: {}", a.id, fmt::join(parts, ", ")), 2);
  }
  if (shown < listed.size()) page.line(fmt::format("  and {} more (--explain shows them)", listed.size() - shown));
}

/// Offers that were not known: of open models on record, and closed models that came out since.
void add_offers(const PriceUpdate& update, bool all, report::Page& page) {
  if (update.added.empty()) return;
  page.blank();
  page.line(plural(update.added.size(), "new offer", "new offers") + ", USD per million tokens", Tone::strong);
  report::Table table({{.title = "price", .align = Align::left, .drop_order = 0, .min_width = 18},
                       {.title = "input", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "cached", .align = Align::right, .drop_order = 2, .min_width = 0},
                       {.title = "output", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "context", .align = Align::right, .drop_order = 1, .min_width = 0},
                       {.title = "weights", .align = Align::left, .drop_order = 3, .min_width = 0}});
  const std::size_t shown = all ? update.added.size() : std::min<std::size_t>(update.added.size(), 3 * k_few);
  for (std::size_t i = 0; i < shown; ++i) {
    const ApiPrice& price = update.added[i].price;
    table.add_row({{page.safe(price.id), Tone::strong},
                   {usd(price.input_usd_per_mtok)},
                   {usd(price.cache_read_usd_per_mtok)},
                   {usd(price.output_usd_per_mtok)},
                   {price.context_tokens ? report::format_context(static_cast<std::uint64_t>(*price.context_tokens)) : "?"},
                   {price.open_model.empty() ? "closed" : "open", Tone::quiet}});
  }
  page.table(table);
  if (shown < update.added.size())
    page.line(fmt::format("  and {} more (--explain shows them)", update.added.size() - shown));
}

void add_refused(const PriceUpdate& update, bool all, report::Page& page) {
  const std::vector<update::RefusedPrice>& refused = update.comparison.refused;
  if (refused.empty()) return;
  page.blank();
  page.line(plural(refused.size(), "price of a list was not taken:", "prices of lists were not taken:"));
  const std::size_t shown = all ? refused.size() : std::min(refused.size(), k_few);
  for (std::size_t i = 0; i < shown; ++i)
    page.paragraph(fmt::format("{}, {}: {}", refused[i].id, update::facts_of(refused[i].list).name, refused[i].reason), 2);
  if (shown < refused.size()) page.line(fmt::format("  and {} more (--explain shows them)", refused.size() - shown));
}

void add_disagreements(const PriceUpdate& update, bool all, report::Page& page) {
  const std::vector<update::Disagreement>& all_of_them = update.comparison.disagreements;
  if (all_of_them.empty()) return;
  page.blank();
  page.paragraph(fmt::format("The lists say different things of {}; the first list counts{}",
                             plural(all_of_them.size(), "price", "prices"), all ? ":" : " (--explain shows them)."));
  if (!all) return;
  for (const update::Disagreement& each : all_of_them)
    page.paragraph(fmt::format("{}: {} {} in, {} out; {} {} in, {} out", each.id, update::facts_of(each.taken).name,
                               usd(each.taken_rates.input), usd(each.taken_rates.output), update::facts_of(each.other).name,
                               usd(each.other_rates.input), usd(each.other_rates.output)),
                   2);
}

}  // namespace

std::string render_update_text(const PriceUpdate& update, bool all, const report::Terminal& terminal) {
  report::Page page(terminal);
  const update::Comparison& comparison = update.comparison;
  add_lists(update, all, page);
  page.blank();
  if (comparison.changed.empty()) {
    page.line("no price has changed", Tone::strong);
  } else {
    page.line(plural(comparison.changed.size(), "price has changed", "prices have changed") + ", USD per million tokens",
              Tone::strong);
    add_changes(update, page);
  }
  add_facts(update, all, page);
  add_offers(update, all, page);
  page.blank();
  std::string rest = plural(comparison.confirmed.size(), "price is", "prices are") + " as before";
  if (!comparison.unlisted.empty()) rest += fmt::format(" · {} on no list", comparison.unlisted.size());
  if (update.own > 0) rest += fmt::format(" · {} of your own left alone", update.own);
  page.paragraph(rest);
  add_refused(update, all, page);
  add_disagreements(update, all, page);
  page.blank();
  if (update.written) {
    page.paragraph("kept in " + update.file.string());
    page.paragraph("back to the built-in prices:");
    page.command("canirun update --forget", 2);
  } else {
    page.paragraph("nothing was kept; without --dry-run it is");
  }
  return page.take();
}

}  // namespace canirun::cli
