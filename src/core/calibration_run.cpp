// SPDX-License-Identifier: MIT
// One measured run beside what would have been said of it, and whether it can be true.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/calibration.hpp>
#include <cmath>

#include "core/placement_layout.hpp"

namespace canirun {
namespace {

constexpr std::uint32_t k_least_context = 2048;
/// Rates above these belong to no machine of today.
constexpr double k_most_decode = 1e5, k_most_prefill = 1e7;
constexpr double k_most_bandwidth_bytes_per_s = 10e12;  // no accelerator of today reads faster
/// A rate so far from the estimate measures something else: swapping, another model, a card that is not the one found.
constexpr double k_most_off = 20;
/// Timers, and counts that are one token off.
constexpr double k_tolerance = 1.03;

EngineSettings settings_of(const Measurement& run) {
  EngineSettings settings;
  settings.engine = run.engine;
  settings.backend = run.backend;
  settings.gpu_layers = run.backend == Backend::cpu ? std::optional(0U) : run.gpu_layers;
  settings.cpu_moe_layers = run.cpu_moe_layers;
  settings.threads = run.threads;
  settings.flash_attn = run.flash_attn.value_or(settings.flash_attn);
  std::uint64_t tokens = k_least_context;
  for (const std::optional<MeasuredRate>* rate : {&run.decode, &run.prefill}) {
    if (*rate) tokens = std::max<std::uint64_t>(tokens, std::uint64_t{(*rate)->tokens} + (*rate)->depth_tokens);
  }
  settings.context_tokens = static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens, 1U << 30U));
  return settings;
}

/// What is taken right now was free for the run, or taken by it; and nobody knows what was stolen from it.
Machine idle_copy(const Machine& machine) {
  Machine idle = machine;
  for (MemoryPool& pool : idle.pools) pool.free_bytes.reset();
  idle.corrections.clear();
  idle.cpu.stolen_share.reset();
  return idle;
}

double peak_of(const Machine& machine, const RunPlace& place) {
  double peak = 0;
  for (const Device& device : machine.devices) {
    const bool is_gpu = device.kind == DeviceKind::discrete_gpu || device.kind == DeviceKind::integrated_gpu;
    if (!is_gpu || place.placement == PlacementKind::cpu) continue;
    const double fp16 = device.fp16_flops_per_s.value_or(0);
    const double best = std::max({device.int8_ops_per_s.value_or(0), 2 * fp16, 4 * device.fp32_flops_per_s.value_or(0)});
    if (best <= 0) return 0;
    peak += best;
  }
  return peak;
}

bool bandwidth_is_nominal(const Machine& machine, const ThroughputEstimate& estimate) {
  return std::all_of(estimate.pools.begin(), estimate.pools.end(), [&](const PoolTime& time) {
    const Basis basis = machine.pools[time.pool].bandwidth_provenance.basis;
    return basis == Basis::published || basis == Basis::derived;
  });
}

}  // namespace

RunPlace run_place(const Machine& machine, const ModelSpec& model, const EngineSettings& settings,
                   const Placement& placement) {
  const Sites sites = engine_sites(machine, settings);
  if (!sites.has_gpu() || placement.gpu_layers == 0) return {.backend = Backend::cpu, .placement = PlacementKind::cpu};
  const bool whole = placement.gpu_layers >= all_gpu_layers(model) && placement.expert_layers_on_cpu == 0;
  return {.backend = sites.backend, .placement = whole ? PlacementKind::gpu : PlacementKind::mixed};
}

std::optional<ExpectedRun> expected_run(const Machine& machine, const ModelSpec& model, const QuantScheme& quant,
                                        const Measurement& run, const SpeedBook& speeds) {
  if (model.layers.empty() || machine.pools.empty()) return std::nullopt;
  const Machine idle = idle_copy(machine);
  const EngineSettings settings = settings_of(run);
  const WeightTable weights = sum_weights(model, quant);
  const PlacedMemory placed = place(idle, model, weights, settings, Effort::ranking);

  ExpectedRun expected;
  expected.place = run_place(idle, model, settings, placed.placement);
  const auto estimate = [&](std::uint32_t prompt, std::uint32_t depth) {
    UsageProfile usage;
    usage.prompt_tokens = std::max(prompt, 1U);
    usage.depth_tokens = depth;
    return estimate_throughput(idle, model, weights, settings, placed, usage, speeds);
  };

  const std::optional<ThroughputEstimate> decode = estimate(1, run.decode ? run.decode->depth_tokens : 0);
  if (!decode) return std::nullopt;
  expected.roofline_tokens_per_s = decode->roofline_tokens_per_s;
  expected.nominal_bandwidth_known = bandwidth_is_nominal(idle, *decode);
  for (const PoolTime& time : decode->pools) expected.decode_bytes_per_token += time.weight_bytes + time.kv_bytes;
  if (run.decode) expected.decode_tokens_per_s = decode->decode_tokens_per_s;

  const auto parameters = model.active_parameter_count ? *model.active_parameter_count : model.parameter_count;
  expected.prefill_ops_per_token = 2 * static_cast<double>(parameters);
  expected.peak_ops_per_s = peak_of(idle, expected.place);
  if (run.prefill && run.prefill->tokens > 0) {
    const auto prefill = estimate(run.prefill->tokens, run.prefill->depth_tokens + run.prefill->tokens);
    if (prefill) expected.prefill_tokens_per_s = prefill->prefill_tokens_per_s;
  }
  return expected;
}

std::string why_impossible(const Measurement& run, const ExpectedRun* expected) {
  for (const std::optional<MeasuredRate>* rate : {&run.decode, &run.prefill}) {
    if (*rate && !((*rate)->tokens_per_s > 0 && std::isfinite((*rate)->tokens_per_s))) {
      return "a rate that is not above zero is no measurement";
    }
  }
  if (run.decode && run.decode->tokens_per_s > k_most_decode) {
    return fmt::format("nothing writes {:.0f} tokens a second", run.decode->tokens_per_s);
  }
  if (run.prefill && run.prefill->tokens_per_s > k_most_prefill) {
    return fmt::format("nothing reads {:.0f} tokens a second", run.prefill->tokens_per_s);
  }
  if (expected == nullptr) return {};
  const double together = std::max(1U, run.parallel.value_or(1));
  if (run.decode && !run.speculative && together <= 1 && expected->decode_bytes_per_token > 0) {
    const double rate = run.decode->tokens_per_s;
    const double bandwidth = rate * expected->decode_bytes_per_token;
    const auto above = [&](std::string_view what, double limit) {
      return fmt::format("{:.1f} tok/s x {:.2f} GB read per token is {:.0f} GB/s, above the {:.0f} GB/s {}", rate,
                         expected->decode_bytes_per_token / 1e9, bandwidth / 1e9, limit / 1e9, what);
    };
    const double nominal = expected->roofline_tokens_per_s * expected->decode_bytes_per_token;
    if (expected->nominal_bandwidth_known && bandwidth > nominal * k_tolerance)
      return above("of the memory it lies in", nominal);
    if (bandwidth > std::max(k_most_bandwidth_bytes_per_s, nominal)) {
      return above("that any memory reaches", k_most_bandwidth_bytes_per_s);
    }
  }
  if (run.prefill && expected->peak_ops_per_s > 0) {
    constexpr double k_faster_formats = 2;  // four-bit products run at up to twice the rate of eight-bit ones
    const double ops = run.prefill->tokens_per_s * expected->prefill_ops_per_token;
    if (ops > expected->peak_ops_per_s * k_faster_formats * k_tolerance) {
      return fmt::format("reading {:.0f} tok/s would take {:.1f} TOPS, and the device peaks at {:.1f}: a cached prompt?",
                         run.prefill->tokens_per_s, ops / 1e12, expected->peak_ops_per_s / 1e12);
    }
  }
  return {};
}

std::string why_not_calibrating(const Measurement& run, const ExpectedRun* expected) {
  if (run.model.empty()) return "the catalog has no weights of this model";
  if (run.quant.empty()) return "nobody says how its weights are stored; tell it with --quant";
  if (run.speculative) return "a draft model helped";
  if (!run.parallel) return "how many requests ran at once is not known; tell it with --parallel";
  if (*run.parallel > 1) return "several requests shared the machine";
  if (!run.decode && !run.prefill) return "it holds no rate";
  if (expected == nullptr) return {};
  const auto is_far = [](const std::optional<MeasuredRate>& rate, const std::optional<Range>& estimate) {
    if (!rate || !estimate || !(estimate->typical > 0)) return false;
    const double ratio = rate->tokens_per_s / estimate->typical;
    return ratio > k_most_off || ratio * k_most_off < 1;
  };
  if (is_far(run.decode, expected->decode_tokens_per_s) || is_far(run.prefill, expected->prefill_tokens_per_s)) {
    return fmt::format("more than {:.0f} times off the estimate: was it another machine, model or quant?", k_most_off);
  }
  return {};
}

}  // namespace canirun
