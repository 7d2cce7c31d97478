// SPDX-License-Identifier: MIT
#include "catalog/wish.hpp"

#include <canirun/units.hpp>

#include "catalog/facts.hpp"
#include "catalog/wish_builder.hpp"
#include "catalog/wish_parts.hpp"
#include "catalog/wish_spoken.hpp"

namespace canirun::catalog {
namespace {

constexpr std::uint32_t k_assumed_pcie_generation = 4, k_assumed_pcie_lanes = 16;
constexpr std::uint64_t k_assumed_shared_ram_bytes = 64 * k_gib;
/// Apple lets the GPU wire two thirds of up to 36 GiB, three quarters of more (recommendedMaxWorkingSetSize).
constexpr std::uint64_t k_metal_small_bytes = 36 * k_gib;

std::optional<std::string> runtime_of(Vendor vendor) {
  switch (vendor) {
    case Vendor::nvidia:
      return "cuda";
    case Vendor::amd:
      return "rocm";
    case Vendor::intel:
      return "sycl";
    case Vendor::apple:
      return "metal";
    case Vendor::qualcomm:
      return "vulkan";
    default:
      return std::nullopt;
  }
}

Device new_gpu(std::size_t number, DeviceKind kind, std::uint32_t pool) {
  Device device;
  device.id = "gpu" + std::to_string(number);
  device.kind = kind;
  device.pool = pool;
  device.how_known = "--on";
  return device;
}

/// " with 12 GiB", where the record is of one size.
std::string with_memory(const DeviceRecord& record) {
  return record.memory_gib.size() == 1 ? " with " + gib_text(record.memory_gib.front() * k_gib) : "";
}

}  // namespace

std::string gib_text(std::uint64_t bytes) { return std::to_string(bytes / k_gib) + " GiB"; }

Result<Machine> WishBuilder::build(const std::vector<WishItem>& items) {
  machine_.origin = "--on " + wish_.on;
  cpu().id = "cpu";
  cpu().how_known = "--on";
  host().id = "host";
  host().total_basis = Basis::assumed;
  ram_bytes_ = wish_.ram_bytes;
  for (const WishItem& item : items) {
    const Result<void> added = add(item);
    if (!added) return tl::unexpected<Error>(added.error());
  }
  if (wish_.vram_bytes && machine_.devices.size() == 1) {
    return fail(ErrorKind::usage, "--vram: \"" + wish_.on + "\" has no GPU", "--ram sets the processor's memory");
  }
  if (!has_cpu_) assume_host();
  if (!is_unified_) set_host_memory();
  apply_bandwidth();
  return std::move(machine_);
}

Result<void> WishBuilder::add(const WishItem& item) {
  if (item.ram_bytes && !ram_bytes_) ram_bytes_ = item.ram_bytes;
  if (item.cpu) {
    const Result<void> set = set_cpu(*item.cpu);
    if (!set) return set;
    if (!item.vram_bytes && item.bandwidth_bytes_per_s) host().bandwidth_bytes_per_s = item.bandwidth_bytes_per_s;
  }
  if (item.vram_bytes) {
    const std::uint64_t memory_bytes = wish_.vram_bytes.value_or(*item.vram_bytes);
    for (std::uint32_t i = 0; i < item.count; ++i) add_gpu(nullptr, memory_bytes, "as described", item);
  }
  return item.name.empty() ? Result<void>{} : add_named(item);
}

Result<void> WishBuilder::add_named(const WishItem& item) {
  if (const SizedName sized = split_size(item.name); is_any_processor(sized.name)) {
    if (!ram_bytes_) ram_bytes_ = item.memory_bytes ? item.memory_bytes : sized.memory_bytes;
    assume_host();
    return {};
  }
  const std::optional<std::uint64_t> stated = wish_.vram_bytes    ? wish_.vram_bytes
                                              : item.memory_bytes ? item.memory_bytes
                                                                  : ram_bytes_;
  Result<FoundDevice> found = find_wished(item.name, stated, catalog_);
  if (!found) return tl::unexpected<Error>(std::move(found).error());
  const DeviceRecord& record = found->record;
  // "RTX 3060, 12GB" is a card of that size, "RTX 3090, 64GB" one in a machine of that size.
  if (item.memory_bytes) {
    const bool is_the_cards = record.kind == DeviceRecordKind::gpu && is_sold_with(record, *item.memory_bytes);
    (is_the_cards ? found->memory_bytes : ram_bytes_) = item.memory_bytes;
  }
  if (found->is_one_of_several)
    assume(item.name, "several versions have this name; " + record.name + with_memory(record) +
                          " is assumed, the memory size behind the name tells which");
  if (record.kind == DeviceRecordKind::instance) {
    if (item.count > 1) return fail(ErrorKind::usage, "\"" + item.name + "\" is a whole machine: only one is supported");
    return add_instance(record);
  }
  if (!is_gpu(record)) {
    if (item.count > 1) return fail(ErrorKind::usage, "\"" + item.name + "\" is a processor: only one is supported");
    if (found->memory_bytes && !ram_bytes_) ram_bytes_ = found->memory_bytes;
    set_cpu(record);
    return {};
  }
  if (record.kind == DeviceRecordKind::integrated_gpu) {
    if (item.count > 1 || is_unified_) {
      return fail(ErrorKind::usage, "\"" + item.name + "\" shares its machine's memory: only one can be in it");
    }
    add_unified(record, ram_bytes_ ? ram_bytes_ : wish_.vram_bytes ? wish_.vram_bytes : found->memory_bytes);
    return {};
  }
  std::string description = "as stated";
  std::uint64_t memory_bytes = 0;
  if (wish_.vram_bytes) {
    memory_bytes = *wish_.vram_bytes;
  } else if (found->memory_bytes) {
    memory_bytes = *found->memory_bytes;
    // Such cards exist, rebuilt with larger chips; most are a mistake.
    if (!record.memory_gib.empty() && !is_sold_with(record, memory_bytes))
      assume(record.name + " memory", gib_text(memory_bytes) + " as said, sold with " +
                                          gib_text(record.memory_gib.back() * k_gib) + ": --ram is the host's");
  } else if (!record.memory_gib.empty()) {
    memory_bytes = record.memory_gib.front() * k_gib;
    description = "as sold";
    if (record.memory_gib.size() > 1) {
      description = "smallest version assumed";
      assume(record.name + " memory",
             "sold with several sizes, " + gib_text(memory_bytes) + " assumed: say it in the name or with --vram");
    }
  } else {
    return fail(ErrorKind::usage, "the memory of \"" + item.name + "\" is not known", "add --vram");
  }
  for (std::uint32_t i = 0; i < item.count; ++i) add_gpu(&record, memory_bytes, description, item);
  return {};
}

void WishBuilder::add_gpu(const DeviceRecord* record, std::uint64_t memory_bytes, std::string description,
                          const WishItem& item) {
  const auto pool_index = static_cast<std::uint32_t>(machine_.pools.size());
  Device device = new_gpu(machine_.devices.size() - 1, DeviceKind::discrete_gpu, pool_index);
  MemoryPool pool;
  pool.id = device.id;
  pool.kind = PoolKind::gpu;
  pool.total_bytes = memory_bytes;
  pool.description = std::move(description);
  pool.total_basis = record != nullptr ? record->provenance.basis : Basis::assumed;
  std::uint32_t generation = k_assumed_pcie_generation, lanes = k_assumed_pcie_lanes;
  if (record != nullptr) {
    add_facts(device, *record);
    device.how_known = "--on, record " + record->id;
    device.basis = record->provenance.basis;
    add_bandwidth(pool, *record, 1);
    generation = record->pcie_generation.value_or(generation);
    lanes = record->pcie_lanes.value_or(lanes);
  } else {
    device.name = "GPU with " + gib_text(memory_bytes);
    device.basis = Basis::assumed;
    if (item.bandwidth_bytes_per_s) {
      pool.bandwidth_bytes_per_s = item.bandwidth_bytes_per_s;
      pool.bandwidth_provenance = {Basis::assumed, "--on", ""};
    }
  }
  device.runtime = runtime_of(device.vendor);
  device.pcie_generation = generation;
  device.pcie_lanes = lanes;
  machine_.links.push_back({.from_pool = 0,
                            .to_pool = pool_index,
                            .kind = "pcie" + std::to_string(generation) + " x" + std::to_string(lanes),
                            .bandwidth_bytes_per_s = pcie_bytes_per_s(generation, lanes),
                            .basis = Basis::assumed});
  machine_.pools.push_back(std::move(pool));
  machine_.devices.push_back(std::move(device));
}

void WishBuilder::add_unified(const DeviceRecord& record, std::optional<std::uint64_t> memory_bytes) {
  is_unified_ = true;
  if (record.host_cpu) {
    if (const Result<DeviceRecord> chip = catalog_.device(*record.host_cpu)) set_cpu(*chip);
  }
  MemoryPool& pool = host();
  pool.id = "unified";
  pool.kind = PoolKind::unified;
  pool.bandwidth_bytes_per_s.reset();
  add_bandwidth(pool, record, 1);
  pool.total_bytes =
      memory_bytes.value_or(record.memory_gib.empty() ? k_assumed_shared_ram_bytes : record.memory_gib.back() * k_gib);
  pool.total_basis = memory_bytes ? Basis::published : Basis::assumed;
  pool.description = memory_bytes ? "as stated" : "assumed";
  if (!memory_bytes) {
    const bool only_one = record.memory_gib.size() == 1;
    if (only_one) pool.total_basis = record.provenance.basis;
    pool.description = only_one ? "as sold" : record.memory_gib.empty() ? "assumed" : "largest version assumed";
    if (!only_one)
      assume(record.name + " memory",
             gib_text(pool.total_bytes) + " assumed: say it in the name (\"... 32GB\") or with --ram");
  }
  Device device = new_gpu(machine_.devices.size() - 1, DeviceKind::integrated_gpu, 0);
  device.basis = record.provenance.basis;
  device.how_known = "--on, record " + record.id;
  add_facts(device, record);
  device.runtime = runtime_of(device.vendor);
  if (record.vendor == Vendor::apple) {
    const bool small = pool.total_bytes <= k_metal_small_bytes;
    pool.limit_bytes = small ? pool.total_bytes / 3 * 2 : pool.total_bytes / 4 * 3;
    pool.limit_reason = std::string("Metal working set (") + (small ? "2/3" : "3/4") + " of memory)";
  }
  machine_.devices.push_back(std::move(device));
}

/// --bandwidth is about what was wished for: the cards if there are any, else the memory.
void WishBuilder::apply_bandwidth() {
  if (!wish_.bandwidth_bytes_per_s) return;
  const bool has_cards = machine_.pools.size() > 1;
  for (std::size_t i = has_cards ? 1 : 0; i < machine_.pools.size(); ++i) {
    machine_.pools[i].bandwidth_bytes_per_s = wish_.bandwidth_bytes_per_s;
    machine_.pools[i].bandwidth_provenance = {Basis::assumed, "--bandwidth", ""};
  }
}

Result<Machine> machine_from_wish(const MachineWish& wish, const Catalog& catalog) {
  Result<std::vector<WishItem>> items = parse_wish(wish.on);
  if (!items) return tl::unexpected<Error>(std::move(items).error());
  return WishBuilder(wish, catalog).build(*items);
}

}  // namespace canirun::catalog
