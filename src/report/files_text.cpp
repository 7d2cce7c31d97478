// SPDX-License-Identifier: MIT
#include "report/files_text.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "report/numbers.hpp"
#include "report/phrases.hpp"

namespace canirun::report {
namespace {

constexpr std::size_t k_offers_shown = 8;

std::string first_file(const FileSource& files) {
  if (files.files.empty()) return {};
  if (files.files.size() == 1) return files.files.front();
  return fmt::format("{} files of {}", files.files.size(), files.place);
}

/// Rows to show: all of them, or the chosen one with its neighbours.
std::pair<std::size_t, std::size_t> window_of(const std::vector<FileOffer>& offers) {
  if (offers.size() <= k_offers_shown) return {0, offers.size()};
  const auto chosen = std::find_if(offers.begin(), offers.end(), [](const FileOffer& offer) { return offer.chosen; });
  const auto at = static_cast<std::size_t>(chosen - offers.begin());
  const std::size_t first = std::min(at > k_offers_shown / 2 ? at - k_offers_shown / 2 : 0, offers.size() - k_offers_shown);
  return {first, first + k_offers_shown};
}

void offers_table(Page& page, const FileSource& files, bool all) {
  const auto [first, last] = all ? std::pair<std::size_t, std::size_t>{0, files.offers.size()} : window_of(files.offers);
  Table table({{.title = "", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "quant", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "size", .align = Align::right, .drop_order = 0, .min_width = 0},
               {.title = "here", .align = Align::left, .drop_order = 0, .min_width = 0},
               {.title = "tok/s", .align = Align::right, .drop_order = 1, .min_width = 0}});
  for (std::size_t i = first; i < last; ++i) {
    const FileOffer& offer = files.offers[i];
    const Mark mark = offer.status ? mark_of(*offer.status) : Mark::about;
    table.add_row({{offer.status ? std::string(sign_of(mark, page.terminal())) : "", tone_of(mark)},
                   {page.safe(offer.quant) + (offer.chosen ? " (chosen)" : ""), offer.chosen ? Tone::strong : Tone::plain},
                   {offer.bytes ? format_decimal_bytes(*offer.bytes) : "?", Tone::plain},
                   {offer.status ? words_for(*offer.status) : "not worked out", Tone::plain},
                   {offer.decode_tokens_per_s ? format_rate_range(*offer.decode_tokens_per_s) : "?", Tone::plain}});
  }
  page.blank();
  page.line(fmt::format("  {} files to choose from; --quant NAME takes another", files.offers.size()), Tone::quiet);
  page.table(table, 4);
  if (last - first < files.offers.size()) {
    page.line(fmt::format("    {} more with --explain", files.offers.size() - (last - first)), Tone::quiet);
  }
}

}  // namespace

void files_section(Page& page, const FileSource& files, bool explain) {
  std::string body = first_file(files);
  if (files.requests > 0) {
    body += fmt::format("{}{} request{}, {} received", body.empty() ? "" : " · ", files.requests,
                        files.requests == 1 ? "" : "s", format_decimal_bytes(files.received_bytes));
  }
  if (!body.empty()) page.detail("read from", body);
  for (const std::string& note : files.notes) page.detail("note", note);
  if (!files.offers.empty()) offers_table(page, files, explain);
}

}  // namespace canirun::report
