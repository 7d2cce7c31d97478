// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace canirun::probe {

/// What the system has counted so far, for the difference between two moments. Nothing where it does not count.
struct Activity {
  std::optional<double> work_s;            ///< of all processors, by everybody
  std::optional<double> stolen_s;          ///< wanted, but given to another guest of the host
  std::optional<double> own_s;             ///< of it, by this process
  std::optional<double> load_average;      ///< of the last minute
  std::optional<std::uint64_t> throttles;  ///< times a processor was slowed down for its heat, or this group for its quota
};
Activity activity_now();

/// System numbers of the processors of each NUMA node; empty when nobody says.
std::vector<std::vector<unsigned>> node_processors();

}  // namespace canirun::probe
