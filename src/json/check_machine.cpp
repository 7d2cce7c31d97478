// SPDX-License-Identifier: MIT
#include "json/check_machine.hpp"

#include <cmath>
#include <optional>
#include <vector>

namespace canirun::json {
namespace {

// Beyond every machine there is, and small enough that sums and products stay exact or finite.
constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50;  // 1 PiB
constexpr double k_most_rate = 1e18;                            // bytes, operations or cycles a second
constexpr double k_most_watts = 1e6;
constexpr std::size_t k_most_parts = 1024;  // devices, pools, links
constexpr std::uint32_t k_most_cores = 10'000'000;

/// Remembers the first thing that is wrong.
class Checker {
 public:
  explicit Checker(std::string at) : at_(std::move(at)) {}

  void require(bool holds, const std::string& where, const std::string& rule) {
    if (!holds && message_.empty()) message_ = at_ + where + ": " + rule;
  }
  void count(std::size_t number, const std::string& where) {
    require(number <= k_most_parts, where, "more than " + std::to_string(k_most_parts));
  }
  void bytes(std::optional<std::uint64_t> value, const std::string& where) {
    require(!value || *value <= k_most_bytes, where, "more than 1 PiB");
  }
  void positive(std::optional<double> value, double highest, const std::string& where) {
    require(!value || (std::isfinite(*value) && *value > 0 && *value <= highest), where, "not above zero and plausible");
  }
  void cores(std::optional<std::uint32_t> value, const std::string& where) {
    require(!value || *value <= k_most_cores, where, "more cores than there are");
  }
  [[nodiscard]] Result<void> result() const {
    if (message_.empty()) return {};
    return fail(ErrorKind::malformed, message_);
  }

 private:
  std::string at_, message_;
};

void check_pool(Checker& check, const MemoryPool& pool, const std::string& at) {
  check.bytes(pool.total_bytes, at + "/total_bytes");
  check.bytes(pool.free_bytes, at + "/free_bytes");
  check.bytes(pool.limit_bytes, at + "/limit_bytes");
  check.positive(pool.bandwidth_bytes_per_s, k_most_rate, at + "/bandwidth_bytes_per_s");
}

void check_device(Checker& check, const Device& device, std::size_t pools, const std::string& at) {
  check.require(device.pool < pools, at + "/pool", "there is no pool " + std::to_string(device.pool));
  check.positive(device.fp32_flops_per_s, k_most_rate, at + "/fp32_flops_per_s");
  check.positive(device.fp16_flops_per_s, k_most_rate, at + "/fp16_flops_per_s");
  check.positive(device.int8_ops_per_s, k_most_rate, at + "/int8_ops_per_s");
  check.positive(device.boost_clock_hz, k_most_rate, at + "/boost_clock_hz");
  check.positive(device.memory_clock_hz, k_most_rate, at + "/memory_clock_hz");
  check.positive(device.tdp_w, k_most_watts, at + "/tdp_w");
  check.positive(device.power_limit_w, k_most_watts, at + "/power_limit_w");
  check.positive(device.share_of_card, 1, at + "/share_of_card");
  check.bytes(device.l2_cache_bytes, at + "/l2_cache_bytes");
  check.cores(device.core_count, at + "/core_count");
}

}  // namespace

Result<void> check_machine(const Machine& machine, std::string_view at) {
  Checker check{std::string(at)};
  check.require(!machine.pools.empty(), "/pools", "a machine has at least one memory pool");
  check.count(machine.pools.size(), "/pools");
  check.count(machine.devices.size(), "/devices");
  check.count(machine.links.size(), "/links");
  for (std::size_t i = 0; i < machine.pools.size(); ++i) check_pool(check, machine.pools[i], "/pools/" + std::to_string(i));
  for (std::size_t i = 0; i < machine.devices.size(); ++i) {
    check_device(check, machine.devices[i], machine.pools.size(), "/devices/" + std::to_string(i));
  }
  for (std::size_t i = 0; i < machine.links.size(); ++i) {
    const Link& link = machine.links[i];
    const std::string place = "/links/" + std::to_string(i);
    check.require(link.from_pool < machine.pools.size() && link.to_pool < machine.pools.size(), place,
                  "joins a pool that is not there");
    check.positive(link.bandwidth_bytes_per_s, k_most_rate, place + "/bandwidth_bytes_per_s");
  }
  check.count(machine.memory_users.size(), "/memory_users");
  if (machine.storage) {
    check.bytes(machine.storage->total_bytes, "/storage/total_bytes");
    check.bytes(machine.storage->free_bytes, "/storage/free_bytes");
    check.positive(machine.storage->read_bytes_per_s, k_most_rate, "/storage/read_bytes_per_s");
  }
  check.bytes(machine.host_memory.swap_total_bytes, "/host_memory/swap_total_bytes");
  check.bytes(machine.host_memory.swap_free_bytes, "/host_memory/swap_free_bytes");
  check.bytes(machine.host_memory.zram_bytes, "/host_memory/zram_bytes");
  check.bytes(machine.host_memory.huge_pages_bytes, "/host_memory/huge_pages_bytes");
  const CpuFacts& cpu = machine.cpu;
  check.cores(cpu.physical_cores, "/cpu/physical_cores");
  check.cores(cpu.logical_cores, "/cpu/logical_cores");
  check.positive(cpu.usable_cores, k_most_cores, "/cpu/usable_cores");
  check.positive(cpu.max_clock_hz, k_most_rate, "/cpu/max_clock_hz");
  check.require(!cpu.stolen_share || (*cpu.stolen_share >= 0 && *cpu.stolen_share < 1), "/cpu/stolen_share",
                "not a share of the time");
  check.positive(cpu.measured_fp32_flops_per_s, k_most_rate, "/cpu/measured_fp32_flops_per_s");
  check.positive(cpu.measured_int8_ops_per_s, k_most_rate, "/cpu/measured_int8_ops_per_s");
  check.positive(cpu.memory_transfers_per_s, k_most_rate, "/cpu/memory_transfers_per_s");
  return check.result();
}

}  // namespace canirun::json
