// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>
#include <string>

#include "probe/linux/memory_modules.hpp"
#include "probe/windows/parts.hpp"

namespace canirun::probe {
namespace {

/// The firmware's table without its head (RawSMBIOSData: four bytes of versions, four of length); "" when there is none.
std::string smbios_table() {
  constexpr DWORD k_raw_smbios = 0x5253'4d42;  // 'RSMB'
  constexpr std::size_t k_head = 8, k_most_bytes = 1U << 20U;
  const UINT bytes = ::GetSystemFirmwareTable(k_raw_smbios, 0, nullptr, 0);
  if (bytes <= k_head || bytes > k_most_bytes) return {};
  std::string table(bytes, '\0');
  const UINT got = ::GetSystemFirmwareTable(k_raw_smbios, 0, table.data(), bytes);
  if (got <= k_head || got > bytes) return {};
  return table.substr(k_head, got - k_head);
}

void read_modules(Context& context, MemoryPool& pool) {
  if (context.machine.cpu.virtualised) {
    context.note("memory bandwidth", "virtual machine: its memory table does not describe the real memory");
    return;
  }
  const MemorySetup setup = summarise_modules(modules_from_smbios(smbios_table()));
  if (setup.modules == 0) {
    context.note("memory bandwidth", "the firmware has no memory table");
    return;
  }
  use_memory_setup(context, pool, setup);
}

}  // namespace

void probe_windows_memory(Context& context) {
  MemoryPool pool;
  pool.id = "host";
  pool.description = "GlobalMemoryStatusEx";
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  if (::GlobalMemoryStatusEx(&status) != 0) {
    pool.total_bytes = status.ullTotalPhys;
    pool.free_bytes = std::min(status.ullAvailPhys, status.ullTotalPhys);
    // The limit for all programs is memory and page files together.
    HostMemoryFacts& facts = context.machine.host_memory;
    if (status.ullTotalPageFile >= status.ullTotalPhys)
      facts.swap_total_bytes = status.ullTotalPageFile - status.ullTotalPhys;
  } else {
    pool.total_basis = Basis::assumed;
    context.note("memory size", "GlobalMemoryStatusEx failed");
  }
  read_modules(context, pool);
  context.machine.pools.push_back(std::move(pool));
}

}  // namespace canirun::probe
