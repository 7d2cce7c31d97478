// SPDX-License-Identifier: MIT
#include "cli/accuracy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <canirun/names.hpp>
#include <canirun/units.hpp>
#include <set>

#include "cli/accuracy_parts.hpp"

namespace canirun::cli {
namespace {

using catalog::DeviceClass;
using catalog::SpeedRun;
using catalog::SpeedRuns;

constexpr std::size_t k_farthest_shown = 10;  ///< of decode, and of prefill
constexpr std::uint32_t k_answer_tokens = 512;
constexpr std::uint32_t k_least_context = 4096;

/// A published run with what is estimated for it.
struct Compared {
  const SpeedRun* run = nullptr;
  double measured = 0;
  Range estimate;
  [[nodiscard]] double error() const { return std::max(estimate.typical / measured, measured / estimate.typical) - 1; }
  [[nodiscard]] bool held() const { return estimate.low <= measured && measured <= estimate.high; }
};

report::AccuracyRow row_of(std::string name, const std::vector<Compared>& runs, std::optional<DeviceClass> only) {
  std::vector<double> errors;
  double held = 0;
  for (const Compared& compared : runs) {
    if (only && compared.run->device_class != *only) continue;
    errors.push_back(compared.error());
    if (compared.held()) ++held;
  }
  report::AccuracyRow row;
  row.device_class = std::move(name);
  row.runs = static_cast<std::uint32_t>(errors.size());
  if (errors.empty()) return row;
  row.error = {.median = quantile(errors, 0.5), .p90 = quantile(errors, 0.9)};
  row.range_holds = held / static_cast<double>(errors.size());
  return row;
}

/// All, then every class that has runs.
std::vector<report::AccuracyRow> rows_of(const std::vector<Compared>& runs) {
  std::vector<report::AccuracyRow> rows{row_of("all", runs, std::nullopt)};
  const auto names = enum_names(DeviceClass{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    report::AccuracyRow row = row_of(std::string(names[i]), runs, static_cast<DeviceClass>(i));
    if (row.runs > 0) rows.push_back(std::move(row));
  }
  return rows;
}

void add_held_out(const std::vector<catalog::HeldOut>& fits, report::Accuracy& accuracy) {
  for (const catalog::HeldOut& fit : fits) {
    accuracy.held_out_on = std::max(accuracy.held_out_on, fit.provenance.retrieved);
    for (const catalog::HeldOutRow& figures : fit.rows) {
      const std::string name = figures.device_class ? std::string(name_of(*figures.device_class)) : "all";
      for (report::AccuracyRow& row : figures.speed == "decode" ? accuracy.decode : accuracy.prefill) {
        if (row.device_class != name) continue;
        (figures.left_out == "device" ? row.new_device : row.new_model) =
            report::ErrorFigures{.median = figures.median_error, .p90 = figures.p90_error};
      }
    }
  }
}

void add_farthest(std::vector<Compared> runs, bool prefill, report::Accuracy& accuracy) {
  const std::size_t count = std::min(k_farthest_shown, runs.size());
  std::partial_sort(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(count), runs.end(),
                    [](const Compared& a, const Compared& b) { return a.error() > b.error(); });
  for (std::size_t i = 0; i < count; ++i) {
    accuracy.farthest.push_back({.on = runs[i].run->on,
                                 .model = runs[i].run->model,
                                 .quant = runs[i].run->quant,
                                 .source = runs[i].run->source,
                                 .prefill = prefill,
                                 .measured_tokens_per_s = runs[i].measured,
                                 .estimate_tokens_per_s = runs[i].estimate});
  }
}

json::Word number(double value) { return {fmt::format("{:.0f}", value)}; }

}  // namespace

double quantile(std::vector<double> values, double share) {
  const auto at = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

Request request_of(const SpeedRun& run) {
  Request request;
  request.from = Request::From::json;
  request.model = run.model;
  request.quant = run.quant;
  request.on = run.on;
  request.ram = json::Word{"1024GiB"};  // what the host holds was not published; it is not what is compared
  if (run.vram_bytes) request.vram = json::Word{fmt::format("{}B", *run.vram_bytes)};
  if (run.bandwidth_bytes_per_s) request.bandwidth = json::Word{fmt::format("{:.3f}GB/s", *run.bandwidth_bytes_per_s / 1e9)};
  request.engine = std::string(name_of(run.engine));
  if (run.backend) request.backend = std::string(name_of(*run.backend));
  request.flash_attn = run.flash_attention;
  if (run.threads) request.threads = number(*run.threads);
  request.depth_tokens = number(run.depth_tokens);
  request.prompt_tokens = number(run.prompt_tokens);
  request.context_tokens = number(std::max(k_least_context, run.depth_tokens + run.prompt_tokens + k_answer_tokens));
  return request;
}

Result<ThroughputEstimate> estimate_of(Resolver& resolver, const SpeedRun& run) {
  const Result<Resolved> asked = resolver.resolve(request_of(run));
  if (!asked) return tl::unexpected<Error>(asked.error());
  Assessment answer = assess_fit(*asked->machine, *asked->model, *asked->quant, asked->question, resolver.catalog().books());
  if (answer.speed) return *std::move(answer.speed);
  return fail(ErrorKind::unsupported, answer.placed.placement.status == FitStatus::does_not_fit
                                          ? "it does not fit"
                                          : "the memory's bandwidth is unknown");
}

report::Accuracy make_accuracy(Resolver& resolver) {
  report::Accuracy accuracy;
  const std::vector<SpeedRuns> publications = resolver.catalog().reference_speeds();
  std::vector<Compared> decode, prefill;
  std::set<std::string> devices, models;
  for (const SpeedRuns& publication : publications) {
    accuracy.sources.push_back({.source = publication.provenance.source,
                                .retrieved = publication.provenance.retrieved,
                                .runs = static_cast<std::uint32_t>(publication.rows.size())});
    for (const SpeedRun& run : publication.rows) {
      ++accuracy.runs;
      devices.insert(run.on);
      models.insert(run.model);
      const Result<ThroughputEstimate> estimate = estimate_of(resolver, run);
      if (!estimate) {
        accuracy.unanswered.push_back(fmt::format("{} {} on {}: {}", run.model, run.quant, run.on, estimate.error().text()));
        continue;
      }
      if (run.decode_tokens_per_s) decode.push_back({&run, *run.decode_tokens_per_s, estimate->decode_tokens_per_s});
      if (run.prefill_tokens_per_s) prefill.push_back({&run, *run.prefill_tokens_per_s, estimate->prefill_tokens_per_s});
    }
  }
  accuracy.devices = static_cast<std::uint32_t>(devices.size());
  accuracy.models = static_cast<std::uint32_t>(models.size());
  std::stable_sort(accuracy.sources.begin(), accuracy.sources.end(),
                   [](const auto& a, const auto& b) { return a.runs > b.runs; });
  accuracy.decode = rows_of(decode);
  accuracy.prefill = rows_of(prefill);
  add_held_out(resolver.catalog().held_out(), accuracy);
  add_farthest(std::move(decode), false, accuracy);
  add_farthest(std::move(prefill), true, accuracy);
  add_memory(resolver.catalog(), accuracy);
  return accuracy;
}

}  // namespace canirun::cli
