// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace canirun::bench {

/// Sets of kernels, weakest first. Which of them this processor runs is found out when the program runs.
enum class Kernels : std::uint8_t { plain, avx2, avx_vnni, avx512, avx512_vnni, amx, neon, neon_dotprod };
constexpr auto enum_names(Kernels) {
  return std::array<std::string_view, 8>{"plain",       "avx2", "avx_vnni", "avx512",
                                         "avx512_vnni", "amx",  "neon",     "neon_dotprod"};
}
Kernels best_kernels();
/// Whether tiles of eight-bit products may be used: the processor has them, and the kernel lets this process. Asks it.
bool may_use_amx();

}  // namespace canirun::bench
