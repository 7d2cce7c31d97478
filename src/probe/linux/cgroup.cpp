// SPDX-License-Identifier: MIT
#include "probe/linux/cgroup.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

/// Version 1 writes "no limit" as the largest page-aligned signed number; nobody has 4 PiB.
constexpr std::uint64_t k_no_limit_from = std::uint64_t{1} << 52;

struct Mount {
  std::string_view root, point, options;
  bool v2 = false;
};

/// The cgroup mounts of /proc/self/mountinfo: "31 23 0:28 ROOT POINT OPTIONS ... - TYPE SOURCE SUPER_OPTIONS".
std::vector<Mount> cgroup_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  for (const std::string_view line : lines_of(mountinfo)) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const std::vector<std::string_view> before = words_of(line.substr(0, dash)), after = words_of(line.substr(dash + 3));
    if (before.size() < 6 || after.size() < 3 || (after[0] != "cgroup" && after[0] != "cgroup2")) continue;
    mounts.push_back(Mount{.root = before[3], .point = before[4], .options = after[2], .v2 = after[0] == "cgroup2"});
  }
  return mounts;
}

bool has_controller(std::string_view list, std::string_view controller) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    if (list.substr(at, comma - at) == controller) return true;
    at = comma + 1;
  }
  return false;
}

/// Folders of the group and of every ancestor up to the mount point, own group first. In a container the group's path
/// counts from the mount's root; a path that leads out of the namespace ("/../..") leaves only the mount point itself.
std::vector<std::string> levels(const Mount& mount, std::string_view group) {
  std::string_view below = group;
  if (mount.root != "/") {
    const bool inside = group.substr(0, mount.root.size()) == mount.root &&
                        (group.size() == mount.root.size() || group[mount.root.size()] == '/');
    below = inside ? group.substr(mount.root.size()) : std::string_view();
  }
  if (below.find("..") != std::string_view::npos) below = {};
  std::vector<std::string> folders;
  while (!below.empty() && below != "/" && folders.size() < 64) {
    folders.push_back(std::string(mount.point) + std::string(below));
    below = below.substr(0, below.rfind('/'));
  }
  folders.emplace_back(mount.point);
  return folders;
}

class Collector {
 public:
  explicit Collector(const FsRoot& fs) : fs_(fs) {}

  void memory_v2(const std::string& folder) {
    for (const char* file : {"memory.max", "memory.high"}) {  // "max" is no number: no limit
      const auto limit = fs_.number(folder + "/" + file);
      if (limit) memory(*limit, file, folder, "/memory.current", "inactive_file");
    }
  }
  void memory_v1(const std::string& folder) {
    const auto limit = fs_.number(folder + "/memory.limit_in_bytes");
    if (limit) memory(*limit, "memory.limit_in_bytes", folder, "/memory.usage_in_bytes", "total_inactive_file");
  }
  void cpu_v2(const std::string& folder) {
    const std::string content = fs_.text(folder + "/cpu.max", 256);
    const std::vector<std::string_view> words = words_of(content);
    if (words.size() != 2) return;
    const auto quota = whole_number(words[0]), period = whole_number(words[1]);
    if (quota && period) cpu(*quota, *period, "cgroup cpu.max " + std::to_string(*quota) + " " + std::to_string(*period));
  }
  void cpu_v1(const std::string& folder) {
    const auto quota = fs_.number(folder + "/cpu.cfs_quota_us"), period = fs_.number(folder + "/cpu.cfs_period_us");
    if (quota && period) {  // "-1" is no whole number: no limit
      cpu(*quota, *period, "cgroup cpu.cfs_quota_us " + std::to_string(*quota) + "/" + std::to_string(*period));
    }
  }
  CgroupLimits limits;

 private:
  void memory(std::uint64_t limit, const char* file, const std::string& folder, const char* usage_file,
              std::string_view cache_key) {
    if (limit >= k_no_limit_from) return;
    if (!limits.memory_limit_bytes || limit < *limits.memory_limit_bytes) {
      limits.memory_limit_bytes = limit;
      limits.memory_reason = std::string("cgroup ") + file;
    }
    const auto usage = fs_.number(folder + usage_file);
    if (!usage) return;
    const std::string stat = fs_.text(folder + "/memory.stat");
    const std::uint64_t droppable = whole_number(value_of(stat, cache_key, ' ').value_or("")).value_or(0);
    const std::uint64_t held = *usage - std::min(*usage, droppable);
    const std::uint64_t left = limit - std::min(limit, held);
    limits.memory_left_bytes = std::min(limits.memory_left_bytes.value_or(left), left);
  }
  void cpu(std::uint64_t quota, std::uint64_t period, std::string reason) {
    if (quota == 0 || period == 0 || quota >= k_no_limit_from) return;
    const double cpus = static_cast<double>(quota) / static_cast<double>(period);
    if (limits.cpus && *limits.cpus <= cpus) return;
    limits.cpus = cpus;
    limits.cpus_reason = std::move(reason);
  }

  const FsRoot& fs_;
};

}  // namespace

CgroupLimits read_cgroup_limits(const FsRoot& fs) {
  Collector collector(fs);
  const std::string mountinfo = fs.text("/proc/self/mountinfo", 1024 * 1024);
  const std::vector<Mount> mounts = cgroup_mounts(mountinfo);
  const std::string groups = fs.text("/proc/self/cgroup");
  for (const std::string_view line : lines_of(groups)) {  // "4:memory:/user.slice" or, for version 2, "0::/user.slice"
    const std::size_t first = line.find(':'), second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    const bool v2 = controllers.empty(), memory = has_controller(controllers, "memory"),
               cpu = has_controller(controllers, "cpu");
    const auto mount = std::find_if(mounts.begin(), mounts.end(), [&](const Mount& m) {
      if (v2 || m.v2) return v2 && m.v2;
      return (memory && has_controller(m.options, "memory")) || (cpu && has_controller(m.options, "cpu"));
    });
    if (mount == mounts.end()) continue;
    for (const std::string& folder : levels(*mount, path)) {
      if (v2) collector.memory_v2(folder), collector.cpu_v2(folder);
      if (memory) collector.memory_v1(folder);
      if (cpu) collector.cpu_v1(folder);
    }
  }
  return collector.limits;
}

}  // namespace canirun::probe
