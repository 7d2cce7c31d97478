// SPDX-License-Identifier: MIT
#include "cli/bench_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "probe/gpu_copies.hpp"

namespace canirun::cli {
namespace {

/// Shares of all processors' time from which on a figure is not the machine's best.
constexpr double k_other_work = 0.05, k_stolen = 0.02;
constexpr double k_least_stolen_s = 0.05;
constexpr double k_restless = 0.25;  ///< spread of repetitions from which on something disturbs, whatever it is

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

std::vector<std::string> disturbances_between(const probe::Activity& before, const probe::Activity& after,
                                              double processor_s) {
  std::vector<std::string> found;
  if (processor_s > 0 && before.work_s && after.work_s && before.own_s && after.own_s) {
    const double others = (*after.work_s - *before.work_s) - (*after.own_s - *before.own_s);
    if (others > k_other_work * processor_s)
      found.push_back(fmt::format("other programs used {:.0f} % of the processors", 100 * others / processor_s));
  }
  if (before.stolen_s && after.stolen_s && before.work_s && after.work_s) {
    const double stolen = *after.stolen_s - *before.stolen_s, worked = *after.work_s - *before.work_s;
    if (stolen > k_stolen * (worked + stolen) && stolen > k_least_stolen_s)
      found.push_back(fmt::format("other guests of the host took {:.0f} % of the time", 100 * stolen / (worked + stolen)));
  }
  if (before.throttles && after.throttles && *after.throttles > *before.throttles) {
    found.emplace_back("the processor was slowed down (heat, or the quota of its group)");
  }
  return found;
}

ProbeResult probe_this_machine(Session& session, const Machine& machine) {
  bench::CpuProbeOptions options;
  options.nodes = probe::node_processors();
  options.progress = [&session](std::string_view text) { session.show_progress(text); };
  ProbeResult result;
  session.show_progress("copies within the memory of GPUs");
  result.gpus = bench::match_gpu_copies(machine, probe::measure_gpu_copies());
  const probe::Activity before = probe::activity_now();
  const double from_s = now_s();
  result.cpu = bench::probe_cpu(machine, options);
  const double processors = std::max(machine.cpu.logical_cores, machine.cpu.physical_cores);
  result.disturbances = disturbances_between(before, probe::activity_now(), (now_s() - from_s) * std::max(1.0, processors));
  session.clear_progress();
  const bench::ReadPoint* read = bench::best_read(result.cpu);
  if (result.disturbances.empty() && read != nullptr && read->bytes_per_s.spread > k_restless) {
    result.disturbances.push_back(fmt::format("repetitions differ by {:.0f} %", 100 * read->bytes_per_s.spread));
  }
  result.busy = !result.disturbances.empty();
  return result;
}

}  // namespace canirun::cli
