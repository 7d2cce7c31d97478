// SPDX-License-Identifier: MIT
#include <dxgi.h>
#include <windows.h>

#include <algorithm>
#include <string>
#include <vector>

#include "probe/vendor/common_ids.hpp"
#include "probe/vendor/nvidia_parts.hpp"
#include "probe/windows/parts.hpp"

namespace canirun::probe {
namespace {

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

void add_adapter(Context& context, const DXGI_ADAPTER_DESC1& found) {
  Machine& machine = context.machine;
  Device device;
  device.id = "gpu" + std::to_string(machine.devices.size() - 1);
  device.vendor = vendor_of(found.VendorId);
  device.name = utf8(found.Description);
  device.pci_id = pci_id(found.VendorId, found.DeviceId);
  device.basis = Basis::measured;
  device.how_known = "DXGI";
  device.kind = DeviceKind::integrated_gpu;
  const std::uint64_t host_bytes = machine.pools.empty() ? 0 : machine.pools.front().total_bytes;
  const AdapterMemory memory = adapter_memory(found.VendorId, found.DeviceId, found.DedicatedVideoMemory, host_bytes);
  if (memory != AdapterMemory::shared) {
    const bool own = memory == AdapterMemory::own;
    if (own) device.kind = DeviceKind::discrete_gpu;
    device.pool = static_cast<std::uint32_t>(machine.pools.size());
    MemoryPool pool;
    pool.id = device.id;
    pool.kind = PoolKind::gpu;
    pool.total_bytes = found.DedicatedVideoMemory;
    pool.description = own ? "DXGI, dedicated memory" : "DXGI, dedicated memory: set aside from the host's";
    if (pool.total_bytes == 0) pool.total_basis = Basis::assumed;
    machine.pools.push_back(std::move(pool));
    context.note(device.id + " free memory", "DXGI does not tell what other programs hold");
  }
  machine.devices.push_back(std::move(device));
}

/// Of all adapters that are hardware.
std::vector<DXGI_ADAPTER_DESC1> adapters(Context& context) {
  std::vector<DXGI_ADAPTER_DESC1> list;
  const HMODULE library = ::LoadLibraryExW(L"dxgi.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  using Create = HRESULT(WINAPI*)(REFIID, void**);
  const auto create =
      library == nullptr
          ? nullptr
          : reinterpret_cast<Create>(reinterpret_cast<void*>(::GetProcAddress(library, "CreateDXGIFactory1")));
  IDXGIFactory1* factory = nullptr;
  if (create == nullptr || FAILED(create(__uuidof(IDXGIFactory1), reinterpret_cast<void**>(&factory)))) {
    context.note("GPUs", "DXGI cannot be used here");
    return list;
  }
  IDXGIAdapter1* adapter = nullptr;
  for (UINT i = 0; i < 32 && factory->EnumAdapters1(i, &adapter) == S_OK; ++i) {
    DXGI_ADAPTER_DESC1 found{};
    if (SUCCEEDED(adapter->GetDesc1(&found)) && (found.Flags & DXGI_ADAPTER_FLAG_SOFTWARE) == 0) list.push_back(found);
    adapter->Release();
  }
  factory->Release();
  return list;
}

}  // namespace

void probe_adapters(Context& context) {
  const std::vector<DXGI_ADAPTER_DESC1> found = adapters(context);
  // A virtual machine's card without a display driver is not among them; the library's presence is what counts.
  NvmlAnswer told;
  if (is_in_system_folder("nvml.dll")) {
    told = nvml_answer(context);
    if (!told.trouble.empty()) context.note("NVIDIA driver", told.trouble);
    const std::size_t first = context.machine.devices.size();
    add_nvml_gpus(context, told, {});
    for (std::size_t i = first; i < context.machine.devices.size(); ++i) {
      if (is_in_system_folder("nvcuda.dll")) context.machine.devices[i].runtime = "cuda";
    }
  }
  for (const DXGI_ADAPTER_DESC1& adapter : found) {
    // DXGI does not say which slot a card is in: those that the library told of are known by their kind.
    const std::string id = pci_id(adapter.VendorId, adapter.DeviceId);
    const bool is_told =
        std::any_of(told.gpus.begin(), told.gpus.end(), [&](const NvmlGpu& gpu) { return gpu.pci_id == id; });
    if (!is_told) add_adapter(context, adapter);
  }
}

}  // namespace canirun::probe
