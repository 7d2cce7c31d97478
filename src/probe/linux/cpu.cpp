// SPDX-License-Identifier: MIT
#include "probe/linux/cpu.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "probe/host_hwloc.hpp"
#include "probe/linux/arm_parts.hpp"
#include "probe/linux/processor_time.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::size_t k_most_cpuinfo = 4 * 1024 * 1024;  // a thousand CPUs of 2 KiB each, and some

std::string hex(std::string_view text) {
  const std::optional<std::uint64_t> value = whole_number(text, 16);
  if (!value) return "?";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::uint64_t rest = *value; rest != 0 || out.empty(); rest /= 16) out.insert(out.begin(), digits[rest % 16]);
  return "0x" + out;
}

Vendor vendor_of(std::string_view x86_vendor, std::optional<std::uint64_t> arm_implementer) {
  if (x86_vendor == "GenuineIntel") return Vendor::intel;
  if (x86_vendor == "AuthenticAMD") return Vendor::amd;
  if (!x86_vendor.empty()) return Vendor::other;
  switch (arm_implementer.value_or(0)) {
    case 0:
      return Vendor::unknown;
    case 0x41:
      return Vendor::arm;
    case 0x4e:
      return Vendor::nvidia;
    case 0x51:
      return Vendor::qualcomm;
    case 0x61:
      return Vendor::apple;
    default:
      return Vendor::other;
  }
}

/// "10x Cortex-X925 + 10x Cortex-A725": what the part numbers of all CPUs say; "" when none is known.
std::string arm_core_names(std::string_view cpuinfo) {
  std::map<std::string, unsigned> counts;
  std::optional<std::uint64_t> implementer;
  for (const std::string_view line : lines_of(cpuinfo)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, colon));
    if (key == "CPU implementer") implementer = whole_number(line.substr(colon + 1), 16);
    if (key != "CPU part" || !implementer) continue;
    const std::string_view name = arm_core_name(*implementer, whole_number(line.substr(colon + 1), 16).value_or(0));
    if (!name.empty()) ++counts[std::string(name)];
  }
  std::string names;
  for (auto kind = counts.rbegin(); kind != counts.rend(); ++kind) {
    names += (names.empty() ? "" : " + ") + std::to_string(kind->second) + "x " + kind->first;
  }
  return names;
}

void name_cpu(Context& context, std::string_view cpuinfo) {
  CpuFacts& cpu = context.machine.cpu;
  if (const auto name = value_of(cpuinfo, "model name", ':')) {
    cpu.name = clean_text(*name);
    return;
  }
  // arm64 names its board at best, and its cores by number.
  const std::string cores = arm_core_names(cpuinfo);
  std::string board = clean_text(context.fs.text("/proc/device-tree/model", 256));
  if (board.empty()) board = clean_text(value_of(cpuinfo, "Model", ':').value_or(""));
  if (board.empty()) board = clean_text(context.fs.text("/sys/class/dmi/id/product_name", 256));
  cpu.name = board.empty() ? cores : cores.empty() ? board : board + " (" + cores + ")";
}

void identify(Context& context, std::string_view cpuinfo, Device& device) {
  CpuFacts& cpu = context.machine.cpu;
  const std::string_view vendor_id = value_of(cpuinfo, "vendor_id", ':').value_or("");
  const auto implementer = value_of(cpuinfo, "CPU implementer", ':');
  device.vendor = vendor_of(vendor_id, implementer ? whole_number(*implementer, 16) : std::nullopt);
  if (implementer) {
    cpu.signature = "arm-" + hex(*implementer) + "-" + hex(value_of(cpuinfo, "CPU part", ':').value_or(""));
  } else if (!vendor_id.empty()) {
    cpu.signature = clean_text(vendor_id, 16);
    for (const std::string_view key : {"cpu family", "model", "stepping"}) {
      const auto number = whole_number(value_of(cpuinfo, key, ':').value_or(""));
      *cpu.signature += "-" + (number ? std::to_string(*number) : "?");
    }
  }
  const auto features = value_of(cpuinfo, implementer ? "Features" : "flags", ':');
  if (features) {
    cpu.isa = isa_from_flags(*features, implementer.has_value());
  } else {
    context.note("cpu instruction set", "/proc/cpuinfo lists none");
  }
  cpu.virtualised = features && !implementer && has_word(*features, "hypervisor");
}

/// CPUs that are the fast kind of a hybrid processor, as a list; "" when all are alike.
/// Intel: the kernel's cpu_core PMU. arm64: cpu_capacity within 10 % of the highest, if others are below 80 %.
std::string performance_cpus(const FsRoot& fs, unsigned cpus, bool is_arm) {
  if (!is_arm) return fs.exists("/sys/devices/cpu_atom/cpus") ? fs.text("/sys/devices/cpu_core/cpus", 4096) : "";
  std::vector<std::pair<std::uint64_t, unsigned>> capacities;
  for (unsigned i = 0; i < std::min(cpus, 1024U); ++i) {
    const auto capacity = fs.number("/sys/devices/system/cpu/cpu" + std::to_string(i) + "/cpu_capacity");
    if (!capacity || *capacity > 65536) return "";
    capacities.emplace_back(*capacity, i);
  }
  if (capacities.empty()) return "";
  const std::uint64_t highest = std::max_element(capacities.begin(), capacities.end())->first;
  const bool mixed =
      std::any_of(capacities.begin(), capacities.end(), [&](const auto& c) { return c.first * 10 < highest * 8; });
  std::string list;
  for (const auto& [capacity, cpu] : capacities) {
    if (mixed && capacity * 10 >= highest * 9) list += (list.empty() ? "" : ",") + std::to_string(cpu);
  }
  return list;
}

/// kHz in cpufreq. First and last policy: big cores come first on Intel, last on arm64.
std::optional<double> max_clock_hz(const FsRoot& fs) {
  const std::vector<std::string> policies = fs.list("/sys/devices/system/cpu/cpufreq");
  std::vector<std::pair<std::uint64_t, std::string>> numbered;
  for (const std::string& name : policies) {
    if (name.rfind("policy", 0) != 0) continue;
    if (const auto number = whole_number(std::string_view(name).substr(6))) numbered.emplace_back(*number, name);
  }
  if (numbered.empty()) return std::nullopt;
  const auto [lowest, highest] = std::minmax_element(numbered.begin(), numbered.end());
  std::uint64_t khz = 0;
  for (const std::string& policy : {lowest->second, highest->second}) {
    khz = std::max(khz, fs.number("/sys/devices/system/cpu/cpufreq/" + policy + "/cpuinfo_max_freq").value_or(0));
  }
  constexpr std::uint64_t k_highest_khz = 20'000'000;
  return khz > 0 && khz <= k_highest_khz ? std::optional(static_cast<double>(khz) * 1e3) : std::nullopt;
}

/// Without topology: CPUs and distinct (socket, core) pairs of /proc/cpuinfo.
Topology topology_from_cpuinfo(std::string_view cpuinfo) {
  Topology found;
  std::set<std::pair<std::uint64_t, std::uint64_t>> cores;
  std::set<std::uint64_t> sockets;
  std::uint64_t socket = 0;
  for (const std::string_view line : lines_of(cpuinfo)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, colon));
    const auto number = whole_number(line.substr(colon + 1));
    if (!number) continue;
    if (key == "processor") ++found.processing_units;
    if (key == "physical id") sockets.insert(socket = *number);
    if (key == "core id") cores.emplace(socket, *number);
  }
  found.packages = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(sockets.size()));
  found.cores = cores.empty() ? found.processing_units : static_cast<std::uint32_t>(cores.size());
  return found;
}

}  // namespace

CpuIsa isa_from_flags(std::string_view flags, bool is_arm) {
  struct Rank {
    std::string_view flag;
    CpuIsa isa;
  };
  static constexpr Rank k_x86[] = {{"amx_int8", CpuIsa::amx},   {"avx512_vnni", CpuIsa::avx512_vnni},
                                   {"avx512f", CpuIsa::avx512}, {"avx_vnni", CpuIsa::avx_vnni},
                                   {"avx2", CpuIsa::avx2},      {"avx", CpuIsa::avx}};
  static constexpr Rank k_arm[] = {
      {"sve", CpuIsa::sve}, {"i8mm", CpuIsa::neon_i8mm}, {"asimddp", CpuIsa::neon_dotprod}, {"asimd", CpuIsa::neon}};
  const auto best = [&](const auto& ranks) {
    for (const Rank& rank : ranks) {
      if (!has_word(flags, rank.flag)) continue;
      // A hypervisor may hand out tiles and keep the vectors that every processor with tiles has.
      if (rank.isa != CpuIsa::amx || has_word(flags, "avx512_vnni")) return rank.isa;
    }
    return CpuIsa::scalar;
  };
  return is_arm ? best(k_arm) : best(k_x86);
}

void probe_cpu(Context& context) {
  const FsRoot& fs = context.fs;
  CpuFacts& cpu = context.machine.cpu;
  Device device;
  device.id = "cpu";
  device.basis = Basis::measured;

  const Result<std::string> cpuinfo = fs.read("/proc/cpuinfo", k_most_cpuinfo);
  if (!cpuinfo) context.note("cpu name and instruction set", "/proc/cpuinfo: " + cpuinfo.error().message);
  const std::string_view info = cpuinfo ? std::string_view(*cpuinfo) : std::string_view();
  const bool is_arm = value_of(info, "CPU implementer", ':').has_value();
  if (!info.empty()) {
    name_cpu(context, info);
    identify(context, info, device);
  }

  // Cores, caches, NUMA; what of them this process may use.
  const std::string allowed(value_of(fs.text("/proc/self/status"), "Cpus_allowed_list", ':').value_or(""));
  const Topology from_cpuinfo = topology_from_cpuinfo(info);
  const std::optional<Topology> hwloc =
      read_topology(fs, allowed, performance_cpus(fs, from_cpuinfo.processing_units, is_arm));
  if (!hwloc) context.note("cpu caches and NUMA nodes", "hwloc found no CPU in /sys; cores are counted from /proc/cpuinfo");
  const Topology& topology = hwloc ? *hwloc : from_cpuinfo;
  cpu.sockets = topology.packages;
  cpu.numa_nodes = topology.numa_nodes;
  cpu.physical_cores = topology.cores;
  cpu.logical_cores = topology.processing_units;
  cpu.performance_cores = topology.performance_cores;
  cpu.l2_cache_bytes = topology.l2_cache_bytes;
  cpu.l3_cache_bytes = topology.l3_cache_bytes;
  cpu.max_clock_hz = max_clock_hz(fs);
  if (topology.allowed_cores && *topology.allowed_cores > 0 && *topology.allowed_cores < cpu.physical_cores) {
    cpu.usable_cores = *topology.allowed_cores;
    cpu.usable_cores_reason = "this process may use CPUs " + clean_text(allowed, 40);
  }
  // Counted for guests alone. Arm's processors do not say whether they are one; a host counts nothing there.
  if (cpu.virtualised || is_arm) {
    if (const auto time = processor_time(fs.text("/proc/stat", 256))) cpu.stolen_share = stolen_share(*time);
  }
  if (cpu.physical_cores == 0) context.note("cpu cores", "neither hwloc nor /proc/cpuinfo lists a CPU");
  if (cpu.name.empty()) cpu.name = "unknown CPU";

  device.name = cpu.name;
  if (cpu.physical_cores > 0) device.core_count = cpu.physical_cores;
  device.boost_clock_hz = cpu.max_clock_hz;
  device.how_known = hwloc ? "/proc/cpuinfo, hwloc" : "/proc/cpuinfo";
  context.machine.devices.push_back(std::move(device));
}

}  // namespace canirun::probe
