// SPDX-License-Identifier: MIT
#include <windows.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstddef>
#include <cstring>
#include <string>

#include "probe/text.hpp"
#include "probe/windows/parts.hpp"
#include "probe/windows/processor_information.hpp"

namespace canirun::probe {
namespace {

// The offsets that processor_information.cpp reads at.
static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.Flags) == 8);
static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupCount) == 30);
static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Processor.GroupMask) == 32);
static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Cache.CacheSize) == 12);
static_assert(offsetof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX, Cache.Type) == 16);
static_assert(sizeof(GROUP_AFFINITY) == 16);

#if defined(__x86_64__)
/// As /proc/cpuinfo ranks them; the compiler's check includes that the system saves the registers.
CpuIsa instruction_set() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("amx-int8") && __builtin_cpu_supports("avx512vnni")) return CpuIsa::amx;
  if (__builtin_cpu_supports("avx512vnni")) return CpuIsa::avx512_vnni;
  if (__builtin_cpu_supports("avx512f")) return CpuIsa::avx512;
  if (__builtin_cpu_supports("avxvnni")) return CpuIsa::avx_vnni;
  if (__builtin_cpu_supports("avx2")) return CpuIsa::avx2;
  return __builtin_cpu_supports("avx") ? CpuIsa::avx : CpuIsa::scalar;
}

struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};
Registers cpuid(unsigned leaf) {
  Registers found;
  __get_cpuid(leaf, &found.a, &found.b, &found.c, &found.d);
  return found;
}
std::string letters(std::initializer_list<unsigned> registers) {
  std::string text;
  for (const unsigned value : registers) {
    for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(value >> shift & 0xffU);
  }
  return text;
}

/// A guest of a hypervisor. Windows itself runs as the root guest of Hyper-V where its security features are on: then the
/// hypervisor grants the right to make partitions (Hypervisor Top Level Functional Specification: leaf 0x40000003, EBX 0).
bool under_hypervisor() {
  if ((cpuid(1).c >> 31U & 1U) == 0) return false;
  Registers name, rights;
  __cpuid(0x4000'0000, name.a, name.b, name.c, name.d);
  if (letters({name.b, name.c, name.d}) != "Microsoft Hv") return true;
  __cpuid(0x4000'0003, rights.a, rights.b, rights.c, rights.d);
  return (rights.b & 1U) == 0;
}

/// "AuthenticAMD-25-97-2": family and model with their extensions.
std::optional<std::string> signature() {
  const Registers name = cpuid(0), facts = cpuid(1);
  if (facts.a == 0) return std::nullopt;
  unsigned family = facts.a >> 8U & 0xfU, model = facts.a >> 4U & 0xfU;
  if (family == 6 || family == 15) model += (facts.a >> 16U & 0xfU) << 4U;
  if (family == 15) family += facts.a >> 20U & 0xffU;
  return clean_text(letters({name.b, name.d, name.c}), 12) + "-" + std::to_string(family) + "-" + std::to_string(model) +
         "-" + std::to_string(facts.a & 0xfU);
}
#else
CpuIsa instruction_set() {
  constexpr DWORD k_dot_product = 43;  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE
  return ::IsProcessorFeaturePresent(k_dot_product) ? CpuIsa::neon_dotprod : CpuIsa::neon;
}
bool under_hypervisor() { return false; }
std::optional<std::string> signature() { return std::nullopt; }
#endif

Vendor cpu_vendor(std::string_view name) {
  if (name.find("AMD") != std::string_view::npos) return Vendor::amd;
  if (name.find("Intel") != std::string_view::npos) return Vendor::intel;
  return name.find("Qualcomm") != std::string_view::npos || name.find("Snapdragon") != std::string_view::npos
             ? Vendor::qualcomm
             : Vendor::other;
}

}  // namespace

void probe_processors(Context& context) {
  CpuFacts& cpu = context.machine.cpu;
  cpu.name = registry_text(L"HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", L"ProcessorNameString");
  DWORD bytes = 0;
  ::GetLogicalProcessorInformationEx(RelationAll, nullptr, &bytes);
  std::string buffer(bytes, '\0');
  auto* entries = reinterpret_cast<PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX>(buffer.data());
  if (bytes == 0 || ::GetLogicalProcessorInformationEx(RelationAll, entries, &bytes) == 0) {
    context.note("cpu cores", "Windows does not list them");
    buffer.clear();
  }
  const WindowsProcessors found = parse_processor_information(buffer);
  cpu.sockets = found.packages;
  cpu.numa_nodes = found.numa_nodes;
  cpu.physical_cores = found.cores;
  cpu.logical_cores = found.logical;
  cpu.performance_cores = found.performance_cores;
  cpu.l2_cache_bytes = found.l2_cache_bytes;
  cpu.l3_cache_bytes = found.l3_cache_bytes;
  cpu.isa = instruction_set();
  cpu.virtualised = under_hypervisor();
  cpu.signature = signature();
  Device device;
  device.id = "cpu";
  if (cpu.name.empty()) cpu.name = "unknown CPU";
  device.name = cpu.name;
  device.vendor = cpu_vendor(cpu.name);
  device.core_count = cpu.physical_cores;
  device.basis = Basis::measured;
  device.how_known = "GetLogicalProcessorInformationEx, registry";
  context.machine.devices.push_back(std::move(device));
}

}  // namespace canirun::probe
