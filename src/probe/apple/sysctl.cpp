// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "probe/apple/apple.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::uint64_t k_gib = std::uint64_t{1} << 30U, k_most_memory = std::uint64_t{1} << 50U;

std::optional<std::uint64_t> number(std::string_view lines, std::string_view key, std::uint64_t highest) {
  const auto value = whole_number(value_of(lines, key, ':').value_or(""));
  return value && *value <= highest ? value : std::nullopt;
}
std::uint32_t small(std::string_view lines, std::string_view key) {
  return static_cast<std::uint32_t>(number(lines, key, 4096).value_or(0));
}
bool has(std::string_view lines, std::string_view key) { return number(lines, key, 1).value_or(0) == 1; }

CpuIsa isa_of(std::string_view lines) {
  if (has(lines, "hw.optional.arm.FEAT_I8MM")) return CpuIsa::neon_i8mm;
  if (has(lines, "hw.optional.arm.FEAT_DotProd")) return CpuIsa::neon_dotprod;
  if (has(lines, "hw.optional.arm64")) return CpuIsa::neon;
  if (has(lines, "hw.optional.avx512f")) return CpuIsa::avx512;  // Macs with Intel's processors
  if (has(lines, "hw.optional.avx2_0")) return CpuIsa::avx2;
  return has(lines, "hw.optional.avx1_0") ? CpuIsa::avx : CpuIsa::scalar;
}

void fill_cpu(Context& context, std::string_view lines) {
  CpuFacts& cpu = context.machine.cpu;
  cpu.name = clean_text(value_of(lines, "machdep.cpu.brand_string", ':').value_or(""));
  if (cpu.name.empty()) cpu.name = "unknown CPU";
  cpu.sockets = std::max(1U, small(lines, "hw.packages"));
  cpu.physical_cores = small(lines, "hw.physicalcpu");
  cpu.logical_cores = small(lines, "hw.logicalcpu");
  if (small(lines, "hw.nperflevels") > 1) cpu.performance_cores = small(lines, "hw.perflevel0.physicalcpu");
  // Level 0 are the fast cores; each level's cores share an L2 in groups.
  std::uint64_t l2 = 0;
  for (const std::string level : {"hw.perflevel0.", "hw.perflevel1."}) {
    const std::uint32_t sharing = small(lines, level + "cpusperl2"), cores = small(lines, level + "physicalcpu");
    if (sharing > 0) l2 += number(lines, level + "l2cachesize", k_gib).value_or(0) * ((cores + sharing - 1) / sharing);
  }
  if (l2 > 0) cpu.l2_cache_bytes = l2;
  cpu.isa = isa_of(lines);
  cpu.virtualised = has(lines, "kern.hv_vmm_present");
  Device device;
  device.id = "cpu";
  device.name = cpu.name;
  device.vendor = cpu.name.starts_with("Apple") ? Vendor::apple : Vendor::intel;
  if (cpu.physical_cores > 0) device.core_count = cpu.physical_cores;
  device.basis = Basis::measured;
  device.how_known = "sysctl";
  context.machine.devices.push_back(std::move(device));
}

/// Pages that are free or can be had at once: what the system calls them, all in vm.* counters.
std::optional<std::uint64_t> free_bytes(std::string_view lines) {
  const auto page = number(lines, "hw.pagesize", 1U << 20U), free = number(lines, "vm.page_free_count", k_most_memory),
             purgeable = number(lines, "vm.page_purgeable_count", k_most_memory),
             speculative = number(lines, "vm.page_speculative_count", k_most_memory);
  if (!page || !free) return std::nullopt;
  const std::uint64_t pages = *free + purgeable.value_or(0) + speculative.value_or(0);
  return pages <= k_most_memory / *page ? std::optional(pages * *page) : std::nullopt;
}

}  // namespace

std::uint64_t metal_working_set(std::uint64_t memory_bytes, std::uint64_t wired_limit_mib) {
  if (wired_limit_mib > 0)
    return std::min(memory_bytes, std::min<std::uint64_t>(wired_limit_mib, k_most_memory >> 20U) << 20U);
  return memory_bytes <= 36 * k_gib ? memory_bytes / 3 * 2 : memory_bytes / 4 * 3;
}

void fill_from_sysctl(Context& context, std::string_view lines, std::optional<std::uint32_t> gpu_cores) {
  Machine& machine = context.machine;
  const std::string version = clean_text(value_of(lines, "kern.osproductversion", ':').value_or(""), 32);
  machine.os = version.empty() ? "macOS" : "macOS " + version;
  machine.kernel = clean_text(value_of(lines, "kern.osrelease", ':').value_or(""), 32);
  fill_cpu(context, lines);

  MemoryPool pool;
  pool.id = "host";
  pool.description = "sysctl hw.memsize";
  pool.total_bytes = number(lines, "hw.memsize", k_most_memory).value_or(0);
  if (pool.total_bytes == 0) {
    pool.total_basis = Basis::assumed;
    context.note("memory size", "sysctl has no hw.memsize");
  }
  pool.free_bytes = free_bytes(lines);
  if (pool.free_bytes) pool.free_bytes = std::min(*pool.free_bytes, pool.total_bytes);
  const bool is_apple = machine.devices.front().vendor == Vendor::apple;
  if (!is_apple) {
    context.note("GPU", "a Mac with an Intel processor: its GPU is not looked at");
  } else {
    const std::uint64_t wired_mib = number(lines, "iogpu.wired_limit_mb", k_most_memory).value_or(0);
    pool.id = "unified";
    pool.kind = PoolKind::unified;
    pool.limit_bytes = metal_working_set(pool.total_bytes, wired_mib);
    pool.limit_reason = wired_mib > 0 ? "iogpu.wired_limit_mb" : "Metal working set";
    Device gpu;
    gpu.id = "gpu0";
    gpu.kind = DeviceKind::integrated_gpu;
    gpu.vendor = Vendor::apple;
    gpu.name = machine.cpu.name;
    // As the records are called: chips are sold with several numbers of GPU cores.
    if (gpu_cores) gpu.name += " (" + std::to_string(*gpu_cores) + "-core GPU)";
    gpu.core_count = gpu_cores;
    gpu.runtime = "metal";
    gpu.basis = Basis::measured;
    gpu.how_known = "sysctl, IOKit";
    machine.devices.push_back(std::move(gpu));
  }
  machine.pools.push_back(std::move(pool));
}

}  // namespace canirun::probe
