// SPDX-License-Identifier: MIT
#include <algorithm>
#include <canirun/units.hpp>

#include "catalog/catalog.hpp"
#include "catalog/facts.hpp"
#include "catalog/generation.hpp"
#include "catalog/names.hpp"

namespace canirun::catalog {
namespace {

/// A guest, or a process held to a few cores, cannot draw the whole socket's bandwidth: a core keeps about this much in
/// flight (its outstanding cache-line fills over the memory's latency). Assumed, and said so.
constexpr double k_bandwidth_of_one_core = 12e9;

/// Of records that share a PCI id, the one for this processor: chips with a GPU inside say which processors they are.
const DeviceRecord* by_processor(const std::vector<DeviceRecord>& records, std::string_view cpu_name) {
  const std::vector<std::string> spellings = cpu_spellings(cpu_name);
  for (const DeviceRecord& record : records) {
    for (const std::string& processor : record.processors) {
      for (const std::string& spelling : spellings) {
        if (fold(processor) == fold(spelling)) return &record;
      }
    }
  }
  return nullptr;
}

std::optional<DeviceRecord> record_of(const Device& device, std::optional<std::uint64_t> memory_bytes,
                                      const Machine& machine, const Catalog& catalog) {
  if (device.pci_id) {
    if (device.kind == DeviceKind::integrated_gpu) {
      const std::vector<DeviceRecord> shared = catalog.devices_named(*device.pci_id);
      if (const DeviceRecord* record = by_processor(shared, machine.cpu.name)) return *record;
    }
    const std::string with_revision = *device.pci_id + ":" + device.pci_revision.value_or("");
    if (std::optional<DeviceRecord> record = catalog.device_by_pci(with_revision, memory_bytes)) return record;
    if (std::optional<DeviceRecord> record = catalog.device_by_pci(*device.pci_id, memory_bytes)) return record;
  }
  std::optional<DeviceRecord> record = catalog.device_named(device.name, memory_bytes);
  return record && is_gpu(*record) ? record : std::nullopt;
}

/// Names the probe made up from the PCI id give way to the record's.
bool is_placeholder(const Device& device) {
  return device.name.empty() || (device.pci_id && device.name.find(*device.pci_id) != std::string::npos);
}

void add_link(Machine& machine, const Device& device) {
  const bool linked = std::any_of(machine.links.begin(), machine.links.end(), [&](const Link& link) {
    return link.to_pool == device.pool || link.from_pool == device.pool;
  });
  if (linked || device.pool == 0 || !device.pcie_generation || !device.pcie_lanes) return;
  machine.links.push_back(
      {.from_pool = 0,
       .to_pool = device.pool,
       .kind = "pcie" + std::to_string(*device.pcie_generation) + " x" + std::to_string(*device.pcie_lanes),
       .bandwidth_bytes_per_s = pcie_bytes_per_s(*device.pcie_generation, *device.pcie_lanes),
       .basis = Basis::assumed});
}

void complete_pool(MemoryPool& pool, const Device& device, const DeviceRecord& record) {
  if (pool.total_bytes == 0 && record.memory_gib.size() == 1 && !device.is_mig) {
    pool.total_bytes = record.memory_gib.front() * k_gib;
    pool.total_basis = record.provenance.basis;
    pool.description = "size as sold: the driver does not say";
  }
  add_bandwidth(pool, record, device.share_of_card.value_or(1));
}

void complete_gpu(Machine& machine, Device& device, const Catalog& catalog) {
  const bool own_memory = device.pool != 0 && device.pool < machine.pools.size();
  std::optional<std::uint64_t> memory_bytes;
  if (own_memory && !device.is_mig && machine.pools[device.pool].total_bytes > 0)
    memory_bytes = machine.pools[device.pool].total_bytes;
  const std::optional<DeviceRecord> record = record_of(device, memory_bytes, machine, catalog);
  if (!record) {
    machine.notes.push_back({device.id + " record", "no record of " + (device.name.empty() ? "this device" : device.name) +
                                                        ": what the driver does not say is unknown (--bandwidth helps)"});
    return;
  }
  if (is_placeholder(device)) device.name = record->name;
  add_facts(device, *record);
  device.how_known += (device.how_known.empty() ? "record " : " + record ") + record->id;
  if (own_memory) {
    complete_pool(machine.pools[device.pool], device, *record);
    add_link(machine, device);
  } else if (record->unified && !record->memory_gib.empty() && !machine.pools.empty()) {
    add_bandwidth(machine.pools.front(), *record, 1);  // soldered memory: the chip says how fast it is
  }
}

/// What the firmware said about the modules, with the record's channels; else the fastest memory the part takes.
void complete_host_bandwidth(Machine& machine, const DeviceRecord& record) {
  MemoryPool& pool = machine.pools.front();
  const CpuFacts& cpu = machine.cpu;
  if (pool.bandwidth_bytes_per_s) return;
  constexpr double k_channel_bytes = 8;
  if (cpu.memory_transfers_per_s && record.memory_channels) {
    std::uint32_t channels = *record.memory_channels * std::max<std::uint32_t>(cpu.sockets, 1);
    if (cpu.memory_modules) channels = std::min(channels, *cpu.memory_modules);
    pool.bandwidth_bytes_per_s = channels * k_channel_bytes * *cpu.memory_transfers_per_s;
    pool.bandwidth_provenance = {
        Basis::derived, "rate from firmware, " + std::to_string(channels) + " channels from the record of " + record.name,
        record.provenance.retrieved};
    return;
  }
  if (!record.bandwidth_bytes_per_s) return;
  double bandwidth = *record.bandwidth_bytes_per_s * std::max<std::uint32_t>(cpu.sockets, 1);
  std::string source = "the fastest memory " + record.name + " officially takes, all channels filled: an upper bound";
  const double cores = cpu.usable_cores.value_or(cpu.physical_cores);
  // Arm's guests do not say that they are: fewer cores than the part has are a slice of it.
  const bool is_slice =
      record.kind == DeviceRecordKind::platform && record.core_count && cpu.physical_cores < *record.core_count;
  if ((cpu.virtualised || cpu.usable_cores || is_slice) && cores > 0 && cores * k_bandwidth_of_one_core < bandwidth) {
    bandwidth = cores * k_bandwidth_of_one_core;
    source = "12 GB/s for each core this system may use of " + record.name;
  }
  pool.bandwidth_bytes_per_s = bandwidth;
  pool.bandwidth_provenance = {Basis::assumed, std::move(source), record.provenance.retrieved};
}

/// A name that hides the part (hypervisors do): family and model still tell the generation, and with it how fast the memory
/// can be at most. False where they do not.
bool complete_by_generation(Machine& machine, Device& device, const Catalog& catalog) {
  const std::optional<Generation> generation = generation_of(machine.cpu.signature.value_or(""));
  if (!generation) return false;
  Result<DeviceRecord> fastest = catalog.device(generation->record);
  if (!fastest) return false;
  if (device.architecture.empty()) device.architecture = fastest->architecture;
  device.how_known += (device.how_known.empty() ? "" : " + ") + std::string(generation->name) + " by family and model";
  fastest->name = "a processor of this generation, " + std::string(generation->name) + ",";
  if (device.pool == 0 && !machine.pools.empty()) complete_host_bandwidth(machine, *fastest);
  return true;
}

void complete_cpu(Machine& machine, Device& device, const Catalog& catalog) {
  const std::string& name = machine.cpu.name.empty() ? device.name : machine.cpu.name;
  const std::optional<DeviceRecord> record = find_cpu(name, catalog);
  if (!record) {
    if (complete_by_generation(machine, device, catalog)) return;
    if (!machine.pools.empty() && !machine.pools.front().bandwidth_bytes_per_s) {
      machine.notes.push_back(
          {"cpu record", "no record of \"" + name + "\": what was not measured is unknown (--bandwidth helps)"});
    }
    return;
  }
  add_facts(machine.cpu, *record);
  device.record_id = record->id;
  if (device.vendor == Vendor::unknown) device.vendor = record->vendor;
  if (device.architecture.empty()) device.architecture = record->architecture;
  if (!device.boost_clock_hz) device.boost_clock_hz = machine.cpu.max_clock_hz;
  if (!device.tdp_w) device.tdp_w = record->tdp_w;
  device.how_known += (device.how_known.empty() ? "record " : " + record ") + record->id;
  if (device.pool == 0 && !machine.pools.empty()) complete_host_bandwidth(machine, *record);
}

}  // namespace

void complete_machine(Machine& machine, const Catalog& catalog) {
  for (Device& device : machine.devices) {
    if (device.kind != DeviceKind::cpu) complete_gpu(machine, device, catalog);
  }
  for (Device& device : machine.devices) {
    if (device.kind == DeviceKind::cpu) complete_cpu(machine, device, catalog);
  }
}

}  // namespace canirun::catalog
