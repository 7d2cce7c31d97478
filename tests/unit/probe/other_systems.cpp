// SPDX-License-Identifier: MIT
// Macs and Windows: what their interfaces say, written down, and what is made of it.
#include <catch2/catch.hpp>
#include <cstring>

#include "probe/apple/apple.hpp"
#include "probe/vendor/common_ids.hpp"
#include "probe/windows/processor_information.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

namespace {

Machine mac(std::string_view lines, std::optional<std::uint32_t> gpu_cores) {
  const ProbeOptions options;
  Context context{.options = options, .fs = FsRoot("/nonexistent"), .machine = {}, .heard = {}};
  fill_from_sysctl(context, lines, gpu_cores);
  return std::move(context.machine);
}

// sysctl -a of a MacBook Pro 14 (M2 Pro, 12 cores, 19 GPU cores, 16 GB), the lines that are read.
constexpr const char* k_m2_pro =
    "machdep.cpu.brand_string: Apple M2 Pro\nkern.osproductversion: 14.5\nkern.osrelease: 23.5.0\nhw.memsize: 17179869184\n"
    "hw.pagesize: 16384\nhw.packages: 1\nhw.physicalcpu: 12\nhw.logicalcpu: 12\nhw.nperflevels: 2\n"
    "hw.perflevel0.physicalcpu: 8\nhw.perflevel0.l2cachesize: 16777216\nhw.perflevel0.cpusperl2: 4\n"
    "hw.perflevel1.physicalcpu: 4\nhw.perflevel1.l2cachesize: 4194304\nhw.perflevel1.cpusperl2: 4\nhw.optional.arm64: 1\n"
    "hw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_I8MM: 1\nvm.page_free_count: 10000\n"
    "vm.page_purgeable_count: 2000\nvm.page_speculative_count: 500\niogpu.wired_limit_mb: 0\n";

}  // namespace

TEST_CASE("a Mac with one memory for all") {
  const Machine machine = mac(k_m2_pro, 19);
  CHECK(machine.os == "macOS 14.5");
  CHECK(machine.cpu.name == "Apple M2 Pro");
  CHECK(machine.cpu.physical_cores == 12);
  CHECK(machine.cpu.performance_cores == 8U);
  CHECK(machine.cpu.isa == CpuIsa::neon_i8mm);
  CHECK(machine.cpu.l2_cache_bytes == std::uint64_t{36} << 20U);
  REQUIRE(machine.devices.size() == 2);
  CHECK(machine.devices[1].name == "Apple M2 Pro (19-core GPU)");
  CHECK(machine.devices[1].runtime == "metal");
  CHECK(machine.devices[1].core_count == 19U);
  REQUIRE(machine.pools.size() == 1);
  CHECK(machine.pools[0].kind == PoolKind::unified);
  CHECK(machine.pools[0].total_bytes == 17179869184U);
  CHECK(machine.pools[0].limit_bytes == 17179869184U / 3 * 2);
  CHECK(machine.pools[0].free_bytes == 12500U * 16384U);
}

TEST_CASE("Metal's working set") {
  constexpr std::uint64_t k_gib = std::uint64_t{1} << 30U;
  CHECK(metal_working_set(64 * k_gib, 0) == 48 * k_gib);
  CHECK(metal_working_set(36 * k_gib, 0) == 24 * k_gib);
  CHECK(metal_working_set(64 * k_gib, 57344) == 56 * k_gib);
  CHECK(metal_working_set(16 * k_gib, 57344) == 16 * k_gib);
}

TEST_CASE("a Mac that says little, or has an Intel processor") {
  const Machine nothing = mac("", std::nullopt);
  REQUIRE(nothing.pools.size() == 1);
  CHECK(nothing.pools[0].total_basis == Basis::assumed);
  CHECK_FALSE(note_about(nothing, "memory size").empty());
  const Machine intel =
      mac("machdep.cpu.brand_string: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz\nhw.memsize: 17179869184\n"
          "hw.physicalcpu: 6\nhw.logicalcpu: 12\nhw.optional.avx2_0: 1\n",
          std::nullopt);
  CHECK(intel.pools[0].kind == PoolKind::host);
  CHECK(intel.cpu.isa == CpuIsa::avx2);
  CHECK(intel.devices.size() == 1);
}

namespace {

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}
std::string entry(std::uint32_t relationship, std::size_t size) {
  std::string bytes(size, '\0');
  put(bytes, 0, relationship);
  put(bytes, 4, static_cast<std::uint32_t>(size));
  return bytes;
}
std::string core(std::uint8_t efficiency, std::uint64_t mask) {
  std::string bytes = entry(0, 48);
  put(bytes, 9, efficiency);
  put(bytes, 30, std::uint16_t{1});
  put(bytes, 32, mask);
  return bytes;
}
std::string cache(std::uint8_t level, std::uint32_t size, std::uint32_t type) {
  std::string bytes = entry(2, 56);
  put(bytes, 8, level);
  put(bytes, 12, size);
  put(bytes, 16, type);
  return bytes;
}

}  // namespace

TEST_CASE("a GPU that Windows lists is a card, or in the processor, by its id") {
  constexpr std::uint64_t gib = std::uint64_t{1} << 30U;
  CHECK(adapter_memory(0x10de, 0x2684, 24 * gib, 64 * gib) == AdapterMemory::own);
  CHECK(adapter_memory(0x1002, 0x744c, 24 * gib, 64 * gib) == AdapterMemory::own);
  CHECK(adapter_memory(0x1002, 0x7422, gib / 2, 16 * gib) == AdapterMemory::own);     // a small card stays one
  CHECK(adapter_memory(0x1002, 0x15bf, 4 * gib, 28 * gib) == AdapterMemory::shared);  // Radeon 780M with 4 GiB set aside
  CHECK(adapter_memory(0x1002, 0x1586, 96 * gib, 32 * gib) == AdapterMemory::set_aside);
  CHECK(adapter_memory(0x8086, 0xa7a0, 2 * gib, 30 * gib) == AdapterMemory::shared);
  CHECK(adapter_memory(0x8086, 0x56a0, 16 * gib, 32 * gib) == AdapterMemory::own);
  CHECK(adapter_memory(0x8086, 0xe20b, 12 * gib, 32 * gib) == AdapterMemory::own);
  CHECK(adapter_memory(0x5143, 0x0001, 0, 16 * gib) == AdapterMemory::shared);
  CHECK(adapter_memory(0x1ed5, 0x0201, 16 * gib, 32 * gib) == AdapterMemory::own);
}

TEST_CASE("Windows' list of processors") {
  const std::string buffer = entry(3, 48) + core(1, 3) + core(1, 12) + core(0, 16) + cache(1, 49152, 2) +
                             cache(2, 2U << 20U, 0) + cache(2, 2U << 20U, 0) + cache(3, 24U << 20U, 0) + entry(1, 48);
  const WindowsProcessors found = parse_processor_information(buffer);
  CHECK(found.packages == 1);
  CHECK(found.numa_nodes == 1);
  CHECK(found.cores == 3);
  CHECK(found.logical == 5);
  CHECK(found.performance_cores == 2U);
  CHECK(found.l2_cache_bytes == 4U << 20U);
  CHECK(found.l3_cache_bytes == 24U << 20U);
  CHECK_FALSE(parse_processor_information(core(0, 3) + core(0, 12)).performance_cores);
  CHECK(parse_processor_information("").cores == 0);
  CHECK(parse_processor_information(std::string(7, '\xff')).cores == 0);
  CHECK(parse_processor_information(std::string(100, '\xff')).cores == 0);  // a size beyond the end
  CHECK(parse_processor_information(std::string(100, '\0')).cores == 0);    // a size of nothing does not loop
  CHECK(parse_processor_information(core(0, 3).substr(0, 20) + "x").cores == 0);
}
