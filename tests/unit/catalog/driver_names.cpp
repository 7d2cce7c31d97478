// SPDX-License-Identifier: MIT
// Names as drivers print them, without a PCI id to help (virtual machines, WSL, DXGI): each trap that led other programs to
// a namesake. With an id, see recorded machines and lookup.cpp.
#include <catch2/catch.hpp>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

Machine with_card(const char* name, std::uint64_t mib) {
  static const Catalog embedded = Catalog::embedded();
  Machine machine;
  machine.devices.resize(2);
  machine.pools.resize(2);
  machine.devices[0].name = "some processor";
  machine.pools[0].total_bytes = std::uint64_t{64} << 30U;
  machine.devices[1].kind = DeviceKind::discrete_gpu;
  machine.devices[1].name = name;
  machine.devices[1].pool = 1;
  machine.pools[1].kind = PoolKind::gpu;
  machine.pools[1].total_bytes = mib << 20U;
  complete_machine(machine, embedded);
  return machine;
}

}  // namespace

TEST_CASE("names of drivers lead to the card they mean, and to its bandwidth") {
  struct Trap {
    const char* name;
    std::uint64_t mib;
    const char* record;
    double gigabytes_per_s;
  };
  const Trap traps[] = {
      {"NVIDIA A100-SXM4-40GB", 40960, "nvidia/a100-sxm4-40gb", 1555},  // read as an M4
      {"NVIDIA A100-SXM4-80GB", 81920, "nvidia/a100-sxm4-80gb", 2039},
      {"NVIDIA A100-PCIE-40GB", 40960, "nvidia/a100-pcie-40gb", 1555},
      {"NVIDIA A100 80GB PCIe", 81920, "nvidia/a100-80gb-pcie", 1935},
      {"NVIDIA RTX A1000", 8188, "nvidia/rtx-a1000", 192},  // read as an A100
      {"NVIDIA RTX A1000 Laptop GPU", 4096, "nvidia/rtx-a1000-laptop-gpu", 0},
      {"NVIDIA T400", 2048, "nvidia/t400", 80},  // read as a T4
      {"NVIDIA T400 4GB", 4096, "nvidia/t400-4gb", 80},
      {"Tesla T4", 15360, "nvidia/tesla-t4", 320},
      {"NVIDIA T4", 15360, "nvidia/tesla-t4", 320},
      {"NVIDIA T1000", 4096, "nvidia/t1000", 0},
      {"NVIDIA GB200", 189471, "nvidia/gb200", 8000},  // read as a GB10
      {"NVIDIA L4", 23034, "nvidia/l4", 300},
      {"NVIDIA L40", 46068, "nvidia/l40", 864},
      {"NVIDIA L40S", 46068, "nvidia/l40s", 864},
      {"NVIDIA H100 80GB HBM3", 81559, "nvidia/h100-80gb-hbm3", 3350},
      {"NVIDIA H100 PCIe", 81559, "nvidia/h100-pcie", 2039},
      {"NVIDIA H200", 143771, "nvidia/h200", 4800},
      {"NVIDIA GeForce RTX 4090", 24564, "nvidia/geforce-rtx-4090", 1008},
      {"NVIDIA GeForce RTX 4090 Laptop GPU", 16376, "nvidia/geforce-rtx-4090-laptop-gpu", 576},  // the desktop card's
      {"NVIDIA GeForce RTX 3060", 12288, "nvidia/geforce-rtx-3060", 360},
      {"NVIDIA GeForce RTX 3060", 8192, "nvidia/geforce-rtx-3060-8gb", 240},  // the same name, half the bus
      {"NVIDIA GeForce RTX 3060 Laptop GPU", 6144, "nvidia/geforce-rtx-3060-laptop-gpu", 336},
      {"NVIDIA GeForce RTX 4060 Ti", 8188, "nvidia/geforce-rtx-4060-ti", 288},
      {"NVIDIA GeForce RTX 4060 Ti", 16380, "nvidia/geforce-rtx-4060-ti", 288},
      {"NVIDIA GeForce RTX 2080 with Max-Q Design", 8192, "nvidia/geforce-rtx-2080-mobile", 0},
      {"NVIDIA GeForce RTX 2080", 8192, "nvidia/geforce-rtx-2080", 448},
      {"NVIDIA GeForce GTX 1060 3GB", 3072, "nvidia/geforce-gtx-1060-3gb", 192},
      {"NVIDIA GeForce GTX 1060 6GB", 6144, "nvidia/geforce-gtx-1060-6gb", 192},
      {"NVIDIA RTX 6000 Ada Generation", 49140, "nvidia/rtx-6000-ada-generation", 960},
      {"NVIDIA RTX A6000", 49140, "nvidia/rtx-a6000", 768},
      {"Quadro RTX 6000", 23040, "nvidia/quadro-rtx-6000", 672},
      {"Intel(R) Arc(TM) A770 Graphics", 16288, "intel/arc-a770", 560},
      {"AMD Radeon RX 7900 XTX", 24560, "amd/radeon-rx-7900-xtx", 960},
      {"AMD Radeon RX 7900 XT", 20464, "amd/radeon-rx-7900-xt", 800},
      {"AMD Radeon RX 7900M", 16368, "amd/radeon-rx-7900m", 576},
      {"AMD Radeon RX 9070", 16304, "amd/radeon-rx-9070", 0},
  };
  for (const Trap& trap : traps) {
    INFO(trap.name << " " << trap.mib);
    const Machine machine = with_card(trap.name, trap.mib);
    CHECK(machine.devices[1].record_id == trap.record);
    if (trap.gigabytes_per_s > 0)
      CHECK(machine.pools[1].bandwidth_bytes_per_s.value_or(0) == Approx(trap.gigabytes_per_s * 1e9).epsilon(0.01));
    CHECK(machine.pools[1].total_bytes == trap.mib << 20U);  // what the driver counted stays
  }
}

TEST_CASE("a name that only looks like one is no card at all") {
  for (const char* name : {"NVIDIA Graphics Device", "NVIDIA A1", "Radeon RX 7900 XTXX", "GeForce RTX 40900", "Arc A7700"}) {
    INFO(name);
    CHECK(with_card(name, 8192).devices[1].record_id.empty());
  }
}
