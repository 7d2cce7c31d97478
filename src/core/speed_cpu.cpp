// SPDX-License-Identifier: MIT
// What the processor's cores can compute: for prefill without a GPU, and for unpacking weights and attention at decode.
#include <algorithm>

#include "core/processor_state.hpp"
#include "core/speed_lookup.hpp"

namespace canirun {
namespace {

double cycle_flops(const Machine& machine, const Device* device) {
  if (device != nullptr && device->vendor == Vendor::apple) return 32;         // four 128-bit pipes
  if (device != nullptr && device->architecture == "alder-lake-n") return 16;  // efficiency cores alone

  // Two fused multiply-add pipes of the widest vectors; AVX-512 on client parts before Zen 5 has the width of one pair.
  switch (machine.cpu.isa) {
    case CpuIsa::avx512:
    case CpuIsa::avx512_vnni:
      return device != nullptr && device->architecture == "zen5" ? 64 : 32;
    case CpuIsa::amx:
      return 64;
    case CpuIsa::avx2:
    case CpuIsa::avx_vnni:
      return 32;
    case CpuIsa::avx:
    case CpuIsa::neon_i8mm:
    case CpuIsa::neon_dotprod:
    case CpuIsa::neon:
    case CpuIsa::sve:
      return 16;
    case CpuIsa::scalar:
      return 16;
  }
  return 16;
}

/// Peak of the cores in use by what products reached on this machine: virtual cores that are threads of one, clocks that do
/// not hold, a quota. An upper bound: the constants were fitted on peaks as the parts' records state them, and what a
/// healthy machine measures lies between k_least_products_share and all of that.
double bounded_by_products(double peak, const Machine& machine, double share_of_cores) {
  const std::optional<double>& measured = machine.cpu.measured_fp32_flops_per_s;
  if (!measured || !(*measured > 0)) return peak;
  return std::min(peak, *measured / k_least_products_share * share_of_cores);
}

}  // namespace

double cpu_flops_per_s(const Machine& machine, const Device* device, std::optional<std::uint32_t> threads) {
  constexpr double k_unknown_cores = 8, k_unknown_clock_hz = 4e9, k_small_core_share = 0.5;
  const CpuFacts& cpu = machine.cpu;
  double cores = cpu.physical_cores;
  if (cores <= 0 && device != nullptr) cores = device->core_count.value_or(0);
  if (cores <= 0) cores = k_unknown_cores;
  double big = cpu.performance_cores ? std::min<double>(*cpu.performance_cores, cores) : cores;
  double used = cores;
  if (cpu.usable_cores) used = std::min(used, *cpu.usable_cores);
  if (threads) used = std::min<double>(used, *threads);
  const auto weighed = [&](double count) { return std::min(count, big) + k_small_core_share * std::max(0.0, count - big); };
  // What was measured is of the cores that this process may use.
  const double usable = cpu.usable_cores ? std::min(cores, *cpu.usable_cores) : cores;
  const double share_of_usable = usable > 0 ? weighed(used) / weighed(usable) : 1;
  if (device != nullptr && device->fp32_flops_per_s)
    return bounded_by_products(*device->fp32_flops_per_s * weighed(used) / weighed(cores), machine, share_of_usable);
  double clock = cpu.max_clock_hz.value_or(0);
  if (clock <= 0 && device != nullptr) clock = device->boost_clock_hz.value_or(0);
  if (clock <= 0) clock = k_unknown_clock_hz;
  return bounded_by_products(weighed(used) * clock * cycle_flops(machine, device), machine, share_of_usable);
}

}  // namespace canirun
