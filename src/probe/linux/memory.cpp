// SPDX-License-Identifier: MIT
#include "probe/linux/memory.hpp"

#include <algorithm>
#include <cmath>

#include "probe/linux/cgroup.hpp"
#include "probe/linux/memory_modules.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

/// "MemTotal:       24684084 kB": the kernel's kB are KiB.
std::optional<std::uint64_t> meminfo_bytes(std::string_view meminfo, std::string_view key) {
  constexpr std::uint64_t k_most_kib = std::uint64_t{1} << 50;
  const auto value = value_of(meminfo, key, ':');
  const auto kib = value ? leading_number(*value) : std::nullopt;
  if (!kib || *kib > k_most_kib) return std::nullopt;
  return *kib * 1024;
}

/// MemAvailable; before Linux 3.14 what is free or only cached.
std::optional<std::uint64_t> available_bytes(std::string_view meminfo) {
  if (const auto available = meminfo_bytes(meminfo, "MemAvailable")) return available;
  const auto free = meminfo_bytes(meminfo, "MemFree");
  if (!free) return std::nullopt;
  return *free + meminfo_bytes(meminfo, "Cached").value_or(0) + meminfo_bytes(meminfo, "Buffers").value_or(0);
}

void read_total_and_free(Context& context, MemoryPool& pool) {
  const Result<std::string> meminfo = context.fs.read("/proc/meminfo");
  const auto total = meminfo ? meminfo_bytes(*meminfo, "MemTotal") : std::nullopt;
  if (!total) {
    context.note("memory size", meminfo ? "/proc/meminfo has no MemTotal" : "/proc/meminfo: " + meminfo.error().message);
    pool.total_basis = Basis::assumed;
    return;
  }
  pool.total_bytes = *total;
  pool.free_bytes = available_bytes(*meminfo);
  if (pool.free_bytes) pool.free_bytes = std::min(*pool.free_bytes, pool.total_bytes);
  if (!pool.free_bytes) context.note("free memory", "/proc/meminfo has neither MemAvailable nor MemFree");
}

/// "Max locked memory   8388608   8388608   bytes": the soft limit of a row; nothing for "unlimited".
std::optional<std::uint64_t> soft_limit(std::string_view limits, std::string_view row) {
  for (const std::string_view line : lines_of(limits)) {
    if (!line.starts_with(row)) continue;
    const std::vector<std::string_view> words = words_of(line.substr(row.size()));
    return words.empty() ? std::nullopt : whole_number(words.front());
  }
  return std::nullopt;
}

/// Swap that is compressed memory: the rows of /proc/swaps whose device is a zram.
std::optional<std::uint64_t> zram_bytes(std::string_view swaps) {
  std::uint64_t kib = 0;
  for (const std::string_view line : lines_of(swaps)) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() >= 3 && words[0].starts_with("/dev/zram")) kib += whole_number(words[2]).value_or(0) & 0xffffffffffU;
  }
  return kib > 0 ? std::optional(kib * 1024) : std::nullopt;
}

void read_surroundings(Context& context, MemoryPool& pool) {
  HostMemoryFacts& facts = context.machine.host_memory;
  const std::string meminfo = context.fs.text("/proc/meminfo");
  facts.swap_total_bytes = meminfo_bytes(meminfo, "SwapTotal");
  facts.swap_free_bytes = meminfo_bytes(meminfo, "SwapFree");
  if (facts.swap_total_bytes.value_or(0) > 0) facts.zram_bytes = zram_bytes(context.fs.text("/proc/swaps"));
  const auto huge = meminfo_bytes(meminfo, "Hugetlb");
  if (huge.value_or(0) > 0) facts.huge_pages_bytes = huge;
  const std::string limits = context.fs.text("/proc/self/limits");
  facts.locked_limit_bytes = soft_limit(limits, "Max locked memory");
  facts.address_limit_bytes = soft_limit(limits, "Max address space");
  if (facts.address_limit_bytes && *facts.address_limit_bytes < pool.limit_bytes.value_or(pool.total_bytes)) {
    pool.limit_bytes = facts.address_limit_bytes;
    pool.limit_reason = "ulimit -v";
  }
}

void clip_to_cgroup(Context& context, MemoryPool& pool) {
  const CgroupLimits limits = read_cgroup_limits(context.fs);
  if (limits.memory_limit_bytes && (pool.total_bytes == 0 || *limits.memory_limit_bytes < pool.total_bytes)) {
    pool.limit_bytes = limits.memory_limit_bytes;
    pool.limit_reason = limits.memory_reason;
    if (limits.memory_left_bytes)
      pool.free_bytes = std::min(pool.free_bytes.value_or(*limits.memory_left_bytes), *limits.memory_left_bytes);
  }
  CpuFacts& cpu = context.machine.cpu;
  const double before = cpu.usable_cores.value_or(cpu.physical_cores > 0 ? cpu.physical_cores : HUGE_VAL);
  if (limits.cpus && *limits.cpus < before) {
    cpu.usable_cores = limits.cpus;
    cpu.usable_cores_reason = limits.cpus_reason;
  }
}

void read_modules(Context& context, MemoryPool& pool) {
  CpuFacts& cpu = context.machine.cpu;
  if (cpu.virtualised) {
    context.note("memory bandwidth", "virtual machine: its memory table does not describe the real memory");
    return;
  }
  const MemorySetup setup = summarise_modules(read_memory_modules(context.fs));
  if (setup.modules == 0) {
    context.note("memory bandwidth",
                 "no memory table: /sys/firmware/dmi/tables/DMI needs root, /run/udev/data/+dmi:id is not there");
    return;
  }
  use_memory_setup(context, pool, setup);
}

}  // namespace

void probe_host_memory(Context& context) {
  MemoryPool pool;
  pool.id = "host";
  pool.description = "/proc/meminfo";
  read_total_and_free(context, pool);
  clip_to_cgroup(context, pool);
  read_surroundings(context, pool);
  read_modules(context, pool);
  context.machine.pools.push_back(std::move(pool));
}

}  // namespace canirun::probe
