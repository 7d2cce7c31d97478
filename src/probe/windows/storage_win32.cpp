// SPDX-License-Identifier: MIT
#include <windows.h>
// after windows.h
#include <winioctl.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "probe/drive.hpp"
#include "probe/text.hpp"
#include "probe/windows/parts.hpp"

namespace canirun::probe {
namespace {

/// A path in a variable, "/" between its parts.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value != nullptr ? value : "";
  std::replace(text.begin(), text.end(), '\\', '/');
  while (text.size() > 3 && text.ends_with('/')) text.pop_back();
  return text;
}

std::string models_folder(const ProbeOptions& options) {
  if (!options.models_folder.empty()) return options.models_folder;
  for (const char* name : {"HF_HUB_CACHE", "HF_HOME"}) {
    if (const std::string folder = variable(name); !folder.empty()) return folder;
  }
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/huggingface";
  const std::string home = variable("USERPROFILE");
  return home.empty() ? std::string() : home + "/.cache/huggingface";
}

/// "C:/" of any path on that drive, also where folders of other drives are hung in; "" when the system does not say.
std::string volume_of(const std::string& folder) {
  char root[MAX_PATH + 1] = {};
  return ::GetVolumePathNameA(folder.c_str(), root, sizeof root) != 0 ? root : "";
}

/// Without the user's name: "~/.cache/huggingface"; of folders elsewhere only the drive is told.
std::string place_name(const std::string& folder, const std::string& volume) {
  const std::string home = variable("USERPROFILE");
  if (!home.empty() && folder.starts_with(home + "/")) return clean_text("~" + folder.substr(home.size()), 200);
  return clean_text(volume, 200);
}

/// One property of the disk below a drive; false when it does not say.
template <class Answer>
bool ask_disk(HANDLE disk, STORAGE_PROPERTY_ID property, Answer& answer) {
  STORAGE_PROPERTY_QUERY query{};
  query.PropertyId = property;
  query.QueryType = PropertyStandardQuery;
  DWORD bytes = 0;
  return ::DeviceIoControl(disk, IOCTL_STORAGE_QUERY_PROPERTY, &query, sizeof query, &answer, sizeof answer, &bytes,
                           nullptr) != 0;
}

DriveKind drive_of(const std::string& volume) {
  if (volume.size() < 2 || volume[1] != ':') return DriveKind::unknown;
  if (::GetDriveTypeA(volume.c_str()) == DRIVE_RAMDISK) return DriveKind::memory;
  const std::string device = "\\\\.\\" + volume.substr(0, 2);
  // No right to read is asked for: properties are told to everybody.
  const HANDLE disk =
      ::CreateFileA(device.c_str(), 0, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (disk == INVALID_HANDLE_VALUE) return DriveKind::unknown;
  STORAGE_ADAPTER_DESCRIPTOR adapter{};
  DEVICE_SEEK_PENALTY_DESCRIPTOR seek{};
  const bool bus_known = ask_disk(disk, StorageAdapterProperty, adapter);
  const bool seek_known = ask_disk(disk, StorageDeviceSeekPenaltyProperty, seek);
  ::CloseHandle(disk);
  constexpr int k_sd = 12, k_mmc = 13, k_virtual = 14, k_file_backed = 15, k_nvme = 17;  // STORAGE_BUS_TYPE
  if (bus_known) {
    const int bus = adapter.BusType;
    if (bus == k_nvme) return DriveKind::nvme;
    if (bus == k_sd || bus == k_mmc) return DriveKind::sd_card;
    if (bus == k_virtual || bus == k_file_backed) return DriveKind::unknown;  // says anything, whatever is below it
  }
  if (!seek_known) return DriveKind::unknown;
  return seek.IncursSeekPenalty != 0 ? DriveKind::hdd : DriveKind::ssd;
}

}  // namespace

void probe_windows_storage(Context& context) {
  const std::string folder = models_folder(context.options);
  const std::string volume = folder.empty() ? std::string() : volume_of(folder);
  if (volume.empty()) {
    context.note("storage", "no home folder to store models in");
    return;
  }
  StorageFacts facts;
  facts.place = place_name(folder, volume);
  if (::GetDriveTypeA(volume.c_str()) == DRIVE_REMOTE) {
    context.note("storage", "on a network drive: its free space is not asked for");
    return;
  }
  char filesystem[64] = {};
  if (::GetVolumeInformationA(volume.c_str(), nullptr, 0, nullptr, nullptr, nullptr, filesystem, sizeof filesystem) != 0)
    facts.filesystem = clean_text(filesystem, 32);
  ULARGE_INTEGER free_for_user{}, total{};
  if (::GetDiskFreeSpaceExA(volume.c_str(), &free_for_user, &total, nullptr) == 0) {
    context.note("storage", "the drive does not say how much is free");
    return;
  }
  constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 50U;
  facts.total_bytes = std::min<std::uint64_t>(total.QuadPart, k_most_bytes);
  facts.free_bytes = std::min<std::uint64_t>(free_for_user.QuadPart, facts.total_bytes);
  facts.drive = drive_of(volume);
  facts.read_bytes_per_s = assumed_read_rate(facts.drive);
  context.machine.storage = std::move(facts);
}

}  // namespace canirun::probe
