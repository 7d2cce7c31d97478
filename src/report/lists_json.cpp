// SPDX-License-Identifier: MIT
#include "report/overview_verdict.hpp"
#include "report/sections.hpp"

namespace canirun::report {
namespace {

void set_row(Node node, const ListRow& row) {
  node.set("model", row.model);
  node.set("name", row.name);
  node.set("quant", row.quant);
  node.set("licence", row.licence);
  node.set("parameter_count", row.parameter_count);
  node.set("active_parameter_count", row.active_parameter_count);
  node.set("memory_bytes", row.memory_bytes);
  node.set("context_tokens", row.context_tokens);
  node.set("status", row.status);
  node.set("decode_tokens_per_s", row.decode_tokens_per_s);
  node.set("time_to_first_token_s", row.time_to_first_token_s);
  node.set("usability", row.usability);
  node.set("score", row.score);
  node.set("grade", row.grade);
  node.set("capability", row.level);
  if (row.keeper.empty()) return;
  node.set("keeper", row.keeper);
  node.set("path", row.path);
  node.set("problem", row.problem.empty() ? std::nullopt : std::optional(row.problem));
}

}  // namespace

void write_machine_summary(Node root, const Machine& machine) {
  root.object("machine", [&](Node node) {
    node.set("origin", machine.origin);
    node.objects("devices", machine.devices, [&](Node entry, const Device& device) {
      entry.set("id", device.id);
      entry.set("kind", device.kind);
      entry.set("vendor", device.vendor);
      entry.set("name", device.name);
    });
    node.objects("pools", machine.pools, [](Node entry, const MemoryPool& pool) {
      entry.set("id", pool.id);
      entry.set("kind", pool.kind);
      entry.set("total_bytes", pool.total_bytes);
      entry.set("free_bytes", pool.free_bytes);
      entry.set("bandwidth_bytes_per_s", pool.bandwidth_bytes_per_s);
    });
  });
}

std::string list_json(const Listing& listing, JsonStyle style) {
  Document document("canirun/list", listing.head);
  Node root = document.root();
  root.set("query", listing.query);
  root.set("task", listing.task);
  root.set("matched", static_cast<std::uint64_t>(listing.matched));
  write_machine_summary(root, listing.machine);
  root.objects("models", listing.rows, [](Node entry, const ListRow& row) { set_row(entry, row); });
  return document.text(style);
}

std::string overview_json(const Overview& overview, JsonStyle style) {
  Document document("canirun/overview", overview.head);
  Node root = document.root();
  write_machine(root, overview.machine);
  root.set("engine", overview.engine);
  root.set("context_tokens", overview.context_tokens);
  root.set("pairs_that_run", static_cast<std::uint64_t>(overview.pairs_that_run));
  root.set("pairs_tried", static_cast<std::uint64_t>(overview.pairs_tried));
  root.objects("tasks", overview.picks, [](Node entry, const TaskPick& pick) {
    entry.set("task", pick.task);
    const auto set_pick = [&](const char* name, const std::optional<ListRow>& row) {
      if (row) {
        entry.object(name, [&](Node node) { set_row(node, *row); });
      } else {
        entry.set_null(name);
      }
    };
    set_pick("best", pick.best);
    set_pick("faster", pick.faster);
  });
  root.object("verdict", [&](Node node) {
    const OverviewVerdict verdict = judge_overview(overview);
    node.set("answer", verdict.answer);
    node.set("local_tasks", verdict.local_tasks);
    node.set("api_tasks", verdict.api_tasks);
    node.set("text", verdict.text);
  });
  if (overview.money) {
    root.object("money", [&](Node node) {
      node.set("profile", overview.money->profile);
      node.set("versus", overview.money->versus);
      node.set("local_usd_per_day", overview.money->local_usd_per_day);
      node.set("hybrid_usd_per_day", overview.money->hybrid_usd_per_day);
      node.set("api_usd_per_day", overview.money->api_usd_per_day);
      node.set("price_date", overview.money->price_date);
    });
  } else {
    root.set_null("money");
  }
  return document.text(style);
}

std::string error_json(const Error& error, const Head& head, const std::optional<std::string>& id, JsonStyle style,
                       std::optional<std::uint64_t> line) {
  Document document("canirun/error", head);
  Node root = document.root();
  root.set("id", id);
  root.object("error", [&](Node node) {
    node.set("kind", error.kind);
    node.set("message", error.text());
    node.set("hint", error.hint.empty() ? std::nullopt : std::optional(error.hint));
    if (line) node.set("line", *line);
  });
  return document.text(style);
}

}  // namespace canirun::report
