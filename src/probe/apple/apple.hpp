// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "probe/context.hpp"

namespace canirun::probe {

/// macOS: sysctl for processor and memory, IOKit for the GPU's cores. Elsewhere it leaves a note. Not run by anybody yet;
/// everything behind the two calls is the function below, which is tested on recorded output.
void probe_apple(Context& context);

/// Fills the machine from "key: value" lines as sysctl(8) writes them, and from the GPU's core count, as the registry entry
/// AGXAccelerator has it ("gpu-core-count"). What is not in the lines stays unknown.
void fill_from_sysctl(Context& context, std::string_view lines, std::optional<std::uint32_t> gpu_cores);

/// What Metal lets a program wire down (recommendedMaxWorkingSetSize) unless iogpu.wired_limit_mb says otherwise: two thirds
/// of up to 36 GiB, three quarters of more.
std::uint64_t metal_working_set(std::uint64_t memory_bytes, std::uint64_t wired_limit_mib);

}  // namespace canirun::probe
