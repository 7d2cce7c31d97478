// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <string_view>

namespace canirun {

inline constexpr std::uint64_t k_kib = 1024;
inline constexpr std::uint64_t k_mib = k_kib * 1024;
inline constexpr std::uint64_t k_gib = k_mib * 1024;
inline constexpr std::uint64_t k_tib = k_gib * 1024;
inline constexpr double k_giga = 1e9;

/// Rounds up to a multiple. `step` > 0.
constexpr std::uint64_t pad_up(std::uint64_t value, std::uint64_t step) { return (value + step - 1) / step * step; }

/// "64GiB", "24 GB", "512MiB", "4096GiB", "17179869184". GiB/MiB/KiB/TiB are powers of two, GB/MB/KB/TB and a bare
/// G/M/K/T powers of ten; no unit means bytes. Errors (`usage`): not a number, negative, zero, above 1 PiB.
/// `what` names the flag or key in the error text ("--ram").
Result<std::uint64_t> parse_bytes(std::string_view text, std::string_view what);

/// "1008GB/s", "83.2 GB/s", "2TB/s"; decimal units, "GiB/s" too. Bytes per second, > 0 and <= 1 PB/s.
Result<double> parse_bandwidth(std::string_view text, std::string_view what);

/// "8192", "8k", "128K", "1M": token counts; k = 1024, M = 1024*1024 (as model cards use them). 1 .. 2^31-1.
Result<std::uint32_t> parse_token_count(std::string_view text, std::string_view what);

/// A finite number in [low, high]; the error names `what` and the allowed range.
Result<double> parse_number(std::string_view text, std::string_view what, double low, double high);

}  // namespace canirun
