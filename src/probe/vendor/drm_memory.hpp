// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::probe {

/// A card's own memory as the kernel's driver counts it.
struct DrmMemory {
  std::optional<std::uint64_t> total_bytes, used_bytes;  ///< used only where this user may know it
};

/// Asks i915 or xe through the render node, opened for reading only. Writes "total_bytes N" and "used_bytes N" to `fd`. To
/// be called in a child process: a driver that hangs holds up whoever asks it.
void write_drm_memory(const std::string& render_node, std::string_view driver, int fd);

/// The lines read back; what does not parse or is absurd is left out.
DrmMemory parse_drm_memory(std::string_view lines);

/// The answers' layouts, as the kernel's include/uapi/drm/xe_drm.h and i915_drm.h have them. Total on any bytes.
DrmMemory xe_memory_regions(std::string_view answer);
DrmMemory i915_memory_regions(std::string_view answer);

}  // namespace canirun::probe
