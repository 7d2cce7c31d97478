// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace canirun::probe {

struct ProbeOptions {
  std::filesystem::path root = "/";  ///< where /proc, /sys, /etc live; another folder is a recorded machine
  bool vendor_libraries = true;      ///< false: no driver library is loaded, sysfs only
  double vendor_timeout_s = 3;       ///< a driver that takes longer is given up on, with a note
  /// Full path of libnvidia-ml.so.1; "" = the loader's search path, then WSL's folder.
  std::string nvml_library;
  /// Full paths of other drivers' libraries, by the name `canirun __probe` knows them by ("vulkan"); else the usual places.
  std::map<std::string, std::string> driver_libraries;
  /// What drivers said when the machine was recorded, by driver ("nvml"); these are not asked again.
  std::map<std::string, std::string> driver_answers;
  /// Also look for the processes that hold memory of GPUs; reads the files of every process.
  bool memory_users = false;
  /// Folder that models would be stored in, for its free space; "" is not looked at.
  std::string models_folder;
};

/// Looks at a machine. Never fails and never throws: each fact is a value, or a ProbeNote that says why there is none.
/// devices[0] is the CPU, pools[0] the memory it uses. Call before threads are started: driver libraries run in a
/// forked child, so that a hang or a crash of theirs costs `vendor_timeout_s` and a note, not the answer.
Machine probe_machine(const ProbeOptions& options = {});

/// What the child says, on stdout: `canirun __probe nvidia` ("nvidia-users": also who holds memory), "vulkan"
/// ("vulkan-copies", "cuda-copies": how fast they copy, which takes seconds), "level-zero" or "rocm-smi", for bug reports
/// and for systems without fork. Exit code 0, or 2 for an unknown vendor.
int run_probe_child(std::string_view vendor);

}  // namespace canirun::probe
