// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "catalog/wish.hpp"
#include "embedded.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

Machine wished(MachineWish wish) {
  Result<Machine> machine = machine_from_wish(wish, embedded());
  if (!machine) FAIL(machine.error().text());
  return *std::move(machine);
}
Machine on(const char* text) { return wished({.on = text, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}); }

bool has_note(const Machine& machine, const char* text) {
  for (const ProbeNote& note : machine.notes) {
    if (note.reason.find(text) != std::string::npos) return true;
  }
  return false;
}

constexpr std::uint64_t gib(std::uint64_t n) { return n << 30U; }

}  // namespace

TEST_CASE("cards are found by the names people use") {
  struct Case {
    const char* text;
    const char* record;
    std::uint64_t gib;
    double gigabytes_per_s;
  };
  const Case cases[] = {{"RTX 4090", "nvidia/geforce-rtx-4090", 24, 1008},
                        {"NVIDIA GeForce RTX 4090", "nvidia/geforce-rtx-4090", 24, 1008},
                        {"rtx4090", "nvidia/geforce-rtx-4090", 24, 1008},
                        {"4090", "nvidia/geforce-rtx-4090", 24, 1008},
                        {"RTX 3060 12GB", "nvidia/geforce-rtx-3060", 12, 360},
                        {"RTX 3060 8GB", "nvidia/geforce-rtx-3060-8gb", 8, 240},
                        {"RTX 3060", "nvidia/geforce-rtx-3060", 12, 360},
                        {"RTX 4060 Ti 16GB", "nvidia/geforce-rtx-4060-ti", 16, 288},
                        {"RX 7900 XTX", "amd/radeon-rx-7900-xtx", 24, 960},
                        {"7900 XT", "amd/radeon-rx-7900-xt", 20, 800},
                        {"RTX 4080 Laptop", "nvidia/geforce-rtx-4080-laptop-gpu", 12, 432},
                        {"A100 80GB", "nvidia/a100-sxm4-80gb", 80, 2039},
                        {"Arc B580", "intel/arc-b580", 12, 456},
                        {"7900xtx", "amd/radeon-rx-7900-xtx", 24, 960},
                        {"9070xt", "amd/radeon-rx-9070-xt", 16, 640},
                        {"RTX 3090, ram=32GiB", "nvidia/geforce-rtx-3090", 24, 936},
                        {"Tesla T4", "nvidia/tesla-t4", 16, 320}};
  for (const Case& c : cases) {
    INFO(c.text);
    const Machine machine = on(c.text);
    REQUIRE(machine.devices.size() == 2);
    REQUIRE(machine.pools.size() == 2);
    CHECK(machine.devices[1].record_id == c.record);
    CHECK(machine.devices[1].pool == 1);
    CHECK(machine.pools[1].kind == PoolKind::gpu);
    CHECK(machine.pools[1].total_bytes == gib(c.gib));
    CHECK(machine.pools[1].bandwidth_bytes_per_s == Approx(c.gigabytes_per_s * 1e9));
    CHECK_FALSE(machine.pools[1].free_bytes);
  }
}

TEST_CASE("what a wish leaves open is assumed and said") {
  const Machine machine = on("RTX 4090");
  CHECK(machine.origin == "--on RTX 4090");
  CHECK_FALSE(machine.is_this_machine);
  CHECK(machine.devices[0].kind == DeviceKind::cpu);
  CHECK(machine.devices[0].basis == Basis::assumed);
  CHECK(machine.pools[0].kind == PoolKind::host);
  CHECK(machine.pools[0].total_bytes == gib(64));
  CHECK(machine.pools[0].total_basis == Basis::assumed);
  CHECK(machine.pools[0].bandwidth_provenance.basis == Basis::assumed);
  CHECK(has_note(machine, "64 GiB assumed"));
  CHECK(machine.devices[1].runtime == "cuda");
  REQUIRE(machine.links.size() == 1);
  CHECK(machine.links[0].kind == "pcie4 x16");
  CHECK(has_note(on("RTX 4060 Ti"), "8 GiB assumed"));
  CHECK(has_note(on("M4 Max"), "several versions"));
  CHECK_FALSE(has_note(on("M4 Max 64GB"), "assumed"));
}

TEST_CASE("a count may stand at the end, and memory behind a comma or a plus") {
  CHECK(on("RTX 3090 x2").devices.size() == 3);
  CHECK(on("RTX 3090 X4").devices.size() == 5);
  CHECK(on("RTX 3090, ram=32GiB").pools[0].total_bytes == gib(32));
  CHECK(on("RTX 5090 + RTX 3090, ram=48GiB").pools[0].total_bytes == gib(48));
  CHECK(on("2x RTX 3090 + ram=96GiB").pools[0].total_bytes == gib(96));
  const Machine both = on("RTX 4090, cpu=Ryzen 9 7950X, ram=128GiB");
  CHECK(both.cpu.physical_cores == 16);
  CHECK(both.pools[0].total_bytes == gib(128));
  CHECK(on("RX 7900 XT").devices[1].record_id == "amd/radeon-rx-7900-xt");
}

TEST_CASE("machines are found as people say them") {
  CHECK(on("3090x2").devices.size() == 3);
  CHECK(on("dual 3090").devices.size() == 3);
  CHECK(on("two 3090s").devices.size() == 3);
  CHECK(on("two 3090s").pools[0].total_bytes == gib(64));
  CHECK(on("RTX 4090 24GB 64GB RAM").pools[0].total_bytes == gib(64));
  CHECK(on("RTX 4090 with 128 GB of RAM").pools[0].total_bytes == gib(128));
  CHECK(on("RTX 4090 with 128 GB of RAM").pools[1].total_bytes == gib(24));
  for (const char* old :
       {"i7-9700, GTX 1060 6GB, 32GB", "i7-9700 + gtx 1060 6gb + 32gb ram", "gtx 1060 6gb 32gb ddr4, cpu=i7-9700"}) {
    INFO(old);
    const Machine machine = on(old);
    CHECK(machine.cpu.name == "Intel Core i7-9700");
    REQUIRE(machine.devices.size() == 2);
    CHECK(machine.devices[1].record_id == "nvidia/geforce-gtx-1060-6gb");
    CHECK(machine.pools[0].total_bytes == gib(32));
  }
  // A size behind a comma is the card's where it is sold with that, else the machine's.
  CHECK(on("RTX 3060, 12GB").pools[1].total_bytes == gib(12));
  CHECK(on("RTX 3060, 12GB").pools[0].total_bytes == gib(64));
  CHECK(on("3090, 64gb").pools[1].total_bytes == gib(24));
  CHECK(on("3090, 64gb").pools[0].total_bytes == gib(64));
  CHECK(on("3090, 64gb").pools[0].total_basis == Basis::published);
  CHECK(on("M4 Max, 64GB").pools[0].total_bytes == gib(64));
  CHECK(has_note(on("RTX 3090 64GB"), "sold with 24 GiB"));  // rebuilt cards exist
  for (const char* none : {"cpu only 32gb", "32GB RAM", "no gpu, 32GB"}) {
    INFO(none);
    CHECK(on(none).devices.size() == 1);
    CHECK(on(none).pools[0].total_bytes == gib(32));
  }
}

TEST_CASE("words in another order, and words that tell nothing, are no obstacle") {
  CHECK(on("laptop rtx 4070").devices[1].record_id == "nvidia/geforce-rtx-4070-laptop-gpu");
  CHECK(on("gaming pc with a rtx 3060 12GB").devices[1].record_id == "nvidia/geforce-rtx-3060");
  CHECK(on("mini pc n100 16GB").cpu.name == "Intel N100");
  CHECK(on("mini pc n100 16GB").pools[0].total_bytes == gib(16));
  CHECK(on("threadripper 3960x").cpu.name == "AMD Ryzen Threadripper 3960X");
  CHECK(on("arc b60").devices[1].record_id == "intel/arc-pro-b60");
  CHECK(on("rpi5 8GB").pools[0].total_bytes == gib(8));
  // Nothing is guessed: a word too many, or one that several share.
  for (const char* unknown : {"gaming pc", "my laptop", "rtx 4070 super duper", "ryzen"}) {
    INFO(unknown);
    CHECK_FALSE(
        machine_from_wish({.on = unknown, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded()));
  }
  const auto mac =
      machine_from_wish({.on = "macbook air", .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded());
  REQUIRE_FALSE(mac);
  CHECK_THAT(mac.error().hint, Catch::Contains("which chip"));
}

TEST_CASE("a laptop's processor with many narrow channels is not assumed to have a server's memory") {
  CHECK(on("cpu=Qualcomm Snapdragon X Elite").pools[0].total_bytes == gib(64));
  CHECK(on("EPYC 9654").pools[0].total_bytes == gib(12 * 64));
}

TEST_CASE("Macs are what their chip is") {
  for (const char* name : {"M4 Max 128GB", "MacBook Pro M4 Max 128GB", "MacBook Pro (16-inch) M4 Max 128GB",
                           "mac studio m4 max 128gb", "Apple M4 Max 40-core 128GB"}) {
    INFO(name);
    const Machine machine = on(name);
    REQUIRE(machine.devices.size() == 2);
    CHECK(machine.devices[1].record_id == "apple/m4-max-40-core-gpu");
    CHECK(machine.pools[0].total_bytes == gib(128));
  }
  CHECK(on("Mac mini M4 16GB").pools[0].total_bytes == gib(16));
}

TEST_CASE("several cards have a pool each") {
  const Machine two = on("2x RTX 3090");
  REQUIRE(two.pools.size() == 3);
  CHECK(two.devices[1].id == "gpu0");
  CHECK(two.devices[2].id == "gpu1");
  CHECK(two.devices[2].pool == 2);
  CHECK(two.links.size() == 2);
  const Machine mixed = on("RTX 4090 + 2 x RTX 3060");
  REQUIRE(mixed.devices.size() == 4);
  CHECK(mixed.devices[1].record_id == "nvidia/geforce-rtx-4090");
  CHECK(mixed.devices[3].record_id == "nvidia/geforce-rtx-3060");
  const Machine hosted = on("cpu=Ryzen 9 7950X + RTX 4090");
  CHECK(hosted.devices[0].record_id == "amd/ryzen-9-7950x");
  CHECK(hosted.cpu.physical_cores == 16);
  CHECK(hosted.pools.size() == 2);
}

TEST_CASE("chips with one memory have one pool and two devices on it") {
  const Machine small = on("M2 Pro 16GB");
  REQUIRE(small.pools.size() == 1);
  REQUIRE(small.devices.size() == 2);
  CHECK(small.pools[0].kind == PoolKind::unified);
  CHECK(small.pools[0].total_bytes == gib(16));
  CHECK(small.pools[0].limit_bytes == gib(16) / 3 * 2);
  CHECK(small.pools[0].limit_reason.find("2/3") != std::string::npos);
  CHECK(small.pools[0].bandwidth_bytes_per_s == Approx(200e9));
  CHECK(small.devices[1].pool == 0);
  CHECK(small.devices[1].runtime == "metal");
  CHECK(small.devices[0].architecture == "m2");
  CHECK(small.cpu.performance_cores == 8);

  const Machine big = on("M4 Max 64GB");
  CHECK(big.pools[0].limit_bytes == gib(48));
  CHECK(big.devices[1].record_id == "apple/m4-max-40-core-gpu");
  CHECK(on("M3 Max 36GB").devices[1].record_id == "apple/m3-max-30-core-gpu");

  const Machine strix = on("AMD Ryzen AI Max+ 395");
  CHECK(strix.devices[1].record_id == "amd/radeon-8060s-graphics");
  CHECK(strix.devices[0].record_id == "amd/ryzen-ai-max-395");
  CHECK(strix.pools[0].bandwidth_bytes_per_s == Approx(256e9));
  CHECK_FALSE(strix.pools[0].limit_bytes);
  const Machine spark = on("NVIDIA DGX Spark (GB10)");
  CHECK(spark.devices[1].runtime == "cuda");
  CHECK(spark.cpu.isa == CpuIsa::sve);
}

TEST_CASE("processors alone") {
  for (const char* text : {"Ryzen 9 7950X", "cpu=AMD Ryzen 9 7950X", "AMD Ryzen 9 7950X 16-Core Processor"}) {
    const Machine machine = on(text);
    REQUIRE(machine.devices.size() == 1);
    REQUIRE(machine.pools.size() == 1);
    CHECK(machine.devices[0].record_id == "amd/ryzen-9-7950x");
    CHECK(machine.cpu.physical_cores == 16);
    CHECK(machine.cpu.logical_cores == 32);
    CHECK(machine.cpu.isa == CpuIsa::avx512_vnni);
    CHECK(machine.pools[0].bandwidth_bytes_per_s == Approx(83.2e9));
    CHECK(has_note(machine, "64 GiB assumed"));
  }
  CHECK(on("cpu=AMD EPYC 9374F").pools[0].total_bytes == gib(768));  // 64 GiB a channel
  const Machine pi = on("Raspberry Pi 5");
  CHECK(pi.pools[0].total_bytes == gib(16));
  CHECK(pi.pools[0].bandwidth_bytes_per_s == Approx(17.1e9));
  const Machine generic = on("cpu=generic x86-64");
  CHECK(generic.devices.size() == 1);
  CHECK(generic.cpu.isa == CpuIsa::avx2);
}

TEST_CASE("figures instead of names, and figures that override") {
  const Machine described = on("2x vram=80GiB,bandwidth=2039GB/s");
  REQUIRE(described.pools.size() == 3);
  CHECK(described.pools[2].total_bytes == gib(80));
  CHECK(described.pools[2].bandwidth_bytes_per_s == Approx(2039e9));
  CHECK(described.devices[1].record_id.empty());
  CHECK_FALSE(on("vram=80GiB").pools[1].bandwidth_bytes_per_s);
  CHECK(on("cpu=Ryzen 9 7950X,bandwidth=96GB/s,ram=32GiB").pools[0].bandwidth_bytes_per_s == Approx(96e9));
  CHECK(on("cpu=Ryzen 9 7950X,ram=32GiB").pools[0].total_bytes == gib(32));

  const Machine card =
      wished({.on = "RTX 4090", .ram_bytes = gib(32), .vram_bytes = gib(48), .bandwidth_bytes_per_s = 900e9});
  CHECK(card.pools[0].total_bytes == gib(32));
  CHECK(card.pools[0].total_basis == Basis::published);
  CHECK(card.pools[0].bandwidth_bytes_per_s == Approx(89.6e9));
  CHECK(card.pools[1].total_bytes == gib(48));
  CHECK(card.pools[1].bandwidth_bytes_per_s == Approx(900e9));
  const Machine cpu = wished({.on = "i9-14900K", .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = 70e9});
  CHECK(cpu.pools[0].bandwidth_bytes_per_s == Approx(70e9));
  const Machine mac = wished({.on = "M1 Max", .ram_bytes = gib(64), .vram_bytes = {}, .bandwidth_bytes_per_s = {}});
  CHECK(mac.pools[0].total_bytes == gib(64));
  const Machine namesake = wished({.on = "RTX 3060", .ram_bytes = {}, .vram_bytes = gib(8), .bandwidth_bytes_per_s = {}});
  CHECK(namesake.devices[1].record_id == "nvidia/geforce-rtx-3060-8gb");
}

TEST_CASE("bad wishes are errors that say what to do") {
  struct Case {
    const char *text, *message;
  };
  const Case cases[] = {{"", "expected the name"},
                        {"   ", "expected the name"},
                        {"2x", "expected the name"},
                        {"RTX 4090 + ", "expected the name"},
                        {"0x RTX 4090", "expected 1 to 64"},
                        {"65x RTX 4090", "expected 1 to 64"},
                        {"99999999999x RTX 4090", "expected 1 to 64"},
                        {"RTX 9090", "unknown device \"RTX 9090\""},
                        {"foo=1", "\"foo\" is not one of: vram, bandwidth, cpu, ram"},
                        {"vram=", "expected key=value"},
                        {"vram=8GiB,vram=9GiB", "given twice"},
                        {"vram=8", "below 64 MiB"},
                        {"vram=-8GiB", "vram"},
                        {"vram=8GiB,bandwidth=fast", "bandwidth"},
                        {"bandwidth=100GB/s", "needs vram= or cpu="},
                        {"RTX 4090, vram=8GiB", "without a name"},
                        {"RTX 4090, fast", "unknown device"},
                        {"RTX 4090, ram", "unknown device"},
                        {"RTX 4090, ram=", "expected key=value"},
                        {"100x RTX 4090", "expected 1 to 64"},
                        {"cpu=RTX 4090", "is not a processor"},
                        {"cpu=nothing", "unknown processor"},
                        {"DDR5-5600 dual-channel", "is memory"},
                        {"2x M4 Max", "only one"},
                        {"2x Ryzen 9 7950X", "only one"}};
  for (const Case& c : cases) {
    INFO(c.text);
    const Result<Machine> machine =
        machine_from_wish({.on = c.text, .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded());
    REQUIRE_FALSE(machine);
    INFO(machine.error().message);
    CHECK(machine.error().message.find(c.message) != std::string::npos);
  }
  const Result<Machine> near =
      machine_from_wish({.on = "RTX 4091", .ram_bytes = {}, .vram_bytes = {}, .bandwidth_bytes_per_s = {}}, embedded());
  REQUIRE_FALSE(near);
  CHECK(near.error().hint.find("RTX 4090") != std::string::npos);
  CHECK_FALSE(machine_from_wish({.on = "i9-14900K", .ram_bytes = {}, .vram_bytes = gib(8), .bandwidth_bytes_per_s = {}},
                                embedded()));
  CHECK_FALSE(parse_wish(std::string(500, 'x')));
}
