// SPDX-License-Identifier: MIT
#include "catalog/generation.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "catalog/device_record.hpp"
#include "embedded.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

/// A guest with this many cores, whose hypervisor hides what it runs on.
Machine guest(const char* signature, std::uint32_t cores) {
  Machine machine;
  machine.cpu.name = "Intel(R) Xeon(R) Processor";
  machine.cpu.signature = signature;
  machine.cpu.physical_cores = cores;
  machine.cpu.virtualised = true;
  Device cpu;
  cpu.id = "cpu";
  cpu.name = machine.cpu.name;
  machine.devices.push_back(cpu);
  machine.pools.emplace_back().id = "host";
  complete_machine(machine, embedded());
  return machine;
}

}  // namespace

TEST_CASE("family and model name a server's generation, and every one has its record") {
  for (const auto& [signature, name, architecture] :
       std::initializer_list<std::array<const char*, 3>>{{"GenuineIntel-6-63-2", "Haswell-EP", "haswell"},
                                                         {"GenuineIntel-6-79-1", "Broadwell-EP", "broadwell"},
                                                         {"GenuineIntel-6-85-4", "Skylake-SP", "skylake-x"},
                                                         {"GenuineIntel-6-85-7", "Cascade Lake-SP", "cascade-lake"},
                                                         {"GenuineIntel-6-106-6", "Ice Lake-SP", "ice-lake-sp"},
                                                         {"GenuineIntel-6-143-8", "Sapphire Rapids", "sapphire-rapids"},
                                                         {"GenuineIntel-6-207-2", "Emerald Rapids", "emerald-rapids"},
                                                         {"GenuineIntel-6-173-1", "Granite Rapids", "granite-rapids"},
                                                         {"AuthenticAMD-23-49-0", "EPYC 7002 (Rome)", "zen2"},
                                                         {"AuthenticAMD-25-1-1", "EPYC 7003 (Milan)", "zen3"},
                                                         {"AuthenticAMD-25-17-1", "EPYC 9004 (Genoa)", "zen4"},
                                                         {"AuthenticAMD-25-160-2", "EPYC 9004 (Bergamo)", "zen4c"},
                                                         {"AuthenticAMD-26-2-1", "EPYC 9005 (Turin)", "zen5"},
                                                         {"AuthenticAMD-26-17-0", "EPYC 9005 (Turin)", "zen5c"}}) {
    CAPTURE(signature);
    const std::optional<Generation> generation = generation_of(signature);
    REQUIRE(generation);
    CHECK(generation->name == name);
    const Result<DeviceRecord> record = embedded().device(generation->record);
    REQUIRE(record);
    CHECK(record->architecture == architecture);
    CHECK(record->bandwidth_bytes_per_s);
    // No other part of the generation has faster memory: it is an upper bound.
    for (const DeviceRecord& other : embedded().devices()) {
      const bool sibling = other.kind == DeviceRecordKind::cpu && other.architecture == architecture &&
                           other.vendor == record->vendor &&
                           (other.id.find("xeon") != std::string::npos || other.id.find("epyc") != std::string::npos);
      if (sibling) CHECK(other.bandwidth_bytes_per_s.value_or(0) <= *record->bandwidth_bytes_per_s);
    }
  }
}

TEST_CASE("what is no server's signature names none") {
  for (const char* signature :
       {"", "GenuineIntel", "GenuineIntel-", "GenuineIntel-6", "GenuineIntel-6-?-2", "GenuineIntel-6-85",
        "GenuineIntel-6-85-11", "GenuineIntel-6-151-2", "AuthenticAMD-6-207-2", "AuthenticAMD-25-97-2",
        "GenuineIntel-99999999999999999999-207-2", "arm-0x41-0xd0b", "GenuineIntel--6-207"}) {
    CAPTURE(signature);
    CHECK_FALSE(generation_of(signature));
  }
}

TEST_CASE("a guest whose processor has no name gets its share of what its generation can do, as an assumption") {
  const Machine machine = guest("GenuineIntel-6-207-2", 16);
  CHECK(machine.devices[0].architecture == "emerald-rapids");
  CHECK(machine.devices[0].record_id.empty());
  CHECK(machine.devices[0].how_known.find("Emerald Rapids by family and model") != std::string::npos);
  CHECK(machine.pools[0].bandwidth_bytes_per_s == Approx(16 * 12e9));
  CHECK(machine.pools[0].bandwidth_provenance.basis == Basis::assumed);
  CHECK(machine.pools[0].bandwidth_provenance.source.find("Emerald Rapids") != std::string::npos);
  CHECK(machine.notes.empty());
  // Never more than the whole socket.
  CHECK(*guest("GenuineIntel-6-207-2", 60).pools[0].bandwidth_bytes_per_s <= 358.5e9);
  CHECK(guest("GenuineIntel-6-9999-2", 16).devices[0].architecture.empty());
  CHECK(guest("GenuineIntel-6-9999-2", 16).notes.size() == 1);
}
