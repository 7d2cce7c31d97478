// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "bench/results.hpp"
#include "cli/bench_report.hpp"
#include "cli/bench_server.hpp"
#include "cli/calibration.hpp"
#include "cli/commands.hpp"
#include "cli/text_file.hpp"
#include "report/commands.hpp"
#include "report/phrases.hpp"

namespace canirun::cli {
namespace {

/// The machine the results are about, without what was measured of it before.
Result<Machine> machine_of(Session& session) {
  const Options& options = session.options();
  Result<Machine> machine = session.machines().uncalibrated(options.request);
  if (!machine) return machine;
  const bool writes = options.save || options.forget;
  if (writes && (!machine->is_this_machine || options.request.on || options.request.ram || options.request.vram ||
                 options.request.bandwidth)) {
    return fail(ErrorKind::usage, "--save and --forget are about this machine, as it is",
                "leave out --on, --machine, --ram, --vram and --bandwidth");
  }
  if (options.save && options.server && !is_on_this_machine(*options.server)) {
    return fail(ErrorKind::usage, "--save: what runs on another machine says nothing about this one",
                "run canirun bench there");
  }
  return machine;
}

Result<void> take_file(Session& session, BenchRuns& runs, const std::string& path, BenchReport& report) {
  const Result<std::string> text = read_text_file(path, bench::k_most_result_bytes);
  if (!text) return tl::unexpected<Error>(text.error());
  const std::string name = path == "-" ? "stdin" : path;
  Result<bench::FoundRuns> found = bench::read_results(*text);
  if (!found) return tl::unexpected<Error>(std::move(found).error().within(name));
  report.sources.push_back({name, found->format});
  for (bench::FoundRun& run : found->runs) {
    Result<BenchRun> compared = runs.compare(std::move(run));
    if (!compared) return tl::unexpected<Error>(std::move(compared).error());
    report.runs.push_back(std::move(*compared));
  }
  const std::string where = session.options().words.size() > 1 ? name + ": " : "";
  for (const std::string& note : found->notes) report.notes.push_back(where + note);
  return {};
}

/// A file that only holds what cannot be is refused as a whole.
Result<void> refuse_if_nothing_is_left(const BenchReport& report) {
  const bool any =
      std::any_of(report.runs.begin(), report.runs.end(), [](const BenchRun& run) { return run.refused.empty(); });
  if (any || report.runs.empty()) return {};
  const BenchRun& first = report.runs.front();
  return fail(ErrorKind::malformed,
              fmt::format("{}: line {}: {}: {}", report.sources.front().name, first.found.line, first.model, first.refused),
              "was it this machine, this model and this quant? --on, --model and --quant say otherwise");
}

Result<void> save(BenchReport& report) {
  Result<std::optional<bench::CalibrationFile>> file = bench::load_calibration(report.path);
  if (!file) return tl::unexpected<Error>(std::move(file).error());
  bench::CalibrationFile all = file->value_or(bench::CalibrationFile{});
  bench::MachineRecord& record = all.at(machine_key(report.machine), report::machine_name(report.machine));
  for (const BenchRun& run : report.runs) {
    if (!run.refused.empty()) continue;
    Measurement kept = run.found.run;
    if (kept.measured_on.empty()) kept.measured_on = today_iso();
    bench::keep_run(record, kept);
  }
  if (report.memory) record.memory = report.memory;
  if (report.compute) record.compute = report.compute;
  for (const bench::MeasuredCopies& copies : report.gpu_copies) {
    std::erase_if(record.gpu_copies, [&](const auto& known) { return known.device == copies.device; });
    record.gpu_copies.push_back(copies);
  }
  const Result<void> saved = bench::save_calibration(report.path, all);
  if (!saved) return saved;
  report.saved = true;
  return {};
}

Result<void> show(Session& session, BenchReport& report) {
  const Result<std::optional<bench::CalibrationFile>> file = bench::load_calibration(report.path);
  if (!file) return tl::unexpected<Error>(file.error());
  KeptRecord kept;
  const bench::MachineRecord* record = *file ? (*file)->find(machine_key(report.machine)) : nullptr;
  if (record != nullptr) {
    kept.record = *record;
    Machine machine = report.machine;
    apply_record(machine, *record, session.catalog());
    kept.corrections = std::move(machine.corrections);
  }
  report.kept = std::move(kept);
  return {};
}

/// Drops this machine's record; the file too when nothing else is in it, or when nobody can read it.
Result<void> forget(BenchReport& report) {
  Result<std::optional<bench::CalibrationFile>> file = bench::load_calibration(report.path);
  report.forgotten_runs = 0;
  if (!file && file.error().kind != ErrorKind::malformed) return tl::unexpected<Error>(std::move(file).error());
  const std::string key = machine_key(report.machine);
  if (file && *file) {
    std::vector<bench::MachineRecord>& machines = (*file)->machines;
    if (const bench::MachineRecord* record = (*file)->find(key)) {
      report.forgotten_runs = record->runs.size();
      report.was_kept = true;
    }
    std::erase_if(machines, [&](const bench::MachineRecord& machine) { return machine.key == key; });
    if (!machines.empty()) return bench::save_calibration(report.path, **file);
  }
  const Result<bool> removed = bench::remove_calibration(report.path);
  if (!removed) return tl::unexpected<Error>(removed.error());
  report.was_kept = report.was_kept || (*removed && !file);  // a file that nobody could read
  return {};
}

/// What the probe found, as it is kept.
void take_probe(Session& session, BenchReport& report) {
  report.probe = probe_this_machine(session, report.machine);
  const ProbeResult& result = *report.probe;
  if (const bench::ReadPoint* read = bench::best_read(result.cpu)) {
    report.memory = bench::MeasuredMemory{.read_bytes_per_s = read->bytes_per_s.typical,
                                          .spread = read->bytes_per_s.spread,
                                          .threads = read->threads,
                                          .busy = result.busy,
                                          .measured_on = today_iso()};
  }
  for (const bench::GpuCopies& copies : result.gpus) {
    if (copies.device.empty() || copies.is_software || !copies.bytes_per_s) continue;
    report.gpu_copies.push_back({.device = copies.device,
                                 .by = copies.by,
                                 .copy_bytes_per_s = copies.bytes_per_s->typical,
                                 .spread = copies.bytes_per_s->spread,
                                 .busy = !copies.is_steady,
                                 .measured_on = today_iso()});
  }
  const bench::ProductPoint* fp32 = bench::best_product(result.cpu, bench::NumberFormat::fp32);
  const bench::ProductPoint* fp16 = bench::best_product(result.cpu, bench::NumberFormat::fp16);
  const bench::ProductPoint* int8 = bench::best_product(result.cpu, bench::NumberFormat::int8);
  if (fp32 != nullptr && fp16 != nullptr && int8 != nullptr) {
    report.compute = bench::MeasuredCompute{.fp32_flops_per_s = fp32->operations_per_s.typical,
                                            .fp16_flops_per_s = fp16->operations_per_s.typical,
                                            .int8_ops_per_s = int8->operations_per_s.typical,
                                            .kernels = std::string(name_of(result.cpu.kernels)),
                                            .threads = fp32->threads,
                                            .busy = result.busy,
                                            .measured_on = today_iso()};
  }
}

std::string save_command(const Options& options) {
  std::string command = "canirun bench";
  for (const std::string& word : options.words) command += " " + report::shell_word(word);
  const auto add = [&](std::string_view flag, const std::optional<std::string>& value) {
    if (value) command += fmt::format(" --{} {}", flag, report::shell_word(*value));
  };
  add("server", options.server);
  add("model", options.bench_model);
  add("quant", options.request.quant);
  return command + " --save";
}

Result<void> run_parts(Session& session, BenchReport& report) {
  const Options& options = session.options();
  if (options.forget) return forget(report);
  if (options.show) return show(session, report);
  BenchRuns runs(session, report.machine);
  for (const std::string& path : options.words) {
    const Result<void> taken = take_file(session, runs, path, report);
    if (!taken) return taken;
  }
  if (options.server) {
    const Result<void> measured = measure_server(session, runs, report);
    if (!measured) return measured;
  }
  if (!options.server && options.words.empty()) {
    if (!report.machine.is_this_machine || options.request.on) {
      return fail(ErrorKind::usage, "canirun bench measures this machine; another one's results come in a file",
                  "canirun bench FILE --on \"RTX 4090\" compares them");
    }
    take_probe(session, report);
  }
  const Result<void> sound = refuse_if_nothing_is_left(report);
  if (!sound) return sound;
  const bool about_this =
      report.machine.is_this_machine && !options.request.on && (!options.server || is_on_this_machine(*options.server));
  const bool any_use = report.probe.has_value() ||
                       std::any_of(report.runs.begin(), report.runs.end(),
                                   [](const BenchRun& run) { return run.refused.empty() && run.kept_only.empty(); });
  if (about_this && any_use) report.save_command = save_command(options);
  return options.save ? save(report) : Result<void>();
}

}  // namespace

Result<int> run_bench(Session& session) {
  const Options& options = session.options();
  if (options.show + options.forget + options.save > 1) {
    return fail(ErrorKind::usage, "--save, --show and --forget are three different wishes", "give one of them");
  }
  const Result<Machine> machine = machine_of(session);
  if (!machine) return tl::unexpected<Error>(machine.error());
  BenchReport report{.head = session.head(), .machine = *machine, .path = calibration_path()};
  const Result<void> done = run_parts(session, report);
  if (!done) return tl::unexpected<Error>(done.error());
  session.print(options.json ? bench_json(report) : render_bench_text(report, session.out()));
  return k_yes;
}

}  // namespace canirun::cli
