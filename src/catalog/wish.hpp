// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The little language of `--on`:
///
///     wish  = item { " + " item }
///     item  = [ count "x" ] ( name | key "=" value { "," key "=" value } )
///     keys  = vram, bandwidth (of the GPU, or of the processor's memory), cpu, ram
///
/// A comma joins items too, and a size behind one is the device's memory if it is sold with that, else the host's.
/// "2x RTX 3090", "RTX 4090 + RTX 3060", "GTX 1060 6GB, 32GB RAM", "M4 Max 64GB", "cpu=AMD Ryzen 9 7950X",
/// "vram=80GiB,bandwidth=2039GB/s".
namespace canirun::catalog {

/// One item, read but not looked up.
struct WishItem {
  std::uint32_t count = 1;
  std::string name;  ///< "" for a description by figures
  std::optional<std::string> cpu;
  std::optional<std::uint64_t> vram_bytes, ram_bytes;
  std::optional<std::uint64_t> memory_bytes;  ///< "RTX 3060, 12GB": whose it is, the record says
  std::optional<double> bandwidth_bytes_per_s;
};

/// Errors (`usage`): empty, too long, unknown or doubled key, a count outside 1..64, a bad size.
Result<std::vector<WishItem>> parse_wish(std::string_view text);

/// "RTX 3060 12GB" is {"RTX 3060", 12 GiB}; a name without a size has no value. GB means GiB here, as cards are sold.
struct SizedName {
  std::string name;
  std::optional<std::uint64_t> memory_bytes;
};
SizedName split_size(std::string_view name);

}  // namespace canirun::catalog
