// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "json/check_machine.hpp"
#include "json/fields_machine.hpp"
#include "json/text.hpp"

using namespace canirun;

namespace {

std::string written(Machine machine) {
  nlohmann::ordered_json json;
  json::JsonWriter::write(json, machine);
  return json.dump(2);
}

/// Every member set, each to a value of its own, so that a field that is forgotten or swapped shows.
Machine full_machine() {
  Machine m;
  m.origin = "this machine";
  m.is_this_machine = true;
  m.os = "Debian GNU/Linux 12 (bookworm)";
  m.kernel = "6.1.0-25-amd64";
  CpuFacts& c = m.cpu;
  c.name = "AMD Ryzen 9 7950X";
  c.sockets = 2;
  c.numa_nodes = 4;
  c.physical_cores = 16;
  c.logical_cores = 32;
  c.performance_cores = 8;
  c.usable_cores = 2.5;
  c.usable_cores_reason = "cgroup cpu.max 250000 100000";
  c.isa = CpuIsa::avx512_vnni;
  c.l2_cache_bytes = 16777216;
  c.l3_cache_bytes = 67108864;
  c.max_clock_hz = 5881e6;
  c.stolen_share = 0.12;
  c.measured_fp32_flops_per_s = 1.6e12;
  c.measured_int8_ops_per_s = 6.4e12;
  c.virtualised = true;
  c.signature = "AuthenticAMD-25-97-2";
  c.memory_type = "DDR5";
  c.memory_transfers_per_s = 5600e6;
  c.memory_modules = 4;
  c.memory_channels = 2;
  MemoryPool host;
  host.id = "host";
  host.kind = PoolKind::unified;
  host.total_bytes = 18446744073709551615ULL;  // every bit survives
  host.free_bytes = 9007199254740993ULL;       // not a double
  host.limit_bytes = 0;
  host.limit_reason = "cgroup memory.max";
  host.bandwidth_bytes_per_s = 0.1 + 0.2;
  host.bandwidth_provenance = {Basis::derived, "SMBIOS", "2026-11-25"};
  host.total_basis = Basis::published;
  host.description = "two channels DDR5-5600 \"quoted\" \xc3\xbc";
  MemoryPool card;
  card.id = "gpu0";
  card.kind = PoolKind::gpu;
  card.total_bytes = 25757220864;
  m.pools = {host, card};
  Device d;
  d.id = "gpu0";
  d.kind = DeviceKind::discrete_gpu;
  d.vendor = Vendor::nvidia;
  d.name = "NVIDIA GeForce RTX 4090";
  d.record_id = "nvidia/geforce-rtx-4090";
  d.architecture = "ada";
  d.pool = 1;
  d.pci_id = "10de:2684";
  d.pci_bus = "0000:01:00.0";
  d.pci_revision = "a1";
  d.pci_subsystem = "10de:167c";
  d.uuid_suffix = "89ab";
  d.compute_capability = "8.9";
  d.gfx_target = "gfx1100";
  d.fp32_flops_per_s = 82.6e12;
  d.fp16_flops_per_s = 165.2e12;
  d.int8_ops_per_s = 660.6e12;
  d.core_count = 16384;
  d.boost_clock_hz = 2520e6;
  d.l2_cache_bytes = 75497472;
  d.bus_width_bits = 384;
  d.memory_clock_hz = 10501e6;
  d.tdp_w = 450;
  d.power_limit_w = 400;
  d.pcie_generation = 4;
  d.pcie_lanes = 16;
  d.pcie_generation_now = 1;
  d.pcie_lanes_max = 8;
  d.ecc = true;
  d.persistence = false;
  d.driver_version = "550.54.14";
  d.runtime = "cuda";
  d.runtime_version = "12.4";
  d.is_mig = true;
  d.share_of_card = 0.125;
  d.drives_display = true;
  d.basis = Basis::measured;
  d.how_known = "NVML";
  Device cpu;
  cpu.id = "cpu";
  m.devices = {cpu, d};
  m.links = {{0, 1, "pcie4 x16", 31.5e9, Basis::assumed}};
  m.notes = {{"gpu0 memory clock", "NVML_ERROR_NOT_SUPPORTED"}};
  return m;
}

}  // namespace

TEST_CASE("a machine survives being written and read") {
  for (const Machine& machine : {full_machine(), [] {
                                   Machine bare;
                                   bare.devices.resize(1);
                                   bare.pools.resize(1);
                                   return bare;
                                 }()}) {
    const std::string text = written(machine);
    const Result<Machine> read = json::read_text<Machine>(text);
    REQUIRE(read);
    CHECK(written(*read) == text);
  }
  const Result<Machine> read = json::read_text<Machine>(written(full_machine()));
  REQUIRE(read);
  CHECK(read->pools[0].total_bytes == 18446744073709551615ULL);
  CHECK(read->pools[0].free_bytes == 9007199254740993ULL);
  CHECK(read->pools[0].limit_bytes == 0U);
  CHECK(read->pools[0].bandwidth_bytes_per_s == 0.1 + 0.2);
  CHECK(read->devices[1].share_of_card == 0.125);
  CHECK(read->devices[1].int8_ops_per_s == 660.6e12);
  CHECK(read->cpu.isa == CpuIsa::avx512_vnni);
  CHECK(read->cpu.usable_cores == 2.5);
  CHECK(read->links[0].basis == Basis::assumed);
  CHECK_FALSE(read->devices[0].pci_id);
}

TEST_CASE("no member of a written machine is left at its default by the full one") {
  // Guards the test above: a field that full_machine forgets would round-trip without being checked.
  nlohmann::ordered_json full;
  Machine machine = full_machine();
  json::JsonWriter::write(full, machine);
  const auto no_nulls = [](const nlohmann::ordered_json& object) {
    for (const auto& [key, value] : object.items()) {
      INFO(key);
      CHECK_FALSE(value.is_null());
    }
  };
  no_nulls(full["cpu"]);
  no_nulls(full["devices"][1]);
  no_nulls(full["pools"][0]);
}

TEST_CASE("a machine described by hand needs little") {
  const Result<Machine> machine = json::read_text<Machine>(R"({
    "devices": [{"id": "gpu0", "kind": "discrete_gpu", "name": "RTX 3090", "pool": 1}],
    "pools": [{"id": "host", "kind": "host", "total_bytes": 34359738368},
              {"id": "gpu0", "kind": "gpu", "total_bytes": 25769803776, "bandwidth_bytes_per_s": 936e9}]})");
  REQUIRE(machine);
  CHECK(machine->pools[1].bandwidth_bytes_per_s == 936e9);
  CHECK_FALSE(machine->pools[1].free_bytes);
}

TEST_CASE("mistakes in a machine are named by their place") {
  const auto mistake = [](const char* text) {
    const Result<Machine> machine = json::read_text<Machine>(text);
    return machine ? std::string("none") : machine.error().message;
  };
  CHECK(mistake(R"({"devices": []})").find("missing key \"pools\"") != std::string::npos);
  CHECK(mistake(R"({"devices": [], "pools": [{"id": "host", "kind": "attic", "total_bytes": 1}]})").find("/pools/0/kind") ==
        0);
  CHECK(mistake(R"({"devices": [], "pools": [{"id": "host", "kind": "host", "total_bytes": -1}]})")
            .find("/pools/0/total_bytes") == 0);
  CHECK(mistake(R"({"devices": [], "pools": [], "colour": "red"})").find("/colour: unknown key") == 0);
  CHECK(mistake(R"({"devices": [{"id": "a", "kind": "cpu", "name": 7, "pool": 0}], "pools": []})").find("/devices/0/name") ==
        0);
}

TEST_CASE("a machine that cannot be computed with is refused by its place") {
  Machine machine;
  machine.pools.resize(1);
  machine.devices.resize(1);
  REQUIRE(json::check_machine(machine));
  const auto refusal = [&machine](auto spoil) {
    Machine broken = machine;
    spoil(broken);
    const Result<void> checked = json::check_machine(broken);
    return checked ? std::string("accepted") : checked.error().message;
  };
  CHECK(refusal([](Machine& m) { m.pools.clear(); }).find("/machine/pools: a machine has at least one") == 0);
  CHECK(refusal([](Machine& m) { m.devices[0].pool = 1; }) == "/machine/devices/0/pool: there is no pool 1");
  CHECK(refusal([](Machine& m) { m.pools[0].bandwidth_bytes_per_s = -1; }).find("/machine/pools/0/bandwidth_bytes_per_s") ==
        0);
  CHECK(refusal([](Machine& m) { m.pools[0].bandwidth_bytes_per_s = 0; }).find("/machine/pools/0/bandwidth_bytes_per_s") ==
        0);
  CHECK(refusal([](Machine& m) { m.pools[0].total_bytes = ~std::uint64_t{0}; }).find("/machine/pools/0/total_bytes") == 0);
  CHECK(refusal([](Machine& m) { m.links.push_back({0, 3, "", 1e9, Basis::assumed}); }).find("/machine/links/0") == 0);
  CHECK(refusal([](Machine& m) { m.cpu.usable_cores = 0; }).find("/machine/cpu/usable_cores") == 0);
  CHECK(refusal([](Machine& m) { m.devices[0].share_of_card = 2; }).find("/machine/devices/0/share_of_card") == 0);
  CHECK(refusal([](Machine& m) { m.devices.resize(2000); }).find("/machine/devices: more than") == 0);
  CHECK(refusal([](Machine& m) { m.pools[0].limit_bytes = 0; }) == "accepted");  // there, but not usable now
}
