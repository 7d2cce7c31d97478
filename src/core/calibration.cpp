// SPDX-License-Identifier: MIT
// From measured runs to corrections. All averages are medians of log(measured / estimated), first over the runs of one model
// and quant, then over those: a model that was run twenty times counts once.
//
// How far a correction is believed for other models: with n models measured the best estimate is the logarithm of their
// median ratio times n v / (n v + 2 s^2). s is how much the error differs from model to model on one device, and v how far
// machines of a class lie apart: s^2 as well, unless the runs show more, by agreeing (the size that two thirds of them
// exceed on the same side) or by being far outside of what models do (k_model_reach). What remains uncertain is sqrt((1 +
// 1/(n+1)) / 2) of the class's spread: all of it for n = 0, 0.71 of it for many.
//
// Tried on 1,452 published runs, each model left out in turn and predicted from others of the same device, engine and
// source: median error of decode 5.5 -> 5.1 % with one other model, of prefill 11.3 -> 9.8 % with one and 21.2 -> 15.8 %
// with five; believing the median in full makes decode worse (6.3 % with one).
#include <algorithm>
#include <canirun/calibration.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace canirun {
namespace {

constexpr double k_model_residual = 0.10;  // s: standard deviation of the log error from model to model on one device
constexpr double k_model_reach = 0.7;      // log error that no model alone explains
/// Two runs of the same model on the same machine: different days, depths, builds. Log of high over typical.
constexpr double k_repeat_spread = 0.06;
constexpr double k_busy_widening = 2;
constexpr double k_deviation_to_p90 = 1.28;  // of a normal distribution
constexpr double k_median_to_deviation = 1.48;
/// Shorter ones measure the start, not the rate.
constexpr std::uint32_t k_least_decode_tokens = 16, k_least_prefill_tokens = 64;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// Log ratios of one rate, by model and quant.
struct Ratios {
  std::map<std::pair<std::string, std::string>, std::vector<double>> by_model;
  double widest_spread = 0;  ///< of the repetitions within a run
  std::uint32_t runs = 0;
  bool busy = false;
};

double scatter_of(const std::vector<double>& logs, double center) {
  if (logs.size() < 2) return 0;
  std::vector<double> distances;
  for (const double value : logs) distances.push_back(std::abs(value - center));
  return k_deviation_to_p90 * k_median_to_deviation * median(std::move(distances));
}

/// The size that two thirds of several logs exceed on the side of their median.
double agreed(const std::vector<double>& logs, double center) {
  if (logs.size() < 2) return 0;
  std::vector<double> sizes;
  for (const double value : logs) sizes.push_back(value * center > 0 ? std::abs(value) : 0);
  const auto third = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) / 3);
  std::nth_element(sizes.begin(), third, sizes.end());
  return *third;
}

std::optional<RateCorrection> for_other_models(const Ratios& ratios) {
  if (ratios.by_model.empty()) return std::nullopt;
  std::vector<double> logs;
  for (const auto& [model, values] : ratios.by_model) logs.push_back(median(values));
  const double center = median(logs), count = static_cast<double>(logs.size());
  const double residual = k_model_residual * k_model_residual;
  const double shown = std::max(agreed(logs, center), std::abs(center) - k_model_reach);
  const double machine = std::max(residual, shown > 0 ? shown * shown : 0);
  RateCorrection correction;
  correction.factor = std::exp(center * count * machine / (count * machine + 2 * residual));
  correction.range_exponent = std::sqrt((1 + 1 / (count + 1)) / 2) * (ratios.busy ? k_busy_widening : 1);
  correction.least_spread = scatter_of(logs, center);
  correction.runs = ratios.runs;
  return correction;
}

std::optional<RateCorrection> for_this_model(const Ratios& ratios, const std::pair<std::string, std::string>& model) {
  const auto found = ratios.by_model.find(model);
  if (found == ratios.by_model.end()) return std::nullopt;
  const double center = median(found->second);
  RateCorrection correction;
  correction.factor = std::exp(center);
  correction.range_exponent = 0;
  correction.least_spread = std::max({k_repeat_spread, scatter_of(found->second, center), ratios.widest_spread}) *
                            (ratios.busy ? k_busy_widening : 1);
  correction.runs = static_cast<std::uint32_t>(found->second.size());
  return correction;
}

void add(Ratios& ratios, const Measurement& run, const MeasuredRate& rate, const std::optional<Range>& expected,
         std::uint32_t least_tokens) {
  if (!expected || !(expected->typical > 0) || (rate.tokens > 0 && rate.tokens < least_tokens)) return;
  const double ratio = rate.tokens_per_s / expected->typical;
  if (!(ratio > 0)) return;
  ratios.by_model[{run.model, run.quant}].push_back(std::log(ratio));
  ratios.widest_spread = std::max(ratios.widest_spread, std::min(1.0, k_deviation_to_p90 * rate.spread.value_or(0)));
  ratios.busy = ratios.busy || run.busy;
  ++ratios.runs;
}

struct Group {
  Ratios decode, prefill;
  std::map<std::pair<std::string, std::string>, const Measurement*> newest;
};

SpeedCorrection correction_of(Engine engine, const RunPlace& place, const Group& group) {
  SpeedCorrection correction{.engine = engine,
                             .backend = place.backend,
                             .placement = place.placement,
                             .decode = for_other_models(group.decode),
                             .prefill = for_other_models(group.prefill),
                             .models = {}};
  for (const auto& [model, newest] : group.newest) {
    correction.models.push_back({.model = model.first,
                                 .quant = model.second,
                                 .decode = for_this_model(group.decode, model),
                                 .prefill = for_this_model(group.prefill, model),
                                 .source = newest->source,
                                 .measured_on = newest->measured_on});
  }
  return correction;
}

}  // namespace

std::vector<SpeedCorrection> calibrate(const Machine& machine, std::span<const CalibrationCase> cases,
                                       const SpeedBook& speeds) {
  std::map<std::tuple<Engine, Backend, PlacementKind>, Group> groups;
  for (const CalibrationCase& each : cases) {
    const Measurement& run = each.run;
    if (!why_not_calibrating(run).empty()) continue;
    const std::optional<ExpectedRun> expected = expected_run(machine, each.model, each.quant, run, speeds);
    if (!expected || !why_not_calibrating(run, &*expected).empty() || !why_impossible(run, &*expected).empty()) continue;
    Group& group = groups[{run.engine, expected->place.backend, expected->place.placement}];
    if (run.decode) add(group.decode, run, *run.decode, expected->decode_tokens_per_s, k_least_decode_tokens);
    if (run.prefill) add(group.prefill, run, *run.prefill, expected->prefill_tokens_per_s, k_least_prefill_tokens);
    const Measurement*& newest = group.newest[{run.model, run.quant}];
    if (newest == nullptr || newest->measured_on <= run.measured_on) newest = &run;
  }
  std::vector<SpeedCorrection> corrections;
  for (const auto& [key, group] : groups) {
    if (group.decode.runs + group.prefill.runs == 0) continue;
    const auto& [engine, backend, placement] = key;
    corrections.push_back(correction_of(engine, {.backend = backend, .placement = placement}, group));
  }
  return corrections;
}

namespace {

/// The host's memory, or the only GPU's.
bool lies_in_alone(const Machine& machine, PlacementKind placement, std::uint32_t pool) {
  if (pool == 0) return placement == PlacementKind::cpu;
  const auto gpus = std::count_if(machine.pools.begin(), machine.pools.end(),
                                  [](const MemoryPool& each) { return each.kind == PoolKind::gpu; });
  return placement == PlacementKind::gpu && gpus == 1 && pool < machine.pools.size() &&
         machine.pools[pool].kind == PoolKind::gpu;
}

}  // namespace

std::optional<double> proven_bandwidth(const Machine& machine, std::span<const CalibrationCase> cases, std::uint32_t pool,
                                       const SpeedBook& speeds) {
  std::optional<double> most;
  for (const CalibrationCase& each : cases) {
    if (!each.run.decode || !why_not_calibrating(each.run).empty()) continue;
    const std::optional<ExpectedRun> expected = expected_run(machine, each.model, each.quant, each.run, speeds);
    if (!expected || !lies_in_alone(machine, expected->place.placement, pool) ||
        !why_not_calibrating(each.run, &*expected).empty() || !why_impossible(each.run, &*expected).empty())
      continue;
    most = std::max(most.value_or(0), each.run.decode->tokens_per_s * expected->decode_bytes_per_token);
  }
  return most;
}

}  // namespace canirun
