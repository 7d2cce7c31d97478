// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "probe/context.hpp"

namespace canirun::probe {

/// Fills machine.memory_users: processes that hold memory of a GPU, largest first, at most 32. From the kernel's accounting
/// (/proc/PID/fdinfo, drm-* keys; other users' processes only for root) and from what NVML said.
void find_memory_users(Context& context);

/// One open file of a GPU, as /proc/PID/fdinfo/N tells: kernel documentation, "DRM client usage stats".
struct DrmClient {
  std::string bus;          ///< drm-pdev
  std::uint64_t id = 0;     ///< drm-client-id: the same for copies of one open file
  std::uint64_t bytes = 0;  ///< of the card's own memory: vram, vram0, local0; on an APU also what lies in gtt
};
std::optional<DrmClient> drm_client(std::string_view fdinfo);

}  // namespace canirun::probe
