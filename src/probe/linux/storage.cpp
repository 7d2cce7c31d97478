// SPDX-License-Identifier: MIT
#include "probe/linux/storage.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "probe/text.hpp"

namespace canirun::probe {
namespace {

constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50U;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string models_folder(const ProbeOptions& options) {
  if (!options.models_folder.empty()) return options.models_folder;
  for (const char* name : {"HF_HUB_CACHE", "HF_HOME"}) {
    if (const std::string folder = variable(name); !folder.empty()) return folder;
  }
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/huggingface";
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : home + "/.cache/huggingface";
}

/// Without the user's name: "~/.cache/huggingface"; of folders elsewhere only the mount point is told.
std::string place_name(const std::string& folder, const MountFacts& mount) {
  const std::string home = variable("HOME");
  if (!home.empty() && home != "/" && (folder == home || folder.starts_with(home + "/")))
    return clean_text("~" + folder.substr(home.size()), 200);
  return clean_text(mount.point, 200);
}

/// The folder itself, or the nearest one above it that exists, links followed.
std::string nearest_existing(const std::string& folder) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(folder, error).lexically_normal();
  while (!error && path != path.root_path() && !std::filesystem::exists(path, error)) path = path.parent_path();
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? std::string() : real.native();
}

bool is_network(std::string_view filesystem) {
  static constexpr std::array<std::string_view, 12> k_network{"nfs",       "nfs4", "cifs",   "smb3",   "9p",         "ceph",
                                                              "glusterfs", "afs",  "lustre", "beegfs", "fuse.sshfs", "gpfs"};
  return std::find(k_network.begin(), k_network.end(), filesystem) != k_network.end();
}

void note_network(Context& context, const std::string& filesystem) {
  context.note("storage", "on a network file system (" + filesystem + "): its free space is not asked for");
}

}  // namespace

std::optional<MountFacts> mount_of(std::string_view mountinfo, std::string_view path) {
  std::optional<MountFacts> best;
  for (const std::string_view line : lines_of(mountinfo)) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const std::vector<std::string_view> before = words_of(line.substr(0, dash)), after = words_of(line.substr(dash + 3));
    if (before.size() < 6 || after.size() < 2) continue;
    const std::string_view point = before[4];
    const bool holds = point == "/" || path == point || (path.starts_with(point) && path[point.size()] == '/');
    if (!holds || (best && point.size() < best->point.size())) continue;  // the later of two at one point is on top
    MountFacts mount;
    mount.point = point;
    mount.filesystem = clean_text(after[0], 32);
    mount.source = after[1];
    const std::size_t colon = std::min(before[2].find(':'), before[2].size());
    mount.major = static_cast<unsigned>(whole_number(before[2].substr(0, colon)).value_or(0) & 0xfffffU);
    mount.minor =
        static_cast<unsigned>(whole_number(before[2].substr(std::min(colon + 1, before[2].size()))).value_or(0) & 0xfffffU);
    best = std::move(mount);
  }
  return best;
}

DriveKind drive_of(const FsRoot& fs, const MountFacts& mount) {
  if (is_network(mount.filesystem)) return DriveKind::network;
  if (mount.filesystem == "tmpfs" || mount.filesystem == "ramfs") return DriveKind::memory;
  // btrfs and zfs have made-up device numbers: their first device by name.
  std::string node = "/sys/dev/block/" + std::to_string(mount.major) + ":" + std::to_string(mount.minor);
  if (!fs.exists(node)) node = "/sys/class/block/" + std::string(mount.source.substr(mount.source.rfind('/') + 1));
  const std::string real = fs.real_path(node).value_or("");
  if (real.find("/nvme") != std::string::npos) return DriveKind::nvme;
  if (real.find("/mmc") != std::string::npos) return DriveKind::sd_card;
  // A partition's queue is its disk's.
  for (const std::string& queue : {real + "/queue", real.substr(0, real.rfind('/')) + "/queue"}) {
    const auto rotational = real.empty() ? std::nullopt : fs.number(queue + "/rotational");
    if (!rotational) continue;
    const bool is_virtual = real.find("/virtio") != std::string::npos || real.find("/virtual/") != std::string::npos;
    if (is_virtual) return DriveKind::unknown;  // says 1 or 0 whatever is below it
    return *rotational == 1 ? DriveKind::hdd : DriveKind::ssd;
  }
  return DriveKind::unknown;
}

void probe_storage(Context& context) {
  if (!context.fs.is_this_system()) return;
  const std::string folder = models_folder(context.options);
  const std::string mountinfo = context.fs.text("/proc/self/mountinfo", 1024 * 1024);
  // By its name alone first: a server that is gone would hold up whoever looks at a file of it.
  if (const auto named = folder.empty() ? std::nullopt : mount_of(mountinfo, folder); named && is_network(named->filesystem))
    return note_network(context, named->filesystem);
  const std::string existing = folder.empty() ? std::string() : nearest_existing(folder);
  if (existing.empty()) {
    context.note("storage", "no home folder to store models in");
    return;
  }
  const std::optional<MountFacts> mount = mount_of(mountinfo, existing);
  if (!mount) {
    context.note("storage", "/proc/self/mountinfo does not say what it is on");
    return;
  }
  StorageFacts facts;
  facts.place = place_name(folder, *mount);
  facts.filesystem = mount->filesystem;
  facts.drive = drive_of(context.fs, *mount);
  facts.read_bytes_per_s = assumed_read_rate(facts.drive);
  if (facts.drive == DriveKind::network) return note_network(context, facts.filesystem);
  struct statvfs status{};
  if (::statvfs(existing.c_str(), &status) != 0 || status.f_frsize == 0) {
    context.note("storage", "the file system does not say how much is free");
    return;
  }
  const auto bytes = [&](std::uint64_t blocks) {
    return std::min(blocks, k_most_bytes / status.f_frsize) * status.f_frsize;
  };
  facts.total_bytes = bytes(status.f_blocks);
  facts.free_bytes = bytes(status.f_bavail);
  context.machine.storage = std::move(facts);
}

}  // namespace canirun::probe
