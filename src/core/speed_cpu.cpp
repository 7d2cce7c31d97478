// SPDX-License-Identifier: MIT
// What the processor's cores can compute: for prefill without a GPU, and for unpacking weights and attention at decode.
#include <algorithm>

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
  if (device != nullptr && device->fp32_flops_per_s) return *device->fp32_flops_per_s * weighed(used) / weighed(cores);
  double clock = cpu.max_clock_hz.value_or(0);
  if (clock <= 0 && device != nullptr) clock = device->boost_clock_hz.value_or(0);
  if (clock <= 0) clock = k_unknown_clock_hz;
  return weighed(used) * clock * cycle_flops(machine, device);
}

}  // namespace canirun
