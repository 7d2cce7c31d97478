// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace canirun {

/// How a figure is known. Order: strongest first; `weakest` of several is the basis of what is computed from them.
/// Calibrated: computed, then corrected by what other runs on the same machine measured.
enum class Basis { measured, calibrated, published, derived, assumed };
constexpr auto enum_names(Basis) {
  return std::array<std::string_view, 5>{"measured", "calibrated", "published", "derived", "assumed"};
}
constexpr Basis weakest(Basis a, Basis b) { return static_cast<int>(a) > static_cast<int>(b) ? a : b; }

/// Where a figure comes from: a URL or citation, the ISO date it was read, and how strong it is.
struct Provenance {
  Basis basis = Basis::assumed;
  std::string source;
  std::string retrieved;
};

/// An estimate. Invariant: low <= typical <= high.
struct Range {
  double low = 0;
  double typical = 0;
  double high = 0;

  [[nodiscard]] Range scaled(double factor) const { return {low * factor, typical * factor, high * factor}; }
  /// typical / spread .. typical * spread
  static Range around(double typical, double spread) { return {typical / spread, typical, typical * spread}; }
  static Range exactly(double value) { return {value, value, value}; }
};
/// Sum of independent-enough ranges, corner to corner (widest).
inline Range operator+(const Range& a, const Range& b) { return {a.low + b.low, a.typical + b.typical, a.high + b.high}; }

}  // namespace canirun
