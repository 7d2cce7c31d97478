// SPDX-License-Identifier: MIT
#include "probe/windows/processor_information.hpp"

#include <algorithm>
#include <bitset>
#include <cstring>
#include <vector>

namespace canirun::probe {
namespace {

// LOGICAL_PROCESSOR_RELATIONSHIP
constexpr std::uint32_t k_core = 0, k_numa_node = 1, k_cache = 2, k_package = 3;
// Offsets in an entry: the head (relationship, size), then the union.
constexpr std::size_t k_head = 8, k_efficiency_class = k_head + 1, k_core_group_count = k_head + 22,
                      k_core_groups = k_head + 24;
constexpr std::size_t k_cache_level = k_head, k_cache_size = k_head + 4, k_cache_type = k_head + 8;
constexpr std::size_t k_group_affinity_bytes = 16;  // mask, group, reserved
constexpr std::uint32_t k_unified_cache = 0;

template <class T>
T at(std::string_view bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::uint32_t logical_processors(std::string_view entry) {
  std::uint32_t count = 0;
  const auto groups = at<std::uint16_t>(entry, k_core_group_count);
  for (std::size_t i = 0; i < groups && k_core_groups + (i + 1) * k_group_affinity_bytes <= entry.size(); ++i) {
    const std::bitset<64> mask(at<std::uint64_t>(entry, k_core_groups + i * k_group_affinity_bytes));
    count += static_cast<std::uint32_t>(mask.count());
  }
  return count;
}

}  // namespace

WindowsProcessors parse_processor_information(std::string_view buffer) {
  WindowsProcessors found;
  std::vector<std::uint8_t> classes;
  while (buffer.size() >= k_head) {
    const auto relationship = at<std::uint32_t>(buffer, 0), size = at<std::uint32_t>(buffer, 4);
    if (size < k_head || size > buffer.size()) break;
    const std::string_view entry = buffer.substr(0, size);
    buffer.remove_prefix(size);
    if (relationship == k_package) ++found.packages;
    if (relationship == k_numa_node) ++found.numa_nodes;
    if (relationship == k_core) {
      ++found.cores;
      found.logical += logical_processors(entry);
      classes.push_back(at<std::uint8_t>(entry, k_efficiency_class));
    }
    if (relationship == k_cache && at<std::uint32_t>(entry, k_cache_type) == k_unified_cache) {
      const auto bytes = at<std::uint32_t>(entry, k_cache_size);
      if (at<std::uint8_t>(entry, k_cache_level) == 2) found.l2_cache_bytes = found.l2_cache_bytes.value_or(0) + bytes;
      if (at<std::uint8_t>(entry, k_cache_level) == 3) found.l3_cache_bytes = found.l3_cache_bytes.value_or(0) + bytes;
    }
  }
  if (!classes.empty()) {
    const auto [lowest, highest] = std::minmax_element(classes.begin(), classes.end());
    if (*lowest != *highest)
      found.performance_cores = static_cast<std::uint32_t>(std::count(classes.begin(), classes.end(), *highest));
  }
  return found;
}

}  // namespace canirun::probe
