// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>

namespace canirun {

/// Largest step in [fit, unfit) that leaves no negative headroom, when more steps never leave more. Memory is close to
/// linear in layers and in context, so guesses are interpolated; every third one halves the range, whatever the curve.
template <class Headroom>
std::uint32_t last_that_fits(std::uint32_t fit, std::int64_t at_fit, std::uint32_t unfit, std::int64_t at_unfit,
                             Headroom&& headroom) {
  for (int round = 1; unfit - fit > 1; ++round) {
    std::uint32_t guess = fit + (unfit - fit) / 2;
    if (round % 3 != 0 && at_fit > at_unfit) {
      const double share = static_cast<double>(at_fit) / (static_cast<double>(at_fit) - static_cast<double>(at_unfit));
      guess = fit + static_cast<std::uint32_t>(share * static_cast<double>(unfit - fit));
      guess = std::clamp(guess, fit + 1, unfit - 1);
    }
    const std::int64_t left = headroom(guess);
    if (left >= 0) {
      fit = guess;
      at_fit = left;
    } else {
      unfit = guess;
      at_unfit = left;
    }
  }
  return fit;
}

}  // namespace canirun
