// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// Machines as people say them, where that is not the little language of `--on` itself.
namespace canirun::catalog {

/// "64GB", "32 GiB of RAM", "16gb ddr4".
struct SpokenMemory {
  std::uint64_t bytes = 0;
  bool is_ram = false;  ///< a word says so; else it may be the memory of the device it stands behind
};
/// The whole text as a size, perhaps with the words that make it the host's. GB means GiB here, as memory is sold.
std::optional<SpokenMemory> spoken_memory(std::string_view text);

/// Takes " 32GB RAM" off the end of a name; nothing when it does not end so.
std::optional<std::uint64_t> take_spoken_ram(std::string_view& name);

/// Takes "dual ", "two ", "4 ..." in words off the front, and the plural that follows; 1 when there is none.
std::uint32_t take_spoken_count(std::string_view& name);

/// "cpu only", "no gpu", "CPU": any processor, and nothing beside it.
bool is_any_processor(std::string_view name);

}  // namespace canirun::catalog
