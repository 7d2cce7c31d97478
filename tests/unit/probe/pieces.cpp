// SPDX-License-Identifier: MIT
// Parts that read one thing each: what drivers' answers, accounting files, mounts and recordings say.
#include <catch2/catch.hpp>
#include <cstring>

#include "probe/linux/memory_users.hpp"
#include "probe/linux/storage.hpp"
#include "probe/recording.hpp"
#include "probe/redact.hpp"
#include "probe/vendor/drm_memory.hpp"
#include "probe/vendor/nvidia_parts.hpp"
#include "recorded.hpp"

using namespace canirun;
using namespace canirun::probe;

TEST_CASE("CUDA_VISIBLE_DEVICES") {
  const std::vector<std::string> two{"89ab", "cdef"};
  using Seen = std::vector<bool>;
  CHECK(visible_gpus("0", two, true) == Seen{true, false});
  CHECK(visible_gpus("1,0", two, true) == Seen{true, true});
  CHECK(visible_gpus("", two, true) == Seen{false, false});
  CHECK(visible_gpus("-1", two, true) == Seen{false, false});
  CHECK(visible_gpus("1,7,0", two, true) == Seen{false, true});  // CUDA stops at what it does not know
  CHECK(visible_gpus("NoDevFiles", two, true) == Seen{false, false});
  CHECK(visible_gpus("GPU-3f2c9f0e-0000-1111-2222-01234567CDEF", two, true) == Seen{false, true});
  CHECK_FALSE(visible_gpus("0", two, false));        // unequal cards: numbered by speed
  CHECK_FALSE(visible_gpus("GPU-3f2c", two, true));  // an abbreviation of what is not kept
  CHECK(visible_gpus("", two, false) == Seen{false, false});
}

TEST_CASE("Jetson modules by part number") {
  CHECK(jetson_name("nvidia,p3737-0000+p3701-0005\0nvidia,tegra234") == "NVIDIA Jetson AGX Orin 64GB");
  CHECK(jetson_name("nvidia,p3768-0000+p3767-0004") == "NVIDIA Jetson Orin Nano 4GB");
  CHECK(jetson_name("raspberrypi,5-model-b").empty());
}

TEST_CASE("multiprocessors and links of NVIDIA's generations") {
  CHECK(cores_per_multiprocessor("8.0") == 64U);
  CHECK(cores_per_multiprocessor("8.9") == 128U);
  CHECK_FALSE(cores_per_multiprocessor("99.0"));
  CHECK(nvlink_bytes_per_s(6) == 25e9);
  CHECK_FALSE(nvlink_bytes_per_s(0));
}

namespace {

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// One region of system memory and one of the card's own.
std::string regions(std::size_t head, std::uint64_t total, std::uint64_t second) {
  std::string answer(head + 2 * 88, '\0');
  put(answer, 0, std::uint32_t{2});
  put(answer, head + 8, std::uint64_t{64} << 30U);
  put(answer, head + 88, std::uint16_t{1});
  put(answer, head + 88 + 8, total);
  put(answer, head + 88 + 16, second);
  return answer;
}

constexpr std::uint64_t k_twelve_gib = std::uint64_t{12} << 30U;

}  // namespace

TEST_CASE("memory regions of Intel's drivers") {
  const DrmMemory xe = xe_memory_regions(regions(8, k_twelve_gib, 1000));
  CHECK(xe.total_bytes == k_twelve_gib);
  CHECK(xe.used_bytes == 1000U);
  CHECK_FALSE(xe_memory_regions(regions(8, k_twelve_gib, 0)).used_bytes);  // not told
  const DrmMemory i915 = i915_memory_regions(regions(16, k_twelve_gib, k_twelve_gib - 4096));
  CHECK(i915.total_bytes == k_twelve_gib);
  CHECK(i915.used_bytes == 4096U);
  CHECK_FALSE(i915_memory_regions(regions(16, k_twelve_gib, k_twelve_gib)).used_bytes);
  CHECK_FALSE(xe_memory_regions("").total_bytes);
  CHECK_FALSE(xe_memory_regions(std::string("\xff\xff\xff\xff", 4)).total_bytes);
  CHECK_FALSE(i915_memory_regions(regions(16, 5, 5).substr(0, 100)).total_bytes);  // cut off inside the second
  CHECK(parse_drm_memory("total_bytes 17\nused_bytes x\n").total_bytes == 17U);
  CHECK_FALSE(parse_drm_memory("total_bytes 99999999999999999\n").total_bytes);
}

TEST_CASE("who holds a GPU's memory") {
  const auto amd = drm_client(
      "pos:\t0\ndrm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\ndrm-client-id:\t41\n"
      "drm-memory-vram:\t2048 KiB\ndrm-memory-gtt: \t16 KiB\n");
  REQUIRE(amd);
  CHECK(amd->bus == "0000:03:00.0");
  CHECK(amd->bytes == 2U << 20U);
  const auto xe =
      drm_client("drm-pdev:\t0000:03:00.0\ndrm-client-id:\t7\ndrm-total-vram0:\t9 MiB\ndrm-resident-vram0:\t8 MiB\n");
  CHECK(xe->bytes == 8U << 20U);  // what lies there now, not what was asked for
  CHECK_FALSE(drm_client("pos:\t0\nflags:\t02\n"));

  const Recorded recorded("desktop-amd");
  const std::string card = "drm-pdev:\t0000:03:00.0\ndrm-client-id:\t41\ndrm-memory-vram:\t1024 MiB\n";
  for (const char* fd : {"5", "6"}) {  // two copies of one open file count once
    recorded.write(std::string("/proc/77/fdinfo/") + fd, card);
    recorded.link(std::string("/proc/77/fd/") + fd, "/dev/dri/renderD128");
  }
  recorded.write("/proc/77/comm", "llama-server\n");
  recorded.write("/proc/80/fdinfo/3", "drm-pdev:\t0000:03:00.0\ndrm-client-id:\t42\ndrm-memory-vram:\t2048 MiB\n");
  recorded.link("/proc/80/fd/3", "/dev/dri/card0");
  ProbeOptions options;
  options.root = recorded.root();
  options.memory_users = true;
  const Machine machine = probe_machine(options);
  REQUIRE(machine.memory_users.size() == 2);
  CHECK(machine.memory_users[0].bytes == std::uint64_t{2048} << 20U);
  CHECK(machine.memory_users[0].process.empty());
  CHECK(machine.memory_users[1].process == "llama-server");
  CHECK(machine.memory_users[1].bytes == std::uint64_t{1024} << 20U);
  CHECK(machine.memory_users[1].device == "gpu0");
  options.memory_users = false;
  CHECK(probe_machine(options).memory_users.empty());
}

TEST_CASE("programs of ROCm are listed with the part of the card that they use") {
  const Recorded recorded("server-mi300x-cpx-parts");
  recorded.write("/proc/4242/comm", "vllm\n");
  ProbeOptions options;
  options.root = recorded.root();
  options.memory_users = true;
  const Machine machine = probe_machine(options);
  REQUIRE(machine.memory_users.size() == 2);
  CHECK(machine.memory_users[0].device == "gpu1");
  CHECK(machine.memory_users[0].process == "vllm");
  CHECK(machine.memory_users[0].bytes == 10737418240U);
  CHECK(machine.memory_users[1].pid == 5151);
}

TEST_CASE("the mount a folder is on, and its drive") {
  const char* mounts =
      "22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n"
      "30 22 8:17 / /home rw - ext4 /dev/sdb1 rw\n"
      "31 22 0:50 / /home/ann/nas rw - nfs4 nas:/m rw\n"
      "32 22 0:51 / /tmp rw - tmpfs tmpfs rw\n"
      "33 22 179:1 / /sd rw - ext4 /dev/mmcblk0p1 rw\n"
      "broken line\n";
  CHECK(mount_of(mounts, "/var/lib")->source == "/dev/nvme0n1p2");
  CHECK(mount_of(mounts, "/home/ann/.cache")->point == "/home");
  CHECK(mount_of(mounts, "/homework")->point == "/");
  CHECK(mount_of(mounts, "/home/ann/nas/models")->filesystem == "nfs4");
  CHECK_FALSE(mount_of("", "/"));

  const Recorded recorded("");
  recorded.write("/sys/devices/pci/nvme/nvme0/nvme0n1/queue/rotational", "0\n");
  recorded.write("/sys/devices/pci/nvme/nvme0/nvme0n1/nvme0n1p2/dev", "259:2\n");
  recorded.link("/sys/dev/block/259:2", "../../devices/pci/nvme/nvme0/nvme0n1/nvme0n1p2");
  recorded.write("/sys/devices/pci/ata1/block/sdb/queue/rotational", "1\n");
  recorded.write("/sys/devices/pci/ata1/block/sdb/sdb1/dev", "8:17\n");
  recorded.link("/sys/dev/block/8:17", "../../devices/pci/ata1/block/sdb/sdb1");
  recorded.write("/sys/devices/platform/mmc0/block/mmcblk0/mmcblk0p1/dev", "179:1\n");
  recorded.link("/sys/dev/block/179:1", "../../devices/platform/mmc0/block/mmcblk0/mmcblk0p1");
  const FsRoot fs(recorded.root());
  CHECK(drive_of(fs, *mount_of(mounts, "/")) == DriveKind::nvme);
  CHECK(drive_of(fs, *mount_of(mounts, "/home")) == DriveKind::hdd);
  CHECK(drive_of(fs, *mount_of(mounts, "/home/ann/nas")) == DriveKind::network);
  CHECK(drive_of(fs, *mount_of(mounts, "/tmp/x")) == DriveKind::memory);
  CHECK(drive_of(fs, *mount_of(mounts, "/sd")) == DriveKind::sd_card);
  recorded.write("/sys/devices/pci/ata1/block/sdb/queue/rotational", "0\n");
  CHECK(drive_of(fs, *mount_of(mounts, "/home")) == DriveKind::ssd);
  CHECK_FALSE(assumed_read_rate(DriveKind::network));
}

TEST_CASE("limits of the process and what surrounds the memory") {
  const Recorded recorded("desktop-nvidia");
  recorded.write("/proc/self/limits",
                 "Limit                     Soft Limit           Hard Limit           Units     \n"
                 "Max locked memory         8388608              8388608              bytes     \n"
                 "Max address space         17179869184          unlimited            bytes     \n");
  ProbeOptions options;
  options.root = recorded.root();
  const Machine machine = probe_machine(options);
  CHECK(machine.host_memory.locked_limit_bytes == 8388608U);
  CHECK(machine.pools[0].limit_bytes == 17179869184U);
  CHECK(machine.pools[0].limit_reason == "ulimit -v");
}

TEST_CASE("recordings leave out what somebody could be known by") {
  Redactor redactor;
  const std::string id = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  CHECK(redactor.text("/docker/" + id) == "/docker/redacted1");
  CHECK(redactor.text(id + ".scope") == "redacted1.scope");
  CHECK(redactor.text("123e4567-e89b-12d3-a456-426614174000") == "redacted2");
  CHECK(redactor.text("118111600640 0x10de 0000:01:00.0 ffffffff,ffffffff") ==
        "118111600640 0x10de 0000:01:00.0 ffffffff,ffffffff");
  CHECK(redact_file("/proc/cpuinfo", "processor\t: 0\nSerial\t\t: 100000001\nModel\t\t: Pi\n") ==
        "processor\t: 0\nModel\t\t: Pi\n");
  CHECK(redact_file("/run/udev/data/+dmi:id", "E:MEMORY_DEVICE_0_SERIAL_NUMBER=77\nE:MEMORY_DEVICE_0_SIZE=1\nE:ID_X=2\n") ==
        "E:MEMORY_DEVICE_0_SIZE=1\n");
  CHECK(redact_file("/proc/self/mountinfo", "1 2 0:1 / /home/ann rw - nfs nas:/ann rw\n").empty());

  const Recorded recorded("desktop-nvidia");
  recorded.write("/proc/self/cgroup", "0::/docker/" + id + "\n");
  recorded.write("/sys/fs/cgroup/docker/" + id + "/memory.max", "4294967296\n");
  ProbeOptions options;
  options.root = recorded.root();
  const std::string text = record_machine(options);
  CHECK(text.find(id) == std::string::npos);
  const Result<Machine> again = replay_recording(text);
  REQUIRE(again);
  CHECK(again->pools[0].limit_bytes == 4294967296U);  // the group's path still leads to its limit
}

TEST_CASE("recordings that are none") {
  struct Case {
    const char *text, *message;
  };
  const Case cases[] = {{"@ /a/../../etc/passwd = x", "line 1: not a path inside the machine"},
                        {"@ relative = x", "line 1: not a path"},
                        {"about\n@ /a ? x", "line 2: expected"},
                        {"@ /a : zz", "hexadecimal"},
                        {"@ /a -> ", "a link to nowhere"},
                        {"@what", "expected"},
                        {"@cpus cores=9999999x2", "COUNTxTHREADS"},
                        {"@cpus cores=4096x8 packages=64", "more than 4096"},
                        {"@cpus", "expected"},
                        {"@cpus packages=2", "no cores"}};
  for (const Case& c : cases) {
    INFO(c.text);
    const Result<Recording> recording = parse_recording(c.text);
    REQUIRE_FALSE(recording);
    INFO(recording.error().message);
    CHECK(recording.error().message.find(c.message) != std::string::npos);
  }
  CHECK_FALSE(replay_recording("@ /link -> /tmp\n@ /link/inside -> /etc\n"));  // nothing is made through a link
  const Result<Recording> file_below_link = parse_recording("@ /link -> /tmp\n@ /link/canirun-was-here = 1\n");
  REQUIRE(file_below_link);
  CHECK_FALSE(UnpackedRecording::make(*file_below_link));
  CHECK_FALSE(std::filesystem::exists("/tmp/canirun-was-here"));
  CHECK(looks_like_recording("words\n@ /proc/meminfo\n"));
  CHECK_FALSE(looks_like_recording("{\"a\": \"\\n@ /x\"}"));
}
