// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/cost_parts.hpp"

namespace canirun::cost {
namespace {

/// Share of the board limit that decoding one sequence draws, by kind of card, measured (table in data/prices/README.md).
/// Decode waits for memory, so big cards stay well below their limit; small ones do not.
Range decode_share(const Device& device, double limit_w) {
  const std::string& arch = device.architecture;
  if (device.vendor == Vendor::nvidia) {
    if (limit_w <= 200) return {0.91, 0.95, 1.0};
    if (arch.starts_with("ada")) return {0.57, 0.70, 0.79};
    if (arch.starts_with("blackwell")) return {0.50, 0.60, 0.67};
    if (arch.starts_with("hopper")) return {0.42, 0.70, 0.83};
    return {0.86, 0.90, 1.0};
  }
  if (device.vendor == Vendor::amd) return {0.64, 0.80, 0.93};
  if (device.vendor == Vendor::intel) return {0.47, 0.70, 0.87};
  return {0.5, 0.8, 1.0};
}

/// Where in the low..high of a card a model sits: few bytes a token (small, or mixture of experts) low, big dense high.
double pick(const Range& watts, const ModelSpec& model) {
  constexpr double k_small = 4e9, k_big = 10e9;
  const auto active = static_cast<double>(model.active_parameter_count.value_or(model.parameter_count));
  if (model.moe || active < k_small) return watts.low;
  return active >= k_big ? watts.high : watts.typical;
}

struct BoardWatts {
  double decode = 0, prefill = 0, idle_bare = 0, idle_loaded = 0;
  Basis basis = Basis::derived;
};

/// A card without a measured idle figure: a GeForce rests at 8-30 W, and holding a context adds 5-15 W.
constexpr double k_assumed_idle_w = 15, k_context_step_w = 10;

std::optional<BoardWatts> board_watts(const Device& device, const ModelSpec& model, const HardwarePrice* price) {
  const std::optional<double> limit = device.power_limit_w                       ? device.power_limit_w
                                      : price != nullptr && price->board_limit_w ? price->board_limit_w
                                                                                 : device.tdp_w;
  BoardWatts watts;
  if (price != nullptr && price->inference_w) {
    watts.decode = pick(*price->inference_w, model);
    watts.basis = price->provenance.basis;
    watts.prefill = limit.value_or(price->inference_w->high);
  } else if (limit) {
    watts.decode = *limit * pick(decode_share(device, *limit), model);
    watts.prefill = *limit;
  } else {
    return std::nullopt;
  }
  if (limit) watts.decode = std::min(watts.decode, *limit);  // the user may have lowered the limit
  watts.prefill = std::max(watts.prefill, watts.decode);
  watts.idle_bare = price != nullptr && price->idle_w ? *price->idle_w : k_assumed_idle_w;
  watts.idle_loaded = price != nullptr && price->idle_loaded_w ? *price->idle_loaded_w : watts.idle_bare + k_context_step_w;
  return watts;
}

/// Decode keeps a CPU's cores waiting for memory most of the time; a prompt does not.
constexpr double k_cpu_decode_share = 0.7;

}  // namespace

bool works(const Device& device, const Machine& machine, const std::optional<ThroughputEstimate>& speed) {
  double total = 0, here = 0;
  if (speed) {
    for (const PoolTime& pool : speed->pools) {
      total += pool.seconds;
      if (pool.pool == device.pool) here += pool.seconds;
    }
  }
  constexpr double k_worth_counting = 0.02;
  const bool reads = total > 0 ? here / total > k_worth_counting : true;
  if (device.kind != DeviceKind::cpu) return reads && device.kind != DeviceKind::npu;
  // The CPU works when its pool is read and no integrated GPU sits on the same pool; without times, when there is no GPU.
  const bool gpu_on_pool = std::any_of(machine.devices.begin(), machine.devices.end(), [&](const Device& other) {
    return (other.kind == DeviceKind::integrated_gpu || other.kind == DeviceKind::discrete_gpu) &&
           (total <= 0 || other.pool == device.pool);
  });
  return reads && !gpu_on_pool;
}

std::optional<Power> machine_power(const Machine& machine, const ModelSpec& model, const CostInputs& inputs,
                                   const std::optional<ThroughputEstimate>& speed, const PriceBook& prices,
                                   std::string& missing) {
  const HostDefaults& host = prices.host;
  const double psu = host.psu_efficiency > 0 ? host.psu_efficiency : 1;
  Power power{.active_w = 0, .prefill_w = 0, .idle_w = 0, .basis = Basis::measured};
  bool whole_system = false;
  double cards_decode = 0, cards_prefill = 0, cards_idle = 0, cards_idle_step = 0;

  for (const Device& device : machine.devices) {
    const bool busy = works(device, machine, speed);
    const HardwarePrice* price = price_of(device, machine, prices);
    if (price != nullptr && price->whole_system && price->inference_w) {
      // A measured whole system: wall watts, nothing to add. On anyway: only what is above its idle counts.
      const double rest = price->idle_w.value_or(0), loaded = price->idle_loaded_w.value_or(rest);
      const double base = inputs.dedicated ? 0 : rest;
      const double wall = pick(*price->inference_w, model);
      power.active_w = std::max(0.0, wall - base);
      power.prefill_w = std::max(power.active_w, price->inference_w->high - base);
      power.idle_w = std::max(0.0, loaded - base);
      power.basis = weakest(power.basis, price->provenance.basis);
      whole_system = true;
      break;
    }
    if (device.kind == DeviceKind::discrete_gpu) {
      const std::optional<BoardWatts> watts = board_watts(device, model, price);
      if (!watts) {
        if (busy) missing = "no power figure for " + device.name + ": give the watts it draws";
        if (busy && !inputs.active_w) return std::nullopt;
        continue;
      }
      if (busy) {
        cards_decode += watts->decode;
        cards_prefill += watts->prefill;
        cards_idle_step += std::max(0.0, watts->idle_loaded - watts->idle_bare);
        power.basis = weakest(power.basis, watts->basis);
      }
      cards_idle += busy ? watts->idle_loaded : watts->idle_bare;
    } else if (busy) {
      // A CPU, or a GPU inside it: its share of the package limit; without one, the busiest host on record.
      power.basis = weakest(power.basis, device.tdp_w ? Basis::derived : Basis::assumed);
      const double package = device.power_limit_w.value_or(device.tdp_w.value_or(0));
      cards_decode += package > 0 ? k_cpu_decode_share * package : host.active_extra_w.high * psu;
      cards_prefill += package > 0 ? package : host.active_extra_w.high * psu;
    }
  }

  if (!whole_system) {
    // Cards sit in a PC: its own watts count in full only when it is on for this alone.
    power.basis = weakest(power.basis, Basis::derived);
    const double host_idle = inputs.dedicated ? host.idle_w.typical : 0;
    power.active_w = host_idle + host.active_extra_w.typical + cards_decode / psu;
    power.prefill_w = host_idle + host.active_extra_w.typical + cards_prefill / psu;
    power.idle_w = inputs.dedicated ? host_idle + cards_idle / psu : cards_idle_step / psu;
  }
  if (inputs.active_w) {
    power.prefill_w = power.active_w = *inputs.active_w;
    power.basis = Basis::published;
  }
  if (inputs.idle_w) power.idle_w = *inputs.idle_w;
  power.idle_w = std::min(power.idle_w, power.active_w);
  return power;
}

}  // namespace canirun::cost
