// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "probe/child.hpp"
#include "probe/context.hpp"

/// Asking drivers' libraries, each in a process of its own: a hang costs options.vendor_timeout_s, a crash a trouble.
namespace canirun::probe {

/// One library that can be asked, by the name `canirun __probe` knows it by.
struct DriverQuery {
  std::string_view name;  ///< "nvidia", "vulkan", "vulkan-copies", "cuda-copies", "level-zero", "rocm-smi"
  /// Loads the library (full path, or "" for the usual places), asks it, and writes the answer to `fd`.
  void (*write)(const std::string& library, int fd);
};

/// nullptr for a name that is not known.
const DriverQuery* driver_query(std::string_view name);

/// The query, run in a child process: a fork, or on Windows this program once more.
ChildAnswer ask_in_child(const DriverQuery& query, const std::string& library, double timeout_s);

/// What a library says: from the recording, else asked now. Kept in context.heard under `name`. Nothing when it may not be
/// asked: libraries are switched off, or another machine is being looked at.
std::optional<std::string> driver_answer(Context& context, std::string_view name);

/// The libraries' own questions; see gpu_answer.hpp for what they write.
void write_vulkan_answer(const std::string& library, int fd);
/// Works the GPUs for a few seconds.
void write_vulkan_copies(const std::string& library, int fd);
/// The same without NVIDIA's cards, which CUDA copies better on.
void write_vulkan_copies_of_others(const std::string& library, int fd);
void write_cuda_copies(const std::string& library, int fd);
void write_level_zero_answer(const std::string& library, int fd);
void write_rocm_smi_answer(const std::string& library, int fd);

}  // namespace canirun::probe
