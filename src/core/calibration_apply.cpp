// SPDX-License-Identifier: MIT
// What was measured here, applied to an estimate; and what makes a machine the same machine.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/calibration.hpp>
#include <canirun/names.hpp>
#include <canirun/units.hpp>
#include <cmath>

namespace canirun {
namespace {

/// Engines that compute with the same kernels: a run of one says much about the others.
bool are_relatives(Engine a, Engine b) {
  const auto is_ggml = [](Engine engine) {
    return engine == Engine::llama_cpp || engine == Engine::ollama || engine == Engine::lmstudio;
  };
  return a == b || (is_ggml(a) && is_ggml(b));
}

const SpeedCorrection* correction_for(const Machine& machine, Engine engine, const RunPlace& place) {
  const SpeedCorrection* relative = nullptr;
  for (const SpeedCorrection& each : machine.corrections) {
    if (each.backend != place.backend || each.placement != place.placement) continue;
    if (each.engine == engine) return &each;
    if (relative == nullptr && are_relatives(each.engine, engine)) relative = &each;
  }
  return relative;
}

Range corrected(const Range& range, const RateCorrection& by, double ceiling) {
  const double low = std::pow(range.low / range.typical, by.range_exponent);
  const double high = std::pow(range.high / range.typical, by.range_exponent);
  Range result;
  result.typical = std::min(range.typical * by.factor, ceiling);
  result.low = result.typical * std::min(low, std::exp(-by.least_spread));
  result.high = std::min(result.typical * std::max(high, std::exp(by.least_spread)), ceiling);
  return result;
}

void correct_decode(ThroughputEstimate& estimate, const RateCorrection& by) {
  const double before = estimate.decode_tokens_per_s.typical;
  if (!(before > 0)) return;
  const double ceiling = estimate.roofline_tokens_per_s;
  estimate.decode_tokens_per_s = corrected(estimate.decode_tokens_per_s, by, ceiling);
  const double factor = estimate.decode_tokens_per_s.typical / before;
  for (DepthSpeed& at : estimate.by_depth) {
    // Each depth has a roofline of its own, at least as far above its estimate as here.
    if (at.decode_tokens_per_s.typical > 0)
      at.decode_tokens_per_s = corrected(at.decode_tokens_per_s, by, at.decode_tokens_per_s.typical * ceiling / before);
  }
  for (PoolTime& time : estimate.pools) {
    time.seconds /= factor;
    time.effective_bandwidth_bytes_per_s *= factor;
  }
}

std::string runs_in_words(std::uint32_t runs) { return fmt::format("{} measured run{}", runs, runs == 1 ? "" : "s"); }

/// The stronger of what two rates say: a measured decode stays measured when prefill was not.
std::uint32_t runs_of(const std::optional<RateCorrection>& decode, const std::optional<RateCorrection>& prefill) {
  return std::max(decode ? decode->runs : 0, prefill ? prefill->runs : 0);
}

std::string gib_of(std::uint64_t bytes) { return fmt::format("{}", (bytes + k_gib / 2) / k_gib); }

}  // namespace

void correct_estimate(ThroughputEstimate& estimate, const Machine& machine, const ModelSpec& model, const std::string& quant,
                      const EngineSettings& settings, const Placement& placement, const UsageProfile& usage) {
  if (machine.corrections.empty()) return;
  const RunPlace place = run_place(machine, model, settings, placement);
  const SpeedCorrection* correction = correction_for(machine, settings.engine, place);
  if (correction == nullptr) return;
  const auto same = std::find_if(correction->models.begin(), correction->models.end(),
                                 [&](const ModelCorrection& each) { return each.model == model.id && each.quant == quant; });
  const bool is_measured = same != correction->models.end();
  const auto pick = [&](std::optional<RateCorrection> ModelCorrection::* own,
                        const std::optional<RateCorrection>& usual) -> std::optional<RateCorrection> {
    if (is_measured && (*same).*own) return (*same).*own;
    return usual;
  };
  const std::optional<RateCorrection> decode = pick(&ModelCorrection::decode, correction->decode);
  const std::optional<RateCorrection> prefill = pick(&ModelCorrection::prefill, correction->prefill);

  if (decode) correct_decode(estimate, *decode);
  if (prefill && estimate.prefill_tokens_per_s.typical > 0) {
    // Prefill has no roofline of its own here; factors are bounded.
    estimate.prefill_tokens_per_s = corrected(estimate.prefill_tokens_per_s, *prefill, HUGE_VAL);
  }
  const double prompt = std::max(1U, usage.prompt_tokens);
  const Range& read = estimate.prefill_tokens_per_s;
  const Range& write = estimate.decode_tokens_per_s;
  if (read.low > 0 && write.low > 0) {
    estimate.time_to_first_token_s = {.low = prompt / read.high + 1 / write.high,
                                      .typical = prompt / read.typical + 1 / write.typical,
                                      .high = prompt / read.low + 1 / write.low};
  }

  const bool own_decode = is_measured && same->decode.has_value();
  estimate.basis = own_decode ? Basis::measured : Basis::calibrated;
  if (own_decode) {
    estimate.how_known =
        fmt::format("{} of this model on this machine ({}{})", runs_in_words(runs_of(same->decode, same->prefill)),
                    same->source, same->measured_on.empty() ? "" : ", " + same->measured_on);
  } else {
    estimate.how_known = fmt::format("{} on this machine, {} with {}", runs_in_words(runs_of(decode, prefill)),
                                     place.placement == PlacementKind::cpu
                                         ? "on the CPU"
                                         : fmt::format("{} on {}", name_of(place.placement), name_of(place.backend)),
                                     name_of(correction->engine)) +
                         (decode ? fmt::format("; decode {:.2f} of the estimate", decode->factor) : "") + "; " +
                         estimate.how_known;
  }
}

std::string machine_key(const Machine& machine) {
  std::string key = machine.cpu.signature.value_or("") + " " + machine.cpu.name;
  double cores = machine.cpu.physical_cores;
  if (machine.cpu.usable_cores) cores = std::min(cores, *machine.cpu.usable_cores);
  key += fmt::format(", {:.0f} cores", cores);
  for (const Device& device : machine.devices) {
    if (device.kind == DeviceKind::cpu) continue;
    key += fmt::format(", {}", device.pci_id.value_or(device.name));
    if (device.pool < machine.pools.size() && machine.pools[device.pool].kind == PoolKind::gpu) {
      key += fmt::format(" {} GiB", gib_of(machine.pools[device.pool].total_bytes));
    }
  }
  if (!machine.pools.empty()) key += fmt::format(", {} GiB", gib_of(machine.pools.front().total_bytes));
  return key;
}

}  // namespace canirun
