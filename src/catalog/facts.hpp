// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"

/// What device records know, put into the vocabulary's Device, CpuFacts and MemoryPool.
namespace canirun::catalog {

/// Fills what the device does not know yet from the record; nothing that is there is changed. A MIG instance gets its
/// share of the card's rates.
void add_facts(Device& device, const DeviceRecord& record);

/// The same for the processor: architecture, caches, clock and core counts that nobody measured.
void add_facts(CpuFacts& cpu, const DeviceRecord& record);

/// The pool's bandwidth from the record (times `share`), if the pool has none.
void add_bandwidth(MemoryPool& pool, const DeviceRecord& record, double share);

/// One direction of a PCIe link. Source: PCI-SIG line rates, 128b/130b coding from generation 3 on.
double pcie_bytes_per_s(std::uint32_t generation, std::uint32_t lanes);

/// Spellings of a processor's name to look up, most literal first. Kernels say "12th Gen Intel(R) Core(TM) i9-12900K",
/// "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "AMD Ryzen 7 7840HS w/ Radeon 780M Graphics", "AMD EPYC 7763 64-Core
/// Processor".
std::vector<std::string> cpu_spellings(std::string_view name);

/// Processor or board by any of its spellings.
std::optional<DeviceRecord> find_cpu(std::string_view name, const Catalog& catalog);

bool is_gpu(const DeviceRecord& record);

}  // namespace canirun::catalog
