// SPDX-License-Identifier: MIT
// The small readers: text, files inside a root, firmware tables, links, child processes.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "probe/child.hpp"
#include "probe/fs_root.hpp"
#include "probe/linux/cpu.hpp"
#include "probe/linux/memory_modules.hpp"
#include "probe/linux/pci.hpp"
#include "probe/probe.hpp"
#include "probe/text.hpp"
#include "probe/vendor/kfd.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

TEST_CASE("text from outside is made harmless") {
  CHECK(clean_text("  NVIDIA\tGeForce\n RTX  4090 ") == "NVIDIA GeForce RTX 4090");
  CHECK(clean_text("a\x1b[31mb\x07\x7f") == "a[31mb");
  CHECK(clean_text("\xc2\x9b"
                   "31m") == "31m");  // C1: an escape sequence in one character
  CHECK(clean_text("\xff\xfe"
                   "A\xe2\x82") == "A");  // not UTF-8
  CHECK(clean_text("Grüße ✓") == "Grüße ✓");
  CHECK(clean_text("abcdef", 4) == "abcd");
  CHECK(clean_text("ab\xc3\xbc", 3) == "ab");  // no half characters
  CHECK(clean_text(std::string("a\0b", 3)) == "a b");
}

TEST_CASE("numbers are numbers or nothing") {
  CHECK(whole_number(" 42\n") == 42U);
  CHECK(whole_number("0x10de\n", 16) == 0x10deU);
  CHECK_FALSE(whole_number("42 kB"));
  CHECK_FALSE(whole_number("-1"));
  CHECK_FALSE(whole_number(""));
  CHECK_FALSE(whole_number("99999999999999999999"));
  CHECK(leading_number("42 kB") == 42U);
  CHECK_FALSE(leading_number("kB 42"));
  CHECK(leading_decimal("16.0 GT/s PCIe") == 16.0);
  CHECK_FALSE(leading_decimal("Unknown"));
  CHECK_FALSE(leading_decimal("inf"));
}

TEST_CASE("CPU lists") {
  CHECK(count_cpus("0-3,8,10-11\n") == 7);
  CHECK(count_cpus("") == 0);
  CHECK(count_cpus("3-1") == 0);
  CHECK(count_cpus("0-99999999") == 0);
  CHECK(count_cpus("0,1,x,5") == 2);
}

TEST_CASE("the best instruction set") {
  CHECK(isa_from_flags("sse2 avx avx2 avx512f avx512_vnni amx_tile amx_int8", false) == CpuIsa::amx);
  CHECK(isa_from_flags("sse2 avx avx2 amx_tile amx_int8", false) == CpuIsa::avx2);  // vectors kept by the hypervisor
  CHECK(isa_from_flags("sse2 avx avx2 avx_vnni", false) == CpuIsa::avx_vnni);
  CHECK(isa_from_flags("sse2 avx2_not avx", false) == CpuIsa::avx);
  CHECK(isa_from_flags("sse2", false) == CpuIsa::scalar);
  CHECK(isa_from_flags("fp asimd asimddp i8mm", true) == CpuIsa::neon_i8mm);
  CHECK(isa_from_flags("fp asimd sve i8mm", true) == CpuIsa::sve);
  CHECK(isa_from_flags("fp asimd", true) == CpuIsa::neon);
}

TEST_CASE("files are read inside their root only") {
  const Recorded recorded("");
  recorded.write("/proc/a", "hello\n");
  recorded.link("/sys/abs", "/proc/a");
  recorded.link("/sys/up", "../../../../../../proc/a");
  recorded.link("/sys/loop", "loop");
  recorded.link("/sys/out", "/etc/passwd");
  recorded.link("/sys/dev/driver", "../../bus/drivers/amdgpu");
  const FsRoot fs(recorded.root());
  CHECK_FALSE(fs.is_this_system());
  CHECK(fs.text("/proc/a") == "hello\n");
  CHECK(fs.text("/sys/abs") == "hello\n");
  CHECK(fs.text("/sys/up") == "hello\n");
  CHECK(fs.text("/sys/out").empty());
  CHECK(fs.read("/sys/loop").error().message == "no such file or directory");
  CHECK(fs.read("/sys").error().message == "not a regular file");
  CHECK(fs.text("/proc/a", 3) == "hel");
  CHECK(fs.link_name("/sys/dev/driver") == "amdgpu");
  CHECK_FALSE(fs.link_name("/proc/a"));
  CHECK(fs.real_path("/sys/up") == "/proc/a");
  CHECK_FALSE(fs.real_path("/sys/loop"));
  CHECK(fs.list("/sys") == std::vector<std::string>{"abs", "dev", "loop", "out", "up"});
  CHECK(fs.list("/nowhere").empty());

  SECTION("a FIFO does not hold it up") {
    REQUIRE(::mkfifo((recorded.root() / "proc/pipe").c_str(), 0600) == 0);
    CHECK(fs.read("/proc/pipe").error().message == "not a regular file");
  }
  SECTION("without permission it says so") {
    recorded.write("/proc/secret", "x");
    ::chmod((recorded.root() / "proc/secret").c_str(), 0);
    if (::geteuid() == 0) {
      CHECK(fs.text("/proc/secret") == "x");  // root may read everything
    } else {
      CHECK(fs.read("/proc/secret").error().message == "permission denied");
    }
  }
}

namespace {

/// SMBIOS structure 17, version 3.2 and its strings.
std::string memory_device(unsigned size_mib, unsigned type, unsigned width, unsigned rate, const std::string& bank) {
  std::string area(0x54, '\0');
  const auto word = [&area](std::size_t at, unsigned value) {
    area[at] = static_cast<char>(value & 0xff);
    area[at + 1] = static_cast<char>(value >> 8);
  };
  area[0] = 17;
  area[1] = 0x54;
  word(0x08, width);
  word(0x0a, width);
  word(0x0c, size_mib);
  area[0x10] = 1;  // device locator
  area[0x11] = 2;  // bank locator
  area[0x12] = static_cast<char>(type);
  word(0x15, rate);
  word(0x20, rate);
  return area + "DIMM 1" + '\0' + bank + '\0' + '\0';
}
const std::string k_end_of_table{127, 4, 0, 0, 0, 0};

}  // namespace

TEST_CASE("memory modules of the firmware's table") {
  const std::string bios = std::string{0, 4, 0, 0} + "vendor" + '\0' + '\0';
  const std::string table = bios + memory_device(0, 0x22, 64, 0, "P0 CHANNEL A") +
                            memory_device(0x7fff, 0x22, 64, 5600, "P0 CHANNEL A") +
                            memory_device(0x7fff, 0x22, 64, 5600, "P0 CHANNEL B") + k_end_of_table;
  const std::vector<MemoryModule> modules = modules_from_smbios(table);
  REQUIRE(modules.size() == 2);  // the first slot is empty
  CHECK(modules[0].type == "DDR5");
  CHECK(modules[0].channel == "P0 CHANNEL A");
  CHECK(modules[0].transfers_per_s == 5600000000U);
  const MemorySetup setup = summarise_modules(modules);
  CHECK(setup.channels == 2U);
  CHECK(setup.bandwidth_bytes_per_s == Approx(89.6e9));

  for (std::size_t cut = 0; cut < table.size(); ++cut) CHECK(modules_from_smbios(table.substr(0, cut)).size() <= 2);
  CHECK(modules_from_smbios(std::string(4096, '\xff')).empty());
  CHECK(modules_from_smbios(std::string("\x11\x01\0\0", 4)).empty());
}

TEST_CASE("what modules add up to") {
  const auto module = [](const char* type, const char* channel, unsigned width, unsigned mt_per_s) {
    return MemoryModule{
        .type = type, .channel = channel, .data_width_bits = width, .transfers_per_s = std::uint64_t{mt_per_s} * 1000000};
  };
  SECTION("four modules on two channels") {
    const MemorySetup setup = summarise_modules({module("DDR4", "A", 64, 3200), module("DDR4", "A", 64, 3200),
                                                 module("DDR4", "B", 64, 3200), module("DDR4", "B", 64, 2666)});
    CHECK(setup.channels == 2U);
    CHECK(setup.bandwidth_bytes_per_s == Approx(2 * 8 * 2666e6));  // the slowest sets the pace
  }
  SECTION("no channel named: rate and count, no bandwidth") {
    const MemorySetup setup = summarise_modules({module("DDR4", "", 64, 3200), module("DDR4", "", 64, 3200)});
    CHECK(setup.modules == 2);
    CHECK(setup.transfers_per_s == 3200e6);
    CHECK_FALSE(setup.channels);
    CHECK_FALSE(setup.bandwidth_bytes_per_s);
  }
  SECTION("soldered channels that claim to be 64 bits wide are not believed") {
    CHECK_FALSE(summarise_modules({module("LPDDR5", "A", 64, 6400), module("LPDDR5", "B", 64, 6400)}).bandwidth_bytes_per_s);
    CHECK(summarise_modules({module("LPDDR5", "A", 16, 6400), module("LPDDR5", "B", 16, 6400)}).bandwidth_bytes_per_s ==
          Approx(25.6e9));
  }
  SECTION("nothing") { CHECK(summarise_modules({}).modules == 0); }
}

TEST_CASE("channels in the ways boards write them") {
  const auto channel = [](const char* locator) {
    const auto modules =
        modules_from_udev(std::string("E:MEMORY_DEVICE_0_SIZE=1\nE:MEMORY_DEVICE_0_LOCATOR=") + locator + "\n");
    return modules.empty() ? std::string("none") : modules[0].channel;
  };
  CHECK(channel("Controller1-ChannelB-DIMM0") == "CONTROLLER1-CHANNELB");
  CHECK(channel("ChannelA-DIMM0") == "CHANNELA");
  CHECK(channel("DIMM_A2") == "DIMM_A");
  CHECK(channel("P1-DIMMB1") == "P1-DIMMB");
  CHECK(channel("DIMM 0").empty());
  CHECK(channel("Bottom-Slot 1").empty());
}

TEST_CASE("PCI Express rates") {
  CHECK(pcie_generation("2.5 GT/s PCIe") == 1U);
  CHECK(pcie_generation("8 GT/s") == 3U);
  CHECK(pcie_generation("64.0 GT/s PCIe") == 6U);
  CHECK_FALSE(pcie_generation("Unknown"));
  CHECK_FALSE(pcie_generation("7.0 GT/s"));
  CHECK(pcie_bytes_per_s({3, 16}) == Approx(15.754e9).epsilon(0.001));
  CHECK(pcie_bytes_per_s({1, 1}) == Approx(0.25e9));
  CHECK_FALSE(pcie_bytes_per_s({9, 16}));
  CHECK_FALSE(pcie_bytes_per_s({4, 0}));
}

TEST_CASE("AMD's target numbers") {
  CHECK(gfx_name(110000) == "gfx1100");
  CHECK(gfx_name(90010) == "gfx90a");
  CHECK(gfx_name(110501) == "gfx1151");
  CHECK(gfx_name(90402) == "gfx942");
  CHECK(gfx_name(0).empty());
  CHECK(gfx_name(999999).empty());
  CHECK(gfx_name_of_core(11, 0, 1) == "gfx1103");
  CHECK(gfx_name_of_core(11, 0, 3) == "gfx1101");
  CHECK(gfx_name_of_core(99, 0, 0).empty());
  CHECK(transfers_per_clock("gfx1201", 256) == 16.0);  // 256 bits x 1258 MHz x 16 = 644 GB/s, RX 9070 XT
  CHECK(transfers_per_clock("gfx942", 8192) == 4.0);   // 8192 bits x 1300 MHz x 4 = 5.3 TB/s, MI300X
  CHECK_FALSE(transfers_per_clock("gfx1151", 256));
}

TEST_CASE("a table that leaves modules out says nothing about the bandwidth") {
  const Recorded recorded("apu-strix-halo");
  const auto host = [&] {
    ProbeOptions options;
    options.root = recorded.root();
    return probe_machine(options);
  };
  CHECK(host().pools[0].bandwidth_bytes_per_s == Approx(256e9));
  CHECK(host().cpu.memory_channels == 8U);
  recorded.write("/run/udev/data/+dmi:id",
                 "E:MEMORY_DEVICE_0_DATA_WIDTH=32\nE:MEMORY_DEVICE_0_SIZE=17179869184\n"
                 "E:MEMORY_DEVICE_0_BANK_LOCATOR=P0 CHANNEL A\nE:MEMORY_DEVICE_0_TYPE=LPDDR5\n"
                 "E:MEMORY_DEVICE_0_CONFIGURED_SPEED_MTS=8000\n");
  const Machine partial = host();
  CHECK_FALSE(partial.pools[0].bandwidth_bytes_per_s);
  CHECK_FALSE(partial.cpu.memory_channels);
  CHECK(note_about(partial, "memory bandwidth").find("fewer") != std::string::npos);
}

TEST_CASE("what processes hold of a GPU that computes") {
  const Recorded recorded("");
  const FsRoot fs(recorded.root());
  CHECK_FALSE(kfd_memory_users(fs, 7));  // kfd does not list any
  const std::string processes = "/sys/class/kfd/kfd/proc/";
  recorded.write(processes + "41/vram_7", "4096\n");
  recorded.write(processes + "41/vram_8", "8192\n");
  recorded.write(processes + "42/vram_7", "0\n");
  recorded.write(processes + "43/vram_7", "99999999999999999999\n");
  recorded.write(processes + "x/vram_7", "1\n");
  CHECK(*kfd_memory_users(fs, 7) == std::map<std::uint32_t, std::uint64_t>{{41, 4096}});
  CHECK(kfd_memory_users(fs, 9)->empty());
}

TEST_CASE("a GPU is found in the compute topology by its place on the bus") {
  const Recorded recorded("");
  const std::string nodes = "/sys/class/kfd/kfd/topology/nodes/";
  recorded.write(nodes + "1/properties",
                 "gfx_target_version 90010\nlocation_id 795\ndomain 2\nsimd_count 440\nsimd_per_cu 4\n");
  recorded.write(nodes + "2/properties", "gfx_target_version 110000\nlocation_id 795\ndomain 0\n");
  const FsRoot fs(recorded.root());
  PciDevice pci;
  pci.bus = "0002:03:03.3";  // 795 = 3 << 8 | 3 << 3 | 3
  REQUIRE(kfd_node(fs, pci));
  CHECK(kfd_node(fs, pci)->gfx_target == "gfx90a");
  CHECK(kfd_node(fs, pci)->compute_units == 110U);
  CHECK_FALSE(kfd_node(fs, pci)->memory_bytes);
  pci.bus = "0000:03:03.3";
  CHECK(kfd_node(fs, pci)->gfx_target == "gfx1100");
  pci.bus = "0000:03:00.0";
  CHECK_FALSE(kfd_node(fs, pci));
}

TEST_CASE("child processes") {
  SECTION("say their piece") {
    const ChildAnswer answer = run_in_child([](int fd) { write_all(fd, "hello"); }, 20);
    CHECK(answer.output == "hello");
    CHECK(answer.trouble.empty());
  }
  SECTION("have no standard streams of ours") {
    const ChildAnswer answer =
        run_in_child([](int fd) { write_all(fd, ::isatty(1) != 0 || ::write(1, "x", 1) != 1 ? "bad" : "silent"); }, 20);
    CHECK(answer.output == "silent");
  }
  SECTION("hang") {
    const ChildAnswer answer = run_in_child(
        [](int fd) {
          write_all(fd, "half");
          for (;;) ::pause();
        },
        0.1);
    CHECK(answer.output == "half");
    CHECK(answer.trouble == "no answer within 0.1 s");
  }
  SECTION("crash, throw, fail, never stop talking") {
    CHECK(run_in_child([](int) { ::raise(SIGBUS); }, 20).trouble == "crashed (SIGBUS)");
    CHECK(run_in_child([](int) { throw 1; }, 20).trouble == "ended with 1");
    CHECK(run_in_child([](int) { ::_exit(7); }, 20).trouble == "ended with 7");
    const ChildAnswer chatter = run_in_child(
        [](int fd) {
          while (write_all(fd, std::string(4096, 'x'))) continue;
        },
        20, 10000);
    CHECK(chatter.trouble == "said more than anybody asked");
    CHECK(chatter.output.size() <= 10000);
  }
}
