// SPDX-License-Identifier: MIT
#include "report/accuracy.hpp"
#include "report/document.hpp"

namespace canirun::report {
namespace {

void set_error(Node node, const ErrorFigures& error) {
  node.set("median_error", error.median);
  node.set("p90_error", error.p90);
}

void set_held_out(Node& node, std::string_view name, const std::optional<ErrorFigures>& error) {
  if (!error) return node.set_null(name);
  node.object(name, [&](Node inner) { set_error(inner, *error); });
}

void set_row(Node node, const AccuracyRow& row) {
  node.set("class", row.device_class);
  node.set("runs", row.runs);
  set_error(node, row.error);
  node.set("range_holds_share", row.range_holds);
  set_held_out(node, "new_device", row.new_device);
  set_held_out(node, "new_model", row.new_model);
}

void set_missed(Node node, const MissedRun& run) {
  node.set("on", run.on);
  node.set("model", run.model);
  node.set("quant", run.quant);
  node.set("speed", run.prefill ? "prefill" : "decode");
  node.set("measured_tokens_per_s", run.measured_tokens_per_s);
  node.set("estimate_tokens_per_s", run.estimate_tokens_per_s);
  node.set("source", run.source);
}

}  // namespace

std::string accuracy_json(const Accuracy& accuracy, JsonStyle style) {
  Document document("canirun/accuracy", accuracy.head);
  Node root = document.root();
  root.object("speed", [&](Node speed) {
    speed.set("runs", accuracy.runs);
    speed.set("devices", accuracy.devices);
    speed.set("models", accuracy.models);
    speed.set("held_out_on", accuracy.held_out_on.empty() ? std::nullopt : std::optional(accuracy.held_out_on));
    speed.objects("decode", accuracy.decode, set_row);
    speed.objects("prefill", accuracy.prefill, set_row);
    speed.objects("farthest", accuracy.farthest, set_missed);
    speed.set("unanswered", accuracy.unanswered);
    speed.objects("sources", accuracy.sources, [](Node node, const ReferenceSource& source) {
      node.set("source", source.source);
      node.set("retrieved", source.retrieved);
      node.set("runs", source.runs);
    });
  });
  root.object("memory", [&](Node memory) {
    memory.set("source", accuracy.memory_source);
    memory.objects("parts", accuracy.memory, [](Node node, const MemoryAccuracy& row) {
      node.set("part", row.part);
      node.set("placement", row.placement);
      node.set("runs", row.runs);
      node.set("median_error", row.median_error);
      node.set("p90_error", row.p90_error);
      node.set("largest_error", row.largest_error);
    });
  });
  return document.text(style);
}

}  // namespace canirun::report
