// SPDX-License-Identifier: MIT
// Compiled with mingw-w64, not run by anybody yet.
#include "probe/windows/windows.hpp"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <dxgi.h>
#include <windows.h>

#include <cstddef>
#include <string>

#include "probe/text.hpp"
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

std::string utf8(const wchar_t* text) {
  const int bytes = ::WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
  std::string out(bytes > 0 ? static_cast<std::size_t>(bytes) : 0, '\0');
  if (bytes > 0) ::WideCharToMultiByte(CP_UTF8, 0, text, -1, out.data(), bytes, nullptr, nullptr);
  return clean_text(out);
}

std::string registry_text(const wchar_t* key, const wchar_t* value) {
  wchar_t text[256] = {};
  DWORD bytes = sizeof text - sizeof(wchar_t);
  const LSTATUS got = ::RegGetValueW(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, nullptr, text, &bytes);
  return got == ERROR_SUCCESS ? utf8(text) : std::string();
}

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
  cpu.isa = CpuIsa::scalar;
#if defined(PF_AVX2_INSTRUCTIONS_AVAILABLE)
  if (::IsProcessorFeaturePresent(PF_AVX2_INSTRUCTIONS_AVAILABLE)) cpu.isa = CpuIsa::avx2;
  if (::IsProcessorFeaturePresent(PF_AVX512F_INSTRUCTIONS_AVAILABLE)) cpu.isa = CpuIsa::avx512;
#endif
  Device device;
  device.id = "cpu";
  device.name = cpu.name.empty() ? "unknown CPU" : cpu.name;
  device.core_count = cpu.physical_cores;
  device.basis = Basis::measured;
  device.how_known = "GetLogicalProcessorInformationEx, registry";
  context.machine.devices.push_back(std::move(device));
}

void probe_memory(Context& context) {
  MemoryPool pool;
  pool.id = "host";
  pool.description = "GlobalMemoryStatusEx";
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  if (::GlobalMemoryStatusEx(&status) != 0) {
    pool.total_bytes = status.ullTotalPhys;
    pool.free_bytes = status.ullAvailPhys;
  } else {
    pool.total_basis = Basis::assumed;
    context.note("memory size", "GlobalMemoryStatusEx failed");
  }
  context.machine.pools.push_back(std::move(pool));
}

Vendor vendor_of(unsigned id) {
  switch (id) {
    case 0x10de:
      return Vendor::nvidia;
    case 0x1002:
      return Vendor::amd;
    case 0x8086:
      return Vendor::intel;
    case 0x5143:  // as Qualcomm's driver calls itself to DXGI
      return Vendor::qualcomm;
    default:
      return Vendor::other;
  }
}

std::string pci_id(unsigned vendor, unsigned device) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0000:0000";
  for (unsigned i = 0; i < 4; ++i) {
    text[3 - i] = digits[vendor >> (4 * i) & 0xfU];
    text[8 - i] = digits[device >> (4 * i) & 0xfU];
  }
  return text;
}

/// Dedicated memory of at least this much is a card's own; integrated GPUs set aside a little.
constexpr std::uint64_t k_least_own_memory = std::uint64_t{1} << 30U;

void add_adapter(Context& context, const DXGI_ADAPTER_DESC1& found) {
  if ((found.Flags & DXGI_ADAPTER_FLAG_SOFTWARE) != 0) return;
  Machine& machine = context.machine;
  Device device;
  device.id = "gpu" + std::to_string(machine.devices.size() - 1);
  device.vendor = vendor_of(found.VendorId);
  device.name = utf8(found.Description);
  device.pci_id = pci_id(found.VendorId, found.DeviceId);
  device.basis = Basis::measured;
  device.how_known = "DXGI";
  device.kind = DeviceKind::integrated_gpu;
  if (found.DedicatedVideoMemory >= k_least_own_memory) {
    device.kind = DeviceKind::discrete_gpu;
    device.pool = static_cast<std::uint32_t>(machine.pools.size());
    MemoryPool pool;
    pool.id = device.id;
    pool.kind = PoolKind::gpu;
    pool.total_bytes = found.DedicatedVideoMemory;
    pool.description = "DXGI, dedicated memory";
    machine.pools.push_back(std::move(pool));
    context.note(device.id + " free memory", "DXGI does not tell what other programs hold");
  }
  machine.devices.push_back(std::move(device));
}

void probe_adapters(Context& context) {
  const HMODULE library = ::LoadLibraryExW(L"dxgi.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  using Create = HRESULT(WINAPI*)(REFIID, void**);
  const auto create =
      library == nullptr
          ? nullptr
          : reinterpret_cast<Create>(reinterpret_cast<void*>(::GetProcAddress(library, "CreateDXGIFactory1")));
  IDXGIFactory1* factory = nullptr;
  if (create == nullptr || FAILED(create(__uuidof(IDXGIFactory1), reinterpret_cast<void**>(&factory)))) {
    context.note("GPUs", "DXGI cannot be used here");
    return;
  }
  IDXGIAdapter1* adapter = nullptr;
  for (UINT i = 0; i < 32 && factory->EnumAdapters1(i, &adapter) == S_OK; ++i) {
    DXGI_ADAPTER_DESC1 found{};
    if (SUCCEEDED(adapter->GetDesc1(&found))) add_adapter(context, found);
    adapter->Release();
  }
  factory->Release();
}

}  // namespace

void probe_windows(Context& context) {
  const wchar_t* version = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
  const std::string product = registry_text(version, L"ProductName");
  context.machine.os = product.empty() ? "Windows" : product;
  context.machine.kernel = registry_text(version, L"CurrentBuildNumber");
  probe_processors(context);
  probe_memory(context);
  probe_adapters(context);
}

}  // namespace canirun::probe

#else

namespace canirun::probe {

void probe_windows(Context& context) {
  context.machine.os = "Windows";
  context.note("this machine", "built without Windows' interfaces");
}

}  // namespace canirun::probe

#endif
