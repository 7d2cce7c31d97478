// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace canirun::probe {

/// Name of a core by the implementer and part number of its MIDR register ("Cortex-A76" for 0x41, 0xd0b); "" when unknown.
/// The numbers are those of Arm's technical reference manuals and the kernel's arch/arm64/include/asm/cputype.h.
std::string_view arm_core_name(std::uint64_t implementer, std::uint64_t part);

}  // namespace canirun::probe
