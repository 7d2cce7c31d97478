// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cost_parts.hpp"
#include "report/numbers.hpp"

namespace canirun::report {
namespace {

std::string words_of(const Split& split) {
  if (split.name == "cheapest") return "cheapest";
  if (split.name == "meets_the_bar") return "good enough";
  if (split.name == "all_local") return "all here";
  return "all at the API";
}

}  // namespace

void tell_splits(Page& page, const std::vector<Split>& splits, const Currency& currency) {
  for (const Split& split : splits) {
    std::string here, there;
    for (const SplitPart& part : split.parts) {
      std::string& side = part.local ? here : there;
      side += (side.empty() ? "" : ", ") + part.profile;
    }
    std::string text = fmt::format("{} a year", format_usd(split.usd_per_year, currency));
    if (!here.empty()) text += "; here: " + here;
    if (!there.empty()) text += "; API: " + there;
    if (!here.empty()) text += fmt::format("; {} of work here a day", format_seconds(split.active_hours_per_day * 3600));
    if (!split.feasible) text += ", more than there is time for";
    page.detail(words_of(split), text);
  }
}

void write_splits(Node node, const std::vector<Split>& splits) {
  node.objects("splits", splits, [](Node entry, const Split& split) {
    entry.set("name", split.name);
    entry.set("usd_per_year", split.usd_per_year);
    entry.set("active_hours_per_day", split.active_hours_per_day);
    entry.set("feasible", split.feasible);
    entry.objects("parts", split.parts, [](Node inner, const SplitPart& part) {
      inner.set("profile", part.profile);
      inner.set("name", part.name);
      inner.set("local", part.local);
      inner.set("usd_per_year_api", part.usd_per_year_api);
      inner.set("escalation_share", part.escalation_share);
    });
  });
}

}  // namespace canirun::report
