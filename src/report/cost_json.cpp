// SPDX-License-Identifier: MIT
#include "report/cost_parts.hpp"
#include "report/money.hpp"
#include "report/sections.hpp"

namespace canirun::report {
namespace {

std::optional<std::string> text_or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void set_rent(Node node, std::string_view name, const std::optional<RentCost>& cost) {
  if (!cost) return node.set_null(name);
  node.object(name, [&](Node rent) {
    rent.set("hardware", cost->hardware);
    rent.set("provider", cost->provider);
    rent.set("usd_per_hour", cost->usd_per_hour);
    rent.set("hours_per_day", cost->hours_per_day);
    rent.set("start_s", cost->start_s);
    rent.set("storage_usd_per_year", cost->storage_usd_per_year);
    rent.set("usd_per_year", cost->usd_per_year);
    rent.set("hours_until_buying_pays", cost->hours_until_buying_pays);
    rent.set("community", cost->community);
    rent.set("serverless", cost->serverless);
    rent.set("price_source", cost->price_source);
    rent.set("price_date", cost->price_date);
  });
}

void set_local(Node node, std::string_view name, const std::optional<LocalCost>& cost) {
  if (!cost) return node.set_null(name);
  node.object(name, [&](Node inner) {
    inner.set("usd_per_day", cost->usd_per_day);
    inner.set("usd_per_year", cost->usd_per_year);
    inner.set("usd_per_year_range", cost->usd_per_year_range);
    inner.set("economic_usd_per_year", cost->economic_usd_per_year);
    inner.set("cash_usd_per_day", cost->cash_usd_per_day);
    inner.set("electricity_usd_per_year", cost->electricity_usd_per_year);
    inner.set("electricity_usd_per_kwh", cost->electricity_usd_per_kwh);
    inner.set("kwh_per_day", cost->kwh_per_day);
    inner.set("active_w", cost->active_w);
    inner.set("prefill_w", cost->prefill_w);
    inner.set("idle_w", cost->idle_w);
    inner.set("watts_basis", cost->watts_basis);
    inner.set("hardware_price_usd", cost->hardware_price_known ? std::optional(cost->hardware_price_usd) : std::nullopt);
    inner.set("resale_usd", cost->hardware_price_known ? std::optional(cost->resale_usd) : std::nullopt);
    inner.set("capital_usd_per_year", cost->capital_usd_per_year);
    inner.set("finance_usd_per_year", cost->finance_usd_per_year);
    inner.set("maintenance_usd_per_year", cost->maintenance_usd_per_year);
    inner.set("repairs_usd_per_year", cost->repairs_usd_per_year);
    inner.set("heat_credit_usd_per_year", cost->heat_credit_usd_per_year);
    inner.set("cooling_usd_per_year", cost->cooling_usd_per_year);
    inner.set("marginal_usd_per_mtok_output", cost->marginal_usd_per_mtok_output);
    inner.set("marginal_usd_per_mtok_input", cost->marginal_usd_per_mtok_input);
    inner.set("co2_kg_per_year", cost->co2_kg_per_year > 0 ? std::optional(cost->co2_kg_per_year) : std::nullopt);
    inner.set("price_source", text_or_null(cost->price_source));
    inner.set("price_date", text_or_null(cost->price_date));
  });
}

void set_break_even(Node node, std::string_view name, const BreakEven* point) {
  if (point == nullptr) return node.set_null(name);
  node.object(name, [&](Node inner) {
    inner.set("against", point->against);
    inner.set("ownership", point->ownership);
    inner.set("never", point->never);
    inner.set("reason", text_or_null(point->reason));
    inner.set("output_tokens_per_day", point->output_tokens_per_day);
    inner.set("times_stated_use", point->times_stated_use);
    inner.set("payback_months", point->payback_months);
    inner.set("simple_payback_months", point->simple_payback_months);
    inner.set("beyond_capacity", point->beyond_capacity);
    inner.set("npv_usd", point->npv_usd);
  });
}

void set_api(Node node, const ApiCost& api, const CostEstimate& cost) {
  node.set("price_id", api.price_id);
  node.set("name", api.name);
  node.set("provider", api.provider);
  node.set("same_model", api.same_model);
  node.set("usd_per_day", api.usd_per_day);
  node.set("usd_per_year", api.usd_per_year);
  node.set("usd_per_year_range", api.usd_per_year_range);
  node.set("input_usd_per_mtok", api.input_usd_per_mtok);
  node.set("cache_read_usd_per_mtok", api.cache_read_usd_per_mtok);
  node.set("output_usd_per_mtok", api.output_usd_per_mtok);
  node.set("price_date", api.price_date);
  node.set("price_is_old", api.price_is_old);
  node.set("cache_discount", api.cache_discount);
  node.set("subscription", api.subscription);
  node.set("long_request_share", api.long_request_share);
  node.set("batch_discount", api.batch_discount);
  node.set("fee_usd_per_year", api.fee_usd_per_year);
  node.set("stays_in_region", api.stays_in_region);
  node.set("region_surcharge_share", api.region_surcharge_share);
  node.set("region_note", text_or_null(api.region_note));
  set_break_even(node, "break_even", break_even_against(cost, api.price_id));
}

void set_capacity(Node node, const Capacity& capacity) {
  node.set("feasible", capacity.feasible);
  node.set("active_hours_per_day", capacity.active_hours_per_day);
  node.set("utilisation", capacity.utilisation);
  node.set("max_output_tokens_per_day", capacity.max_output_tokens_per_day);
  node.set("prefill_bound", capacity.prefill_bound);
  node.set("prefill_hours_per_day", capacity.prefill_hours_per_day);
  node.set("decode_hours_per_day", capacity.decode_hours_per_day);
  node.set("hours_available_per_day", capacity.hours_available_per_day);
  node.set("allowed_utilisation", capacity.allowed_utilisation);
}

}  // namespace

void write_cost(Node root, const CostEstimate& cost) {
  root.object("cost", [&](Node node) {
    node.object("usage", [&](Node usage) {
      usage.set("output_tokens_per_day", cost.output_tokens_per_day);
      usage.set("input_tokens_per_day", cost.input_tokens_per_day);
      usage.set("cached_tokens_per_day", cost.cached_tokens_per_day);
      usage.set("active_days_per_year", cost.active_days_per_year);
    });
    node.object("local", [&](Node local) {
      local.set("ownership", cost.ownership);
      set_local(local, "own", cost.local_own);
      set_local(local, "buy", cost.local_buy);
      local.set("own_missing", text_or_null(cost.local_own_missing));
      local.set("buy_missing", text_or_null(cost.local_buy_missing));
      local.object("capacity", [&](Node capacity) { set_capacity(capacity, cost.capacity); });
    });
    node.objects("api", cost.api, [&](Node entry, const ApiCost& api) { set_api(entry, api, cost); });
    set_rent(node, "rent", cost.rent);
    set_rent(node, "rent_serverless", cost.rent_serverless);
    if (cost.hybrid) {
      node.object("hybrid", [&](Node hybrid) {
        hybrid.set("local_share", cost.hybrid->local_share);
        hybrid.set("escalation_share", cost.hybrid->escalation_share);
        hybrid.set("usd_per_day", cost.hybrid->usd_per_day);
        hybrid.set("usd_per_year", cost.hybrid->usd_per_year);
      });
    } else {
      node.set_null("hybrid");
    }
    set_break_even(node, "break_even", cost.api.empty() ? nullptr : break_even_against(cost, cost.api.front().price_id));
    node.objects("payback", cost.payback, [](Node entry, const PaybackStep& step) {
      entry.set("what", step.what);
      entry.set("months", step.months);
    });
    node.objects("drivers", cost.drivers, [](Node entry, const Driver& driver) {
      entry.set("name", driver.name);
      entry.set("swing_usd_per_year", driver.swing_usd_per_year);
      entry.set("unit", text_or_null(driver.unit));
      entry.set("now", driver.now);
      entry.set("flips_at", driver.flips_at);
    });
    write_splits(node, cost.splits);
    node.set("leaves_out", cost.leaves_out);
  });
}

std::string cost_json(const Answer& answer, JsonStyle style) {
  Document document("canirun/cost", answer.head);
  Node root = document.root();
  root.set("id", answer.request.id);
  write_request(root, answer);
  write_machine_summary(root, answer.machine);
  write_model(root, answer);
  write_throughput(root, answer);
  write_capability(root, answer.assessment.capability);
  write_usage_log(root, answer.usage);
  write_cost(root, answer.assessment.cost);
  write_verdict(root, answer.assessment.verdict);
  return document.text(style);
}

}  // namespace canirun::report
