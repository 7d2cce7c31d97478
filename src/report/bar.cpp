// SPDX-License-Identifier: MIT
#include "report/bar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace canirun::report {
namespace {

std::string repeated(std::string_view sign, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += sign;
  return text;
}

}  // namespace

std::string memory_bar(const PoolMemory& used, int columns, const Terminal& terminal) {
  static constexpr std::array<std::string_view, 4> k_blocks{"█", "▓", "▒", "·"};
  static constexpr std::array<std::string_view, 4> k_ascii{"#", "%", "=", "."};
  const auto& signs = terminal.unicode ? k_blocks : k_ascii;
  const MemoryParts& parts = used.parts;
  const std::array<std::uint64_t, 3> groups{parts.weights_bytes,  // the repacked copy takes the place of mapped pages
                                            parts.kv_cache_bytes + parts.recurrent_state_bytes,
                                            parts.compute_bytes + parts.output_bytes + parts.runtime_overhead_bytes};
  const double whole = static_cast<double>(std::max<std::uint64_t>(used.usable_bytes, 1));
  const bool over = used.required_bytes > used.usable_bytes;
  const int room = over ? columns - 1 : columns;

  // Ends are rounded, not lengths, so that rounding never adds up.
  std::string bar;
  int drawn = 0;
  double sum = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    sum += static_cast<double>(groups[i]);
    const int end = std::clamp(static_cast<int>(std::lround(std::min(1.0, sum / whole) * columns)), drawn, room);
    bar += repeated(signs[i], end - drawn);
    drawn = end;
  }
  bar += repeated(over ? signs[2] : signs[3], room - drawn);
  return over ? bar + "!" : bar;
}

}  // namespace canirun::report
