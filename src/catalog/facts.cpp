// SPDX-License-Identifier: MIT
#include "catalog/facts.hpp"

#include <algorithm>
#include <array>

namespace canirun::catalog {
namespace {

template <class T>
void fill(std::optional<T>& known, const std::optional<T>& record) {
  if (!known) known = record;
}
void fill(std::string& known, const std::string& record) {
  if (known.empty()) known = record;
}
void fill_scaled(std::optional<double>& known, const std::optional<double>& record, double share) {
  if (!known && record) known = *record * share;
}

/// Share of the card's compute that a MIG instance has: its cores where the driver counts them, else its memory's share.
double compute_share(const Device& device, const DeviceRecord& record) {
  if (!device.share_of_card) return 1;
  if (device.core_count && record.core_count && *device.core_count < *record.core_count) {
    return static_cast<double>(*device.core_count) / static_cast<double>(*record.core_count);
  }
  return *device.share_of_card;
}

}  // namespace

bool is_gpu(const DeviceRecord& record) {
  return record.kind == DeviceRecordKind::gpu || record.kind == DeviceRecordKind::integrated_gpu;
}

void add_facts(Device& device, const DeviceRecord& record) {
  const double share = compute_share(device, record);
  device.record_id = record.id;
  if (device.vendor == Vendor::unknown) device.vendor = record.vendor;
  fill(device.name, record.name);
  fill(device.architecture, record.architecture);
  fill(device.compute_capability, record.compute_capability);
  fill(device.gfx_target, record.gfx_target);
  fill_scaled(device.fp32_flops_per_s, record.fp32_flops_per_s, share);
  fill_scaled(device.fp16_flops_per_s,
              record.fp16_fp32acc_flops_per_s ? record.fp16_fp32acc_flops_per_s : record.fp16_flops_per_s, share);
  fill_scaled(device.int8_ops_per_s, record.int8_ops_per_s, share);
  fill(device.core_count, record.core_count);
  fill(device.boost_clock_hz, record.boost_clock_hz);
  fill(device.l2_cache_bytes, record.l2_cache_bytes);
  fill(device.bus_width_bits, record.memory_bus_bits);
  fill(device.tdp_w, record.tdp_w);
  fill(device.pcie_generation, record.pcie_generation);
  fill(device.pcie_lanes, record.pcie_lanes);
}

void add_facts(CpuFacts& cpu, const DeviceRecord& record) {
  if (record.performance_cores != record.core_count) fill(cpu.performance_cores, record.performance_cores);
  fill(cpu.l2_cache_bytes, record.l2_cache_bytes);
  fill(cpu.l3_cache_bytes, record.l3_cache_bytes);
  fill(cpu.max_clock_hz, record.boost_clock_hz);
}

void add_bandwidth(MemoryPool& pool, const DeviceRecord& record, double share) {
  if (pool.bandwidth_bytes_per_s || !record.bandwidth_bytes_per_s) return;
  pool.bandwidth_bytes_per_s = *record.bandwidth_bytes_per_s * share;
  pool.bandwidth_provenance = record.provenance;
}

double pcie_bytes_per_s(std::uint32_t generation, std::uint32_t lanes) {
  constexpr std::array<double, 6> k_lane_bytes_per_s{0.25e9, 0.5e9, 0.985e9, 1.969e9, 3.938e9, 7.563e9};
  const std::size_t index = std::clamp<std::uint32_t>(generation, 1, k_lane_bytes_per_s.size()) - 1;
  return k_lane_bytes_per_s[index] * lanes;
}

namespace {

/// Arm systems are called by their board and the kinds of their cores, "Raspberry Pi 5 Model B Rev 1.0 (4x Cortex-A76)".
/// What records may know of that: the cores with and without their number, then the board, word by word shorter, with and
/// without its maker's name in front.
void add_board_spellings(std::vector<std::string>& spellings, std::string_view name) {
  std::size_t open = name.rfind(" (");
  std::string_view cores = open == std::string_view::npos ? name : name.substr(open + 2);
  const std::size_t digits = cores.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || !cores.substr(digits).starts_with("x ")) return;
  cores = cores.substr(0, cores.find_first_of(")+"));
  while (!cores.empty() && cores.back() == ' ') cores.remove_suffix(1);
  std::string_view board = open == std::string_view::npos ? std::string_view() : name.substr(0, open);
  spellings.emplace_back(cores);
  for (constexpr std::string_view k_ends = " ."; board.size() > 2;) {
    spellings.emplace_back(board);
    if (const std::size_t blank = board.find(' '); blank != std::string_view::npos && blank + 2 < board.size())
      spellings.emplace_back(board.substr(blank + 1));
    const std::size_t end = board.find_last_of(k_ends);
    board = board.substr(0, end == std::string_view::npos ? 0 : end);
  }
  spellings.emplace_back(cores.substr(std::min(digits + 2, cores.size())));
}

}  // namespace

std::vector<std::string> cpu_spellings(std::string_view name) {
  std::vector<std::string> spellings{std::string(name)};
  add_board_spellings(spellings, name);
  std::string text(name);
  for (const std::string_view tail : {" @ ", " w/ ", " with Radeon", " with AMD Radeon"})
    text = text.substr(0, text.find(tail));
  for (const std::string_view mark : {"(R)", "(TM)", "(r)", "(tm)"}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.erase(at, mark.size());
  }
  for (const std::string_view word : {" CPU", " Processor"}) {
    if (const std::size_t at = text.find(word); at != std::string::npos) text.erase(at, word.size());
  }
  if (const std::size_t at = text.find(" Gen "); at != std::string::npos && at < 5) text.erase(0, at + 5);
  // "AMD Ryzen 9 7950X 16-Core"; what goes on behind it is no processor ("M4 Max 40-core 128GB").
  const std::size_t cores = std::min(text.rfind("-Core"), text.rfind("-core"));
  if (cores != std::string::npos && (text.substr(cores + 5).empty() || text.substr(cores + 5) == "s")) {
    const std::size_t blank = text.rfind(' ', cores);
    if (blank != std::string::npos) text.erase(blank);
  }
  spellings.push_back(text);
  if (const std::size_t at = text.find("Threadripper"); at != std::string::npos && text.find("Ryzen") == std::string::npos) {
    spellings.push_back("AMD Ryzen " + text.substr(at));
  }
  return spellings;
}

std::optional<DeviceRecord> find_cpu(std::string_view name, const Catalog& catalog) {
  for (const std::string& spelling : cpu_spellings(name)) {
    std::optional<DeviceRecord> platform;
    for (DeviceRecord& record : catalog.devices_named(spelling)) {
      if (record.kind == DeviceRecordKind::cpu) return std::move(record);
      if (record.kind == DeviceRecordKind::platform && !platform) platform = std::move(record);
    }
    if (platform) return platform;
  }
  return std::nullopt;
}

}  // namespace canirun::catalog
