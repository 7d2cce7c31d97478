// SPDX-License-Identifier: MIT
// The processor and its memory: as wished, or assumed.
#include <canirun/units.hpp>

#include "catalog/facts.hpp"
#include "catalog/names.hpp"
#include "catalog/wish_builder.hpp"
#include "catalog/wish_parts.hpp"

namespace canirun::catalog {
namespace {

constexpr std::uint64_t k_assumed_ram_bytes = 64 * k_gib;
/// Of processors with more than two channels, which are bought for their memory; those of LPDDR are narrow, and soldered.
constexpr std::uint64_t k_assumed_ram_per_channel_bytes = 64 * k_gib;
/// What one core keeps in flight, as complete_machine assumes it of guests.
constexpr double k_bandwidth_of_one_core = 12e9;
constexpr std::uint32_t k_assumed_cores = 8, k_assumed_threads = 16;
constexpr double k_assumed_clock_hz = 4.5e9;
/// DDR5-5600 on two channels: 2 x 8 bytes x 5600e6.
constexpr double k_assumed_host_bandwidth = 89.6e9;

}  // namespace

Result<void> WishBuilder::set_cpu(std::string_view name) {
  const std::string folded = fold(name);
  if (folded == "genericx86-64" || folded == "generic") {
    assume_host();
    return {};
  }
  const Result<DeviceRecord> record = find_wished_cpu(name, catalog_);
  if (!record) return tl::unexpected<Error>(record.error());
  set_cpu(*record);
  return {};
}

void WishBuilder::set_cpu(const DeviceRecord& record) {
  has_cpu_ = true;
  cpu_record_ = record;
  CpuFacts& facts = machine_.cpu;
  facts.name = record.name;
  facts.physical_cores = record.core_count.value_or(k_assumed_cores);
  facts.logical_cores = record.thread_count.value_or(facts.physical_cores);
  facts.isa = record.isa.value_or(CpuIsa::avx2);
  if (!record.core_count) assume("cpu cores", "8 assumed: the record of " + record.name + " is for a family");
  add_facts(facts, record);
  Device& device = cpu();
  add_facts(device, record);
  device.core_count = facts.physical_cores;
  device.basis = record.provenance.basis;
  device.how_known = "--on, record " + record.id;
  add_bandwidth(host(), record, 1);
}

/// A middling desktop, for wishes that only name a card; for chips with unknown cores, the cores alone.
void WishBuilder::assume_host() {
  has_cpu_ = true;
  const Vendor chip = is_unified_ ? machine_.devices.back().vendor : Vendor::unknown;
  const bool is_arm = chip == Vendor::nvidia || chip == Vendor::apple || chip == Vendor::qualcomm;
  CpuFacts& facts = machine_.cpu;
  facts.name = is_arm ? "assumed Arm processor, 8 cores" : "assumed desktop processor, 8 cores, AVX2";
  facts.physical_cores = k_assumed_cores;
  facts.logical_cores = is_arm ? k_assumed_cores : k_assumed_threads;
  facts.isa = is_arm ? CpuIsa::neon_dotprod : CpuIsa::avx2;
  if (!is_arm) facts.max_clock_hz = k_assumed_clock_hz;
  Device& device = cpu();
  device.name = facts.name;
  device.vendor = is_arm ? chip : Vendor::unknown;
  device.core_count = k_assumed_cores;
  device.boost_clock_hz = facts.max_clock_hz;
  device.basis = Basis::assumed;
  device.how_known = "assumed";
  if (is_unified_) {
    assume("cpu", "8 cores assumed: no record of the chip's processor");
    return;
  }
  if (!host().bandwidth_bytes_per_s) {
    host().bandwidth_bytes_per_s = k_assumed_host_bandwidth;
    host().bandwidth_provenance = {Basis::assumed, "two channels of DDR5-5600", ""};
  }
  assume("cpu", "8 cores with AVX2 and two channels of DDR5-5600 assumed: + cpu=NAME says otherwise");
}

/// A cloud's machine type: its GPUs and memory as the provider lists them. Of the processor the provider says how many
/// threads there are; what its memory gives a part of a socket is not told.
Result<void> WishBuilder::add_instance(const DeviceRecord& record) {
  const Result<std::vector<WishItem>> items = parse_wish(record.stands_for);
  if (!items) return tl::unexpected<Error>(items.error());
  for (const WishItem& item : *items) {
    const Result<void> added = add(item);
    if (!added) return added;
  }
  std::erase_if(machine_.notes, [](const ProbeNote& note) { return note.fact == "cpu"; });
  CpuFacts& facts = machine_.cpu;
  facts.name = record.name + "'s processor";
  facts.physical_cores = record.core_count.value_or(k_assumed_cores);
  facts.logical_cores = record.thread_count.value_or(facts.physical_cores);
  facts.virtualised = true;
  Device& device = cpu();
  device.name = facts.name;
  device.core_count = facts.physical_cores;
  device.how_known = "--on, record " + record.id;
  const double share = facts.physical_cores * k_bandwidth_of_one_core;
  host().bandwidth_bytes_per_s = share;
  host().bandwidth_provenance = {Basis::assumed, "12 GB/s for each core of the instance", record.provenance.retrieved};
  assume("cpu", "server cores with AVX2 and 12 GB/s of memory bandwidth each assumed: the provider does not say");
  return {};
}

void WishBuilder::set_host_memory() {
  MemoryPool& pool = host();
  if (ram_bytes_) {
    pool.total_bytes = *ram_bytes_;
    pool.total_basis = Basis::published;
    pool.description = "as stated";
    return;
  }
  pool.total_bytes = k_assumed_ram_bytes;
  if (cpu_record_ && !cpu_record_->memory_gib.empty()) {
    pool.total_bytes = cpu_record_->memory_gib.back() * k_gib;
  } else if (cpu_record_ && cpu_record_->memory_channels.value_or(2) > 2 && !cpu_record_->memory_type.starts_with("LPDDR")) {
    pool.total_bytes = *cpu_record_->memory_channels * k_assumed_ram_per_channel_bytes;
  }
  pool.total_basis = Basis::assumed;
  pool.description = "assumed";
  assume("memory", gib_text(pool.total_bytes) + " assumed: --ram says otherwise");
}

}  // namespace canirun::catalog
