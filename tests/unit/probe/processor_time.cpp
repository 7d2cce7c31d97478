// SPDX-License-Identifier: MIT
// What the kernel counts of its processors' time.
#include "probe/linux/processor_time.hpp"

#include <catch2/catch.hpp>

#include "probe/probe.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

TEST_CASE("the first line of /proc/stat, whole and wrong", "[steal]") {
  // user nice system idle iowait irq softirq steal guest guest_nice
  const auto time = processor_time("cpu  1000 200 300 50000 60 7 8 500 900 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  REQUIRE(time);
  CHECK(time->work == 1000 + 200 + 300 + 7 + 8);  // guests' time is in the user's already; waiting is no work
  CHECK(time->stolen == 500);
  for (const char* text : {"", "cpu0 1 2 3 4 5 6 7 8 9", "cpu 1 2 3 4 5 6 7", "intr 1 2 3 4 5 6 7 8 9"})
    CHECK_FALSE(processor_time(text));
  CHECK(processor_time("cpu a b c d e f g h i")->work == 0);
}

TEST_CASE("a share is only told of enough time", "[steal]") {
  CHECK(stolen_share({.work = 9000, .stolen = 1000}) == 0.1);
  CHECK(stolen_share({.work = 9000, .stolen = 0}) == 0.0);
  CHECK_FALSE(stolen_share({.work = 900, .stolen = 100}));  // ten seconds
  CHECK_FALSE(stolen_share({.work = 0, .stolen = 1e6}));
  CHECK_FALSE(stolen_share({.work = 1, .stolen = 1e19}));
}

TEST_CASE("only guests are asked", "[steal]") {
  const auto share = [](const Recorded& recorded) {
    ProbeOptions options;
    options.root = recorded.root();
    return probe_machine(options).cpu.stolen_share;
  };
  const Recorded guest("vm-with-stolen-time");
  CHECK(share(guest) == 0.18);
  guest.remove("/proc/stat");
  CHECK_FALSE(share(guest));
  // A host counts nothing: whatever stands there is not looked at.
  const Recorded host("desktop-amd");
  host.write("/proc/stat", "cpu  6000000 200000 1900000 25000000 40000 0 100000 1800000 0 0\n");
  CHECK_FALSE(share(host));
}
