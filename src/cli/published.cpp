// SPDX-License-Identifier: MIT
#include "cli/published.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <cmath>
#include <map>
#include <tuple>

#include "cli/accuracy.hpp"

namespace canirun::cli {
namespace {

constexpr std::size_t k_most_published = 4;
constexpr std::size_t k_most_alike = 2;  ///< of one setting: two show how far apart people are

/// The devices that would do the work, by record, sorted: the GPUs, without one the processor. Empty: not known by record.
std::vector<std::string> workers_of(const Machine& machine) {
  std::vector<std::string> gpus, processors;
  for (const Device& device : machine.devices) {
    if (device.record_id.empty()) continue;
    (device.kind == DeviceKind::cpu ? processors : gpus).push_back(device.record_id);
  }
  std::sort(gpus.begin(), gpus.end());
  return gpus.empty() ? processors : gpus;
}

class Matcher {
 public:
  Matcher(const catalog::Catalog& catalog, const Resolved& asked)
      : catalog_(catalog), model_(asked.model->id), workers_(workers_of(*asked.machine)) {}

  bool matches(const catalog::SpeedRun& run) { return !workers_.empty() && is_model(run.model) && is_machine(run.on); }

 private:
  bool is_model(const std::string& name) {
    const auto [known, fresh] = models_.try_emplace(name, false);
    if (fresh) {
      const Result<ModelSpec> record = catalog_.model(name);
      known->second = record && record->id == model_;
    }
    return known->second;
  }
  bool is_machine(const std::string& on) {
    const auto [known, fresh] = machines_.try_emplace(on, false);
    if (fresh) {
      const Result<Machine> machine =
          catalog::machine_from_wish({.on = on, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, catalog_);
      known->second = machine && workers_of(*machine) == workers_;
    }
    return known->second;
  }

  const catalog::Catalog& catalog_;
  std::string model_;
  std::vector<std::string> workers_;
  std::map<std::string, bool> models_, machines_;
};

/// Small is near.
auto distance(const catalog::SpeedRun& run, const Resolved& asked) {
  const double depth = std::abs(double{1} * run.depth_tokens - asked.question.usage.depth_tokens);
  return std::tuple(run.quant != asked.quant->id, run.engine != asked.question.settings.engine, depth);
}

std::string setting_of(const catalog::SpeedRun& run) {
  return fmt::format("{} {} {} {}", run.quant, run.program, run.backend ? name_of(*run.backend) : "", run.depth_tokens);
}

report::PublishedRun as_report(const catalog::SpeedRun& run, const ThroughputEstimate& estimate) {
  report::PublishedRun shown;
  shown.quant = run.quant;
  shown.depth_tokens = run.depth_tokens;
  if (!run.prefill_is_a_mean) shown.prompt_tokens = run.prompt_tokens;
  shown.program = run.program.empty() ? std::string(name_of(run.engine)) : run.program;
  if (run.backend) shown.backend = std::string(name_of(*run.backend));
  shown.build = run.build;
  shown.source = run.source;
  if (run.decode_tokens_per_s)
    shown.decode = {{.measured = *run.decode_tokens_per_s, .estimate = estimate.decode_tokens_per_s}};
  if (run.prefill_tokens_per_s)
    shown.prefill = {{.measured = *run.prefill_tokens_per_s, .estimate = estimate.prefill_tokens_per_s}};
  return shown;
}

}  // namespace

std::vector<report::PublishedRun> published_runs(Resolver& resolver, const Resolved& asked) {
  const std::vector<catalog::SpeedRuns> publications = resolver.catalog().reference_speeds();
  std::vector<const catalog::SpeedRun*> found;
  Matcher matcher(resolver.catalog(), asked);
  for (const catalog::SpeedRuns& publication : publications) {
    for (const catalog::SpeedRun& run : publication.rows) {
      if (matcher.matches(run)) found.push_back(&run);
    }
  }
  std::stable_sort(found.begin(), found.end(), [&](const catalog::SpeedRun* a, const catalog::SpeedRun* b) {
    return distance(*a, asked) < distance(*b, asked);
  });
  std::vector<report::PublishedRun> shown;
  std::map<std::string, std::size_t> alike;
  for (const catalog::SpeedRun* run : found) {
    if (shown.size() >= k_most_published) break;
    if (++alike[setting_of(*run)] > k_most_alike) continue;
    const Result<ThroughputEstimate> estimate = estimate_of(resolver, *run);
    if (estimate) shown.push_back(as_report(*run, *estimate));
  }
  return shown;
}

}  // namespace canirun::cli
