// SPDX-License-Identifier: MIT
#include "report/document.hpp"

namespace canirun::report {
namespace {

void set_row(Node node, const PlanRow& row) {
  node.set("hardware", row.hardware);
  node.set("on", row.on);
  node.set("price_usd", row.price_usd);
  node.set("used", row.used);
  node.set("price_date", row.price_date);
  node.set("quant", row.quant);
  node.set("status", row.status);
  node.set("decode_tokens_per_s", row.decode_tokens_per_s);
  node.set("time_to_first_token_s", row.time_to_first_token_s);
  node.set("usability", row.usability);
  node.set("usd_per_day", row.usd_per_day);
  node.set("payback_months", row.payback_months);
}

}  // namespace

std::string plan_json(const Plan& plan, JsonStyle style) {
  Document document("canirun/plan", plan.head);
  Node root = document.root();
  root.set("model", plan.model.id);
  root.set("context_tokens", plan.question.settings.context_tokens);
  root.set("parallel", plan.question.settings.parallel);
  root.set("min_decode_tokens_per_s", plan.question.floors.min_decode_tokens_per_s);
  root.set("max_time_to_first_token_s", plan.question.floors.max_time_to_first_token_s);
  root.set("budget_usd", plan.budget_usd);
  root.set("pc_is_there", plan.has_pc);
  root.set("versus", plan.versus.empty() ? std::nullopt : std::optional(plan.versus));
  root.set("runs_here_already", plan.here.has_value());
  root.set("changes", plan.changes);
  root.set("tried", static_cast<std::uint64_t>(plan.tried));
  root.set("usable", static_cast<std::uint64_t>(plan.usable));
  root.objects("machines", plan.rows, set_row);
  if (plan.cheapest_over_budget) {
    root.object("cheapest_over_budget", [&](Node node) { set_row(node, *plan.cheapest_over_budget); });
  } else {
    root.set_null("cheapest_over_budget");
  }
  return document.text(style);
}

}  // namespace canirun::report
