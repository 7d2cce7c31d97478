// SPDX-License-Identifier: MIT
// This machine's state where no model was run: what copies say about a GPU's memory, and time that other guests took.
#include <algorithm>
#include <canirun/calibration.hpp>

namespace canirun {

double bandwidth_by_copies(double copy_bytes_per_s, std::optional<double> known_bytes_per_s) {
  const double by_copies = copy_bytes_per_s / k_copy_share;
  if (!known_bytes_per_s || !(*known_bytes_per_s > 0)) return by_copies;
  // Drivers' ways to copy lie up to 15 % apart. Between the two marks the figure slides, so that a little more in the
  // measurement is never a jump in the estimate.
  constexpr double k_believed_below = 0.70, k_ignored_above = 0.85;
  const double share = by_copies / *known_bytes_per_s;
  if (share >= k_ignored_above) return *known_bytes_per_s;
  if (share <= k_believed_below) return by_copies;
  const double slope = (1 - k_believed_below) / (k_ignored_above - k_believed_below);
  return *known_bytes_per_s * (k_believed_below + slope * (share - k_believed_below));
}

double stolen_share(const Machine& machine) {
  constexpr double k_least = 0.03, k_most = 0.9;  // less is within what every virtual machine shows now and then
  const double share = machine.cpu.stolen_share.value_or(0);
  return share >= k_least ? std::min(share, k_most) : 0;
}

}  // namespace canirun
