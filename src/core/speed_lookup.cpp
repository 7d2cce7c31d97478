// SPDX-License-Identifier: MIT
// From a device to the constants that describe it: the most specific record there is, then what it inherits.
#include "core/speed_lookup.hpp"

#include <algorithm>
#include <canirun/names.hpp>
#include <cmath>

namespace canirun {
namespace {

constexpr int k_longest_chain = 4;
constexpr double k_read_test_share = 0.86;   // as prefill's streaming of whole weights
constexpr double k_highest_fraction = 0.97;  // of spec bandwidth; refresh and page misses take the rest

const SpeedConstants* find(const SpeedBook& book, std::string_view id) {
  const auto found = std::find_if(book.architectures.begin(), book.architectures.end(),
                                  [&](const SpeedConstants& record) { return record.id == id; });
  return found == book.architectures.end() ? nullptr : &*found;
}

const SpeedConstants* find(const SpeedBook& book, std::string_view head, std::string_view tail) {
  const auto found = std::find_if(book.architectures.begin(), book.architectures.end(), [&](const SpeedConstants& record) {
    return record.id.size() == head.size() + 1 + tail.size() && record.id.starts_with(head) &&
           record.id[head.size()] == '/' && record.id.ends_with(tail);
  });
  return found == book.architectures.end() ? nullptr : &*found;
}

bool is_arm(const Machine& machine, const Device& device) {
  return device.vendor == Vendor::arm || device.vendor == Vendor::qualcomm || machine.cpu.isa >= CpuIsa::neon;
}

std::string_view cpu_family(const Machine& machine, const Device& device) {
  if (device.vendor == Vendor::apple) return "apple";
  if (is_arm(machine, device)) return "arm";
  return device.vendor == Vendor::intel ? "intel" : "x86";
}

const SpeedConstants* family_record(const Machine& machine, const Device& device, const SpeedBook& book) {
  const std::string_view arch = device.architecture;
  if (device.kind == DeviceKind::cpu) {
    if (const SpeedConstants* record = find(book, "cpu", arch)) return record;
    if (const SpeedConstants* record = find(book, "cpu", cpu_family(machine, device))) return record;
    return device.vendor == Vendor::intel ? find(book, "cpu/x86") : nullptr;
  }
  if (arch.empty()) return nullptr;
  if (device.compute_capability) {
    if (const SpeedConstants* record = find(book, arch, *device.compute_capability)) return record;
  }
  if (device.gfx_target) {
    if (const SpeedConstants* record = find(book, arch, *device.gfx_target)) return record;
  }
  if (device.kind == DeviceKind::integrated_gpu) {
    if (const SpeedConstants* record = find(book, arch, "igpu")) return record;
  }
  if (device.vendor == Vendor::nvidia && !device.fp16_flops_per_s) {
    if (const SpeedConstants* record = find(book, arch, "no-tensor")) return record;
  }
  return find(book, arch);
}

const SpeedConstants* class_record(const Device& device, const SpeedBook& book) {
  if (device.kind == DeviceKind::cpu) return find(book, "class/cpu");
  if (device.kind == DeviceKind::integrated_gpu && device.vendor == Vendor::intel) {
    if (const SpeedConstants* record = find(book, "class/intel-igpu")) return record;
  }
  if (const SpeedConstants* record = find(book, "class", name_of(device.vendor))) return record;
  return find(book, "class/any");
}

/// The records from the most specific to the most general.
struct Chain {
  std::array<const SpeedConstants*, k_longest_chain> records{};
  int length = 0;

  /// First value given, else `otherwise`.
  template <class T>
  T pick(std::optional<T> SpeedConstants::* member, T otherwise) const {
    for (int i = 0; i < length; ++i) {
      if (const auto& value = records[static_cast<std::size_t>(i)]->*member) return *value;
    }
    return otherwise;
  }
  /// Calls use(entry) for every list entry, general records first, so that special ones come last and win.
  template <class T, class Use>
  void each(std::vector<T> SpeedConstants::* list, Use use) const {
    for (int i = length - 1; i >= 0; --i) {
      for (const T& entry : records[static_cast<std::size_t>(i)]->*list) use(entry);
    }
  }
};

Chain chain_of(const SpeedBook& book, const SpeedConstants* record) {
  Chain chain;
  while (record != nullptr && chain.length < k_longest_chain) {
    chain.records[static_cast<std::size_t>(chain.length++)] = record;
    record = record->inherits.empty() ? nullptr : find(book, record->inherits);
  }
  return chain;
}

/// Peak of the unit the record names; fp32 peak times the usual ratio when the part's own figure is unknown.
double unit_peak(const Device& device, ComputeUnit unit, double fp32) {
  constexpr double k_int8_over_fp32 = 8, k_fp16_over_fp32 = 4;  // NVIDIA GeForce and workstation parts since Turing
  switch (unit) {
    case ComputeUnit::int8:
      return device.int8_ops_per_s.value_or(device.fp16_flops_per_s ? 2 * *device.fp16_flops_per_s
                                                                    : k_int8_over_fp32 * fp32);
    case ComputeUnit::fp16:
      return device.fp16_flops_per_s.value_or(k_fp16_over_fp32 * fp32);
    case ComputeUnit::fp32:
      return fp32;
  }
  return fp32;
}

constexpr double k_usual_cores = 8;  // where a processor's share of its peak was fitted

double core_count(const Machine& machine, const Device& device) {
  if (machine.cpu.physical_cores > 0) return machine.cpu.physical_cores;
  return std::max(1.0, double{1} * device.core_count.value_or(1));
}

bool is_laptop_gpu(const Device& device) {
  const auto named = [&](std::string_view word) { return device.record_id.find(word) != std::string::npos; };
  return named("laptop") || named("-mobile") || named("/geforce-mx");
}

/// A read test has met the sockets' link already.
bool measured_bandwidth(const Machine& machine, const Device& device) {
  return device.pool < machine.pools.size() && machine.pools[device.pool].bandwidth_provenance.basis == Basis::measured;
}

constexpr double k_least_power_share = 0.2;  // of the design power; drivers allow no less than about this

/// Of the cores' rate, what a power limit below the design power leaves.
double power_limited_share(const Device& device, double exponent) {
  if (!device.power_limit_w || !device.tdp_w || *device.power_limit_w <= 0 || *device.tdp_w <= 0) return 1;
  return std::pow(std::clamp(*device.power_limit_w / *device.tdp_w, k_least_power_share, 1.0), exponent);
}

/// Of a unit's peak, what a card's design power can keep up.
double power_starved_share(const Device& device, double peak, double joules_per_operation, double exponent) {
  if (!device.tdp_w || *device.tdp_w <= 0 || peak <= 0 || joules_per_operation <= 0) return 1;
  return std::pow(std::clamp(*device.tdp_w / (peak * joules_per_operation), k_least_power_share, 1.0), exponent);
}

/// Engines whose products are a vendor's library or their own work with 16-bit numbers and 32-bit sums, whatever the weights
/// are stored as; those of llama.cpp, which a family's constants tell of, do not count.
void use_own_kernels(const Device& device, double power, DeviceSpeed& speed) {
  const BatchSpeed& batch = speed.batch;
  speed.bandwidth_fraction = std::max(speed.bandwidth_fraction, batch.least_bandwidth_fraction);
  speed.kv_bandwidth_fraction = std::max(speed.kv_bandwidth_fraction, batch.least_kv_bandwidth_fraction);
  const double peak = device.fp16_flops_per_s.value_or(0) * power;
  if (peak <= 0) return;
  speed.own_product_flops_per_s = peak * batch.product_fraction;
  if (batch.prefill_fraction <= 0) return;
  const double own = peak * batch.prefill_fraction;
  if (speed.prefill_flops_per_s > 0) speed.attention_flops_per_s *= own / speed.prefill_flops_per_s;
  speed.prefill_flops_per_s = own;
  speed.prefill_slowdown.fill(1);
}

/// 1 on Windows, 0 elsewhere. An unknown system is as likely to be Windows as those of the published runs are.
double windows_share(const Machine& machine) {
  constexpr double k_unknown_os_share = 0.25;
  if (machine.os.empty()) return k_unknown_os_share;
  return machine.os.find("Windows") != std::string::npos ? 1 : 0;
}

}  // namespace

DeviceSpeed device_speed(const Machine& machine, const Device& device, Backend backend, const EngineSettings& settings,
                         const SpeedBook& book) {
  using C = SpeedConstants;
  const SpeedConstants* family = family_record(machine, device, book);
  const SpeedConstants* record = family != nullptr ? family : class_record(device, book);
  const Chain chain = chain_of(book, record);
  DeviceSpeed speed;
  speed.record = record;
  speed.class_only = family == nullptr;

  const double bandwidth =
      device.pool < machine.pools.size() ? machine.pools[device.pool].bandwidth_bytes_per_s.value_or(0) : 0;
  const double reference = chain.pick(&C::bandwidth_reference_bytes_per_s, bandwidth);
  speed.bandwidth_fraction = chain.pick(&C::bandwidth_fraction, speed.bandwidth_fraction);
  if (bandwidth > 0 && reference > 0) {
    const double relative = std::max(bandwidth / reference, device.kind == DeviceKind::cpu ? 0.75 : 0.2);
    speed.bandwidth_fraction *= std::pow(relative, chain.pick(&C::bandwidth_exponent, 0.0));
  }
  // The fractions are of spec bandwidth; a read test gives what reading alone reaches of it.
  if (device.kind == DeviceKind::cpu && measured_bandwidth(machine, device)) speed.bandwidth_fraction /= k_read_test_share;
  speed.bandwidth_fraction = std::min(speed.bandwidth_fraction, k_highest_fraction);
  if (device.kind == DeviceKind::cpu && machine.cpu.sockets > 1 && !measured_bandwidth(machine, device))
    speed.bandwidth_fraction *= std::pow(double{1} * machine.cpu.sockets, chain.pick(&C::socket_exponent, 0.0));
  speed.kv_bandwidth_fraction = chain.pick(&C::kv_bandwidth_fraction, speed.kv_bandwidth_fraction);
  speed.kv_grouping_exponent = chain.pick(&C::kv_grouping_exponent, 0.0);
  speed.attention_flops_slowdown = chain.pick(&C::attention_flops_slowdown, 0.0);
  speed.layer_overhead_s = chain.pick(&C::layer_overhead_s, speed.layer_overhead_s);
  speed.token_overhead_s = chain.pick(&C::token_overhead_s, speed.token_overhead_s);
  speed.expert_slowdown = chain.pick(&C::expert_slowdown, speed.expert_slowdown);
  speed.recurrent_layer_units = chain.pick(&C::recurrent_layer_units, speed.recurrent_layer_units);
  speed.moe_layer_units = chain.pick(&C::moe_layer_units, speed.moe_layer_units);
  speed.norm_layer_units = chain.pick(&C::norm_layer_units, speed.norm_layer_units);
  speed.attention_grouping_exponent = chain.pick(&C::attention_grouping_exponent, 0.0);
  speed.attention_head_exponent = chain.pick(&C::attention_head_exponent, 0.0);
  speed.prefill_layer_overhead_s = chain.pick(&C::prefill_layer_overhead_s, speed.prefill_layer_overhead_s);
  speed.prefill_expert_slowdown = chain.pick(&C::prefill_expert_slowdown, speed.prefill_expert_slowdown);
  speed.prefill_expert_rows = chain.pick(&C::prefill_expert_rows, speed.prefill_expert_rows);
  speed.pool_hop_s = chain.pick(&C::pool_hop_s, speed.pool_hop_s);
  speed.host_hop_s = chain.pick(&C::host_hop_s, speed.host_hop_s);
  speed.pipeline_gain = chain.pick(&C::pipeline_gain, speed.pipeline_gain);
  speed.decode_spread = chain.pick(&C::decode_spread, speed.decode_spread);
  speed.prefill_spread = chain.pick(&C::prefill_spread, speed.prefill_spread);
  speed.mixture_spread_exponent = chain.pick(&C::mixture_spread_exponent, 1.0);
  speed.mixture_prefill_spread_exponent = chain.pick(&C::mixture_prefill_spread_exponent, 1.0);

  speed.decode_flops_per_weight.fill(0);
  speed.prefill_slowdown.fill(1);
  speed.decode_slowdown.fill(1);
  chain.each(&C::weight_costs, [&](const WeightCost& cost) {
    const auto slot = static_cast<std::size_t>(cost.weights);
    if (cost.decode_flops_per_weight) speed.decode_flops_per_weight[slot] = *cost.decode_flops_per_weight;
    if (cost.prefill_slowdown) speed.prefill_slowdown[slot] = *cost.prefill_slowdown;
  });
  if (settings.engine == Engine::vllm) {  // one library multiplies both kinds of 16 bits; llama.cpp's kernels differ
    constexpr auto k_f16 = static_cast<std::size_t>(WeightClass::f16), k_bf16 = static_cast<std::size_t>(WeightClass::bf16);
    speed.decode_flops_per_weight[k_bf16] = speed.decode_flops_per_weight[k_f16];
    speed.prefill_slowdown[k_bf16] = speed.prefill_slowdown[k_f16];
  }
  const double unpacking = chain.pick(&C::unpacking_slowdown, 1.0);
  for (double& flops : speed.decode_flops_per_weight) flops *= unpacking;

  const bool is_cpu = device.kind == DeviceKind::cpu;
  const double fp32 = is_cpu ? cpu_flops_per_s(machine, &device, settings.threads) : device.fp32_flops_per_s.value_or(0);
  // The thread count is decode's (-t); a prompt is worth all cores (-tb).
  const double batch_fp32 = is_cpu ? cpu_flops_per_s(machine, &device, std::nullopt) : fp32;
  const double power = is_cpu ? 1 : power_limited_share(device, chain.pick(&C::power_limit_exponent, 0.0));
  speed.fp32_flops_per_s = fp32 * power;
  const double peak = unit_peak(device, chain.pick(&C::prefill_unit, ComputeUnit::fp32), batch_fp32);
  double prefill = peak * power * chain.pick(&C::prefill_fraction, 0.3);
  if (!is_cpu)
    prefill *= power_starved_share(device, peak, chain.pick(&C::prefill_joules_per_operation, 0.0),
                                   chain.pick(&C::power_starved_exponent, 0.0));
  if (is_cpu) prefill *= std::pow(core_count(machine, device) / k_usual_cores, chain.pick(&C::prefill_core_exponent, 0.0));
  double attention = prefill * chain.pick(&C::prefill_attention_fraction, 0.3);
  if (!settings.flash_attn) {
    speed.kv_slowdown *= chain.pick(&C::kv_slowdown_without_flash_attention, 1.0);
    speed.overhead_slowdown *= chain.pick(&C::overhead_slowdown_without_flash_attention, 1.0);
    prefill /= chain.pick(&C::prefill_slowdown_without_flash_attention, 1.0);
    attention /= chain.pick(&C::attention_slowdown_without_flash_attention, 1.0);
    speed.score_bytes = chain.pick(&C::score_bytes_without_flash_attention, 0.0);
  }
  chain.each(&C::backends, [&](const BackendSpeed& other) {
    if (other.backend != backend) return;
    speed.weight_slowdown *= other.weight_slowdown;
    speed.kv_slowdown *= other.kv_slowdown;
    speed.overhead_slowdown *= other.overhead_slowdown;
    speed.bf16_expert_slowdown *= other.bf16_expert_slowdown;
    speed.bf16_expert_prefill_slowdown *= other.bf16_expert_prefill_slowdown;
    speed.decode_spread = other.decode_spread.value_or(speed.decode_spread);
    speed.prefill_spread = other.prefill_spread.value_or(speed.prefill_spread);
    for (const WeightSlowdown& cost : other.weights)
      speed.decode_slowdown[static_cast<std::size_t>(cost.weights)] *= cost.decode_slowdown;
    prefill /= other.prefill_slowdown;
    attention /= other.attention_slowdown;
    speed.prefill_slowdown[static_cast<std::size_t>(WeightClass::f16)] *= other.f16_prefill_slowdown;
    speed.prefill_slowdown[static_cast<std::size_t>(WeightClass::bf16)] *= other.bf16_prefill_slowdown;
  });
  chain.each(&C::engines, [&](const EngineSpeed& other) {
    if (other.engine != settings.engine) return;
    speed.engine_decode_slowdown = other.decode_slowdown;
    speed.engine_prefill_slowdown = other.prefill_slowdown;
  });
  chain.each(&C::devices, [&](const DeviceSlowdown& other) {
    if (other.device == device.record_id) speed.weight_slowdown *= other.decode_slowdown;
  });
  const double windows = windows_share(machine);
  speed.overhead_slowdown *= 1 + windows * (chain.pick(&C::windows_overhead_slowdown, 1.0) - 1);
  const double prefill_windows = 1 + windows * (chain.pick(&C::windows_prefill_slowdown, 1.0) - 1);
  speed.engine_prefill_slowdown *= prefill_windows;
  if (is_laptop_gpu(device)) {
    const double laptop = chain.pick(&C::laptop_slowdown, 1.0);
    speed.weight_slowdown *= laptop;
    speed.kv_slowdown *= laptop;
    speed.overhead_slowdown *= laptop;
    speed.engine_prefill_slowdown *= chain.pick(&C::laptop_prefill_slowdown, 1.0);
  }
  speed.prefill_flops_per_s = prefill;
  speed.attention_flops_per_s = attention;
  speed.batch = batch_speed(book, settings.engine, is_cpu ? "cpu" : name_of(device.vendor), device.architecture, backend);
  use_own_kernels(device, power, speed);
  return speed;
}

}  // namespace canirun
