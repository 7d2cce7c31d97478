// SPDX-License-Identifier: MIT
#include "bench/fields_calibration.hpp"
#include "cli/bench_report.hpp"
#include "report/document.hpp"
#include "report/phrases.hpp"

namespace canirun::cli {
namespace {

using report::Node;

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void set_rate(Node node, std::string_view name, const std::optional<MeasuredRate>& rate,
              const std::optional<Range>& expected) {
  if (!rate) {
    node.set_null(name);
    return;
  }
  node.object(name, [&](Node inner) {
    inner.set("tokens_per_s", rate->tokens_per_s);
    inner.set("tokens", rate->tokens);
    inner.set("depth_tokens", rate->depth_tokens);
    inner.set("spread", rate->spread);
    inner.set("estimated_tokens_per_s", expected);
    inner.set("ratio", expected && expected->typical > 0 ? std::optional(rate->tokens_per_s / expected->typical)
                                                         : std::optional<double>());
  });
}

void set_run(Node node, const BenchRun& run) {
  const Measurement& what = run.found.run;
  node.set("line", static_cast<std::uint64_t>(run.found.line));
  node.set("source", what.source);
  node.set("model", unless_empty(what.model));
  node.set("model_name", unless_empty(what.model_name));
  node.set("quant", unless_empty(what.quant));
  node.set("engine", what.engine);
  node.set("engine_version", unless_empty(what.engine_version));
  node.set("backend", what.backend);
  node.set("placement", run.expected ? std::optional(run.expected->place.placement) : std::optional<PlacementKind>());
  node.set("parallel", what.parallel);
  const std::optional<Range> none;
  set_rate(node, "decode", what.decode, run.expected ? run.expected->decode_tokens_per_s : none);
  set_rate(node, "prefill", what.prefill, run.expected ? run.expected->prefill_tokens_per_s : none);
  node.set("time_to_first_token_s", what.time_to_first_token_s);
  node.set("busy", what.busy);
  node.set("measured_on", unless_empty(what.measured_on));
  node.set("refused", unless_empty(run.refused));
  node.set("corrects_nothing", unless_empty(run.kept_only));
}

void set_correction_rate(Node node, std::string_view name, const std::optional<RateCorrection>& rate) {
  if (!rate) {
    node.set_null(name);
    return;
  }
  node.object(name, [&](Node inner) {
    inner.set("factor", rate->factor);
    inner.set("runs", rate->runs);
  });
}

void set_correction(Node node, const SpeedCorrection& correction) {
  node.set("engine", correction.engine);
  node.set("backend", correction.backend);
  node.set("placement", correction.placement);
  set_correction_rate(node, "decode", correction.decode);
  set_correction_rate(node, "prefill", correction.prefill);
  node.objects("models", correction.models, [](Node inner, const ModelCorrection& model) {
    inner.set("model", model.model);
    inner.set("quant", model.quant);
    set_correction_rate(inner, "decode", model.decode);
    set_correction_rate(inner, "prefill", model.prefill);
    inner.set("measured_on", unless_empty(model.measured_on));
  });
}

void set_probe(Node node, const ProbeResult& probe) {
  node.set("kernels", probe.cpu.kernels);
  node.set("buffer_bytes", static_cast<std::uint64_t>(probe.cpu.buffer_bytes));
  node.objects("reads", probe.cpu.reads, [](Node inner, const bench::ReadPoint& point) {
    inner.set("threads", point.threads);
    inner.set("node", point.node);
    inner.set("bytes_per_s", point.bytes_per_s.typical);
    inner.set("spread", point.bytes_per_s.spread);
  });
  node.objects("products", probe.cpu.products, [](Node inner, const bench::ProductPoint& point) {
    inner.set("format", point.format);
    inner.set("threads", point.threads);
    inner.set("operations_per_s", point.operations_per_s.typical);
    inner.set("spread", point.operations_per_s.spread);
  });
  node.set("busy", probe.busy);
  node.set("disturbances", probe.disturbances);
}

void set_copies(Node node, const bench::GpuCopies& copies) {
  node.set("device", unless_empty(copies.device));
  node.set("name", copies.name);
  node.set("driver", unless_empty(copies.driver));
  node.set("by", unless_empty(copies.by));
  node.set("is_software", copies.is_software);
  const auto& rate = copies.bytes_per_s;
  node.set("copy_bytes_per_s", rate ? std::optional(rate->typical) : std::nullopt);
  node.set("spread", rate ? std::optional(rate->spread) : std::nullopt);
  node.set("buffer_bytes", rate ? std::optional(copies.buffer_bytes) : std::nullopt);
  node.set("why_not", unless_empty(copies.why_not));
}

}  // namespace

std::string bench_json(const BenchReport& report) {
  report::Document document("canirun/bench", report.head);
  Node root = document.root();
  root.object("machine", [&](Node node) {
    node.set("key", machine_key(report.machine));
    node.set("name", report::machine_name(report.machine));
    node.set("is_this_machine", report.machine.is_this_machine);
  });
  root.objects("sources", report.sources, [](Node node, const BenchSource& source) {
    node.set("name", source.name);
    node.set("format", source.format);
  });
  if (report.probe) {
    root.object("probe", [&](Node node) { set_probe(node, *report.probe); });
  } else {
    root.set_null("probe");
  }
  if (report.probe) {
    root.objects("gpu_copies", report.probe->gpus, set_copies);
  } else {
    root.set_null("gpu_copies");
  }
  root.set("memory", report.memory);
  root.set("compute", report.compute);
  root.objects("runs", report.runs, set_run);
  root.set("notes", report.notes);
  root.set("saved", report.saved);
  root.set("path", unless_empty(report.path.string()));
  if (report.kept) {
    root.object("kept", [&](Node node) {
      node.set("memory", report.kept->record.memory);
      node.set("compute", report.kept->record.compute);
      node.set("gpu_copies", report.kept->record.gpu_copies);
      node.set("runs", report.kept->record.runs);
      node.objects("corrections", report.kept->corrections, set_correction);
    });
  } else {
    root.set_null("kept");
  }
  root.set("forgotten_runs", report.forgotten_runs);
  return document.text(report::JsonStyle::indented);
}

}  // namespace canirun::cli
