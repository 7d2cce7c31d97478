// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <unistd.h>

#include "probe/activity.hpp"
#include "probe/fs_root.hpp"
#include "probe/linux/processor_time.hpp"
#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::size_t k_most_processors = 1024;

void add_processor_time(const FsRoot& fs, Activity& activity) {
  const std::optional<ProcessorTime> time = processor_time(fs.text("/proc/stat", 4096));
  const long ticks_a_second = ::sysconf(_SC_CLK_TCK);
  if (!time || ticks_a_second <= 0) return;
  activity.work_s = time->work / static_cast<double>(ticks_a_second);
  activity.stolen_s = time->stolen / static_cast<double>(ticks_a_second);
}

void add_own_time(Activity& activity) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  activity.own_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<std::uint64_t> throttles(const FsRoot& fs) {
  std::optional<std::uint64_t> sum;
  const auto add = [&](std::optional<std::uint64_t> count) {
    if (count) sum = sum.value_or(0) + *count;
  };
  for (std::size_t i = 0; i < k_most_processors; ++i) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(i);
    if (!fs.exists(folder)) break;
    add(fs.number(folder + "/thermal_throttle/core_throttle_count"));
  }
  const std::string group = fs.text("/sys/fs/cgroup/cpu.stat", 4096);
  if (const auto times = value_of(group, "nr_throttled", ' ')) add(whole_number(*times));
  return sum;
}

}  // namespace

Activity activity_now() {
  const FsRoot fs("/");
  Activity activity;
  add_processor_time(fs, activity);
  add_own_time(activity);
  const std::string load = fs.text("/proc/loadavg", 256);
  if (!load.empty()) activity.load_average = leading_decimal(load);
  activity.throttles = throttles(fs);
  return activity;
}

std::vector<std::vector<unsigned>> node_processors() {
  const FsRoot fs("/");
  std::vector<std::vector<unsigned>> nodes;
  for (const auto& [first, last] : cpu_ranges(fs.text("/sys/devices/system/node/online"))) {
    for (unsigned node = first; node <= last && nodes.size() < k_most_processors; ++node) {
      std::vector<unsigned> processors;
      for (const auto& [from, to] :
           cpu_ranges(fs.text("/sys/devices/system/node/node" + std::to_string(node) + "/cpulist"))) {
        for (unsigned processor = from; processor <= to; ++processor) processors.push_back(processor);
      }
      if (!processors.empty()) nodes.push_back(std::move(processors));
    }
  }
  return nodes;
}

}  // namespace canirun::probe
