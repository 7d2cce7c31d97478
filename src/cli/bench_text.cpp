// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>

#include "cli/bench_report.hpp"
#include "report/numbers.hpp"
#include "report/page.hpp"
#include "report/phrases.hpp"
#include "report/text.hpp"

namespace canirun::cli {
namespace {

using report::Align;
using report::Page;
using report::Tone;

std::string_view words_for(Backend backend) {
  switch (backend) {
    case Backend::automatic:
      return "unknown";
    case Backend::cuda:
      return "CUDA";
    case Backend::rocm:
      return "ROCm";
    case Backend::vulkan:
      return "Vulkan";
    case Backend::metal:
      return "Metal";
    case Backend::sycl:
      return "SYCL";
    case Backend::cpu:
      return "CPU";
  }
  return "";
}

std::string words_for(Backend backend, PlacementKind placement) {
  switch (placement) {
    case PlacementKind::cpu:
      return "CPU";
    case PlacementKind::gpu:
      return std::string(words_for(backend));
    case PlacementKind::mixed:
      return fmt::format("{} + CPU", words_for(backend));
  }
  return "";
}

std::string place_of(const BenchRun& run) {
  if (run.expected) return words_for(run.expected->place.backend, run.expected->place.placement);
  return run.found.run.backend == Backend::automatic ? "?" : std::string(words_for(run.found.run.backend));
}

std::string name_of_run(const BenchRun& run) {
  return run.found.run.quant.empty() ? run.model : run.model + " " + run.found.run.quant;
}

void add_rate(report::Table& table, Page& page, const BenchRun& run, std::string_view what,
              const std::optional<MeasuredRate>& rate, const std::optional<Range>& expected) {
  if (!rate) return;
  std::string test(what);
  if (rate->tokens > 0) test += fmt::format(" {}", rate->tokens);
  if (rate->depth_tokens > 0) test += fmt::format(" @ {}", report::format_context(rate->depth_tokens));
  const bool odd = !run.refused.empty();
  const double ratio = expected && expected->typical > 0 ? rate->tokens_per_s / expected->typical : 0;
  const bool inside = expected && rate->tokens_per_s >= expected->low && rate->tokens_per_s <= expected->high;
  table.add_row({{page.safe(name_of_run(run)), odd ? Tone::bad : Tone::strong},
                 {page.safe(place_of(run)), Tone::plain},
                 {page.safe(test), Tone::plain},
                 {report::format_rate(rate->tokens_per_s), odd ? Tone::bad : Tone::plain},
                 {expected ? report::format_rate_range(*expected) : "?", Tone::quiet},
                 {ratio > 0 ? fmt::format("{:.2f}", ratio) : "?", odd      ? Tone::bad
                                                                  : inside ? Tone::good
                                                                           : Tone::middling}});
}

void runs_section(Page& page, const BenchReport& report) {
  report::Table table({{.title = "model", .align = Align::left, .drop_order = 0, .min_width = 14},
                       {.title = "on", .align = Align::left, .drop_order = 3, .min_width = 0},
                       {.title = "what", .align = Align::left, .drop_order = 0, .min_width = 0},
                       {.title = "tok/s", .align = Align::right, .drop_order = 0, .min_width = 0},
                       {.title = "estimated", .align = Align::right, .drop_order = 1, .min_width = 0},
                       {.title = "ratio", .align = Align::right, .drop_order = 2, .min_width = 0}});
  for (const BenchRun& run : report.runs) {
    const std::optional<Range> none;
    add_rate(table, page, run, "write", run.found.run.decode, run.expected ? run.expected->decode_tokens_per_s : none);
    add_rate(table, page, run, "read", run.found.run.prefill, run.expected ? run.expected->prefill_tokens_per_s : none);
  }
  page.table(table, 2);
  for (const BenchRun& run : report.runs) {
    const std::optional<double>& first = run.found.run.time_to_first_token_s;
    if (!first) continue;
    const std::uint32_t prompt = run.found.run.prefill ? run.found.run.prefill->tokens : 0;
    page.detail("first word", fmt::format("after {}{}", report::format_seconds(*first),
                                          prompt > 0 ? fmt::format(" ({}-token prompt)", prompt) : ""));
  }
}

/// Each reason once, with how many runs it is about.
void reasons(Page& page, const BenchReport& report) {
  std::vector<std::pair<std::string, std::size_t>> kept_only;
  for (const BenchRun& run : report.runs) {
    if (!run.refused.empty()) {
      page.statement(report::Mark::no, "refused",
                     {run.found.line > 0 ? fmt::format("{}, line {}: {}", name_of_run(run), run.found.line, run.refused)
                                         : fmt::format("{}: {}", name_of_run(run), run.refused)});
    } else if (!run.kept_only.empty()) {
      const std::string text = fmt::format("{}: {}", name_of_run(run), run.kept_only);
      const auto known =
          std::find_if(kept_only.begin(), kept_only.end(), [&](const auto& each) { return each.first == text; });
      if (known != kept_only.end()) {
        ++known->second;
      } else {
        kept_only.emplace_back(text, 1);
      }
    }
  }
  for (const auto& [text, count] : kept_only) page.statement(report::Mark::partly, "corrects nothing", {text});
  page.details("notes", report.notes);
}

std::string factor_words(std::string_view what, const std::optional<RateCorrection>& rate) {
  if (!rate) return {};
  return fmt::format("{} x {:.2f} ({} run{})", what, rate->factor, rate->runs, rate->runs == 1 ? "" : "s");
}

void corrections_section(Page& page, const std::vector<SpeedCorrection>& corrections) {
  for (const SpeedCorrection& each : corrections) {
    std::vector<std::string> body;
    for (std::string part : {factor_words("writing", each.decode), factor_words("reading", each.prefill)}) {
      if (!part.empty()) body.push_back(std::move(part));
    }
    std::string models;
    for (const ModelCorrection& model : each.models) {
      models += fmt::format("{}{} {}", models.empty() ? "as measured: " : ", ", model.model, model.quant);
    }
    const std::string heading = fmt::format("{}, {}", name_of(each.engine), words_for(each.backend, each.placement));
    page.statement(report::Mark::about, heading, {fmt::format("{}", fmt::join(body, " · ")), models});
  }
}

void kept_section(Page& page, const BenchReport& report) {
  const bench::MachineRecord& record = report.kept->record;
  if (record.memory) {
    page.detail("memory",
                fmt::format("{} read with {} thread{}{} ({})", report::format_bandwidth(record.memory->read_bytes_per_s),
                            record.memory->threads, record.memory->threads == 1 ? "" : "s",
                            record.memory->busy ? ", beside other work" : "", record.memory->measured_on));
  }
  if (record.compute) {
    page.detail("products", fmt::format("fp32 {} · int8 {} ({}, {})", report::format_flops(record.compute->fp32_flops_per_s),
                                        report::format_flops(record.compute->int8_ops_per_s), record.compute->kernels,
                                        record.compute->measured_on));
  }
  for (const bench::MeasuredCopies& copies : record.gpu_copies) {
    std::string text = fmt::format("copies {} within its memory{} ({})", report::format_bandwidth(copies.copy_bytes_per_s),
                                   copies.busy ? ", beside other work" : "", copies.measured_on);
    const auto device = std::find_if(report.machine.devices.begin(), report.machine.devices.end(),
                                     [&](const Device& each) { return each.id == copies.device; });
    if (device != report.machine.devices.end() && !bench::copies_tell_bandwidth(device->vendor, copies.by))
      text += "; corrects nothing: made by an engine for the bus";
    page.detail(copies.device, text);
  }
  constexpr std::size_t k_most_shown = 16;
  const std::size_t skipped = record.runs.size() - std::min(record.runs.size(), k_most_shown);
  if (skipped > 0) page.detail("runs", fmt::format("{}; the last {} are", record.runs.size(), k_most_shown));
  for (std::size_t i = skipped; i < record.runs.size(); ++i) {
    const Measurement& run = record.runs[i];
    std::string text = fmt::format("{} {}", run.model.empty() ? run.model_name : run.model, run.quant);
    if (run.decode) text += fmt::format(" · writes {} tok/s", report::format_rate(run.decode->tokens_per_s));
    if (run.prefill) text += fmt::format(" · reads {} tok/s", report::format_rate(run.prefill->tokens_per_s));
    const std::string why = why_not_calibrating(run);
    page.detail(run.source, text + fmt::format(" ({}){}", run.measured_on, why.empty() ? "" : "; corrects nothing: " + why));
  }
  if (report.kept->corrections.empty()) return;
  page.blank();
  page.paragraph("estimates on this machine are multiplied by", 2);
  corrections_section(page, report.kept->corrections);
}

void ending(Page& page, const BenchReport& report) {
  page.blank();
  if (report.saved) {
    page.paragraph(fmt::format("in {}; estimates on this machine follow it from now on", report.path.string()), 2, "SAVED",
                   Tone::good);
    page.command("canirun bench --show", 4);
  } else if (!report.save_command.empty()) {
    page.paragraph("nothing was kept; to let estimates on this machine follow it", 2);
    page.command(report.save_command, 4);
  }
}

}  // namespace

std::string render_bench_text(const BenchReport& report, const report::Terminal& terminal) {
  Page page(terminal);
  if (report.forgotten_runs && !report.was_kept) {
    page.line(fmt::format("nothing was kept of {}", report::machine_name(report.machine)));
    return page.take();
  }
  if (report.forgotten_runs) {
    page.line(fmt::format("forgotten: {} run{} and what was measured of {}", *report.forgotten_runs,
                          *report.forgotten_runs == 1 ? "" : "s", report::machine_name(report.machine)));
    return page.take();
  }
  std::string left = report.kept ? "what was measured here" : "memory and processor";
  if (report.sources.size() == 1) left = report.sources.front().format;
  if (report.sources.size() > 1) left = fmt::format("{} sources", report.sources.size());
  page.spread(left, Tone::strong, fmt::format("on {}", report::machine_name(report.machine)), Tone::quiet);
  if (report.kept) {
    if (report.kept->record.key.empty()) {
      page.line("  nothing is kept of this machine", Tone::quiet);
    } else {
      kept_section(page, report);
    }
    return page.take();
  }
  probe_section(page, report);
  if (!report.runs.empty()) runs_section(page, report);
  reasons(page, report);
  ending(page, report);
  return page.take();
}

}  // namespace canirun::cli
