// SPDX-License-Identifier: MIT
#include "report/numbers.hpp"

#include <fmt/format.h>
#include <canirun/units.hpp>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace canirun::report {
namespace {

/// Digits after the point that show `digits` significant ones: 118.4 -> 0, 4.24 -> 1 for two digits.
int decimals_for(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const int before_point = static_cast<int>(std::floor(std::log10(std::fabs(value)))) + 1;
  return std::max(0, digits - before_point);
}

/// 1095.4 -> "1,095".
std::string with_thousands(double whole) {
  std::string digits = fmt::format("{:.0f}", whole);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string without_trailing_zero(std::string number) {
  if (number.find('.') == std::string::npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.back() == '.') number.pop_back();
  return number;
}

}  // namespace

std::string format_significant(double value, int digits) {
  if (!std::isfinite(value)) return "?";
  const std::string text = fmt::format("{:.{}f}", value, decimals_for(value, digits));
  // 9.96 with two digits rounds to 10.0: count again with what is printed.
  const double printed =
      std::round(value * std::pow(10, decimals_for(value, digits))) / std::pow(10, decimals_for(value, digits));
  return decimals_for(printed, digits) < decimals_for(value, digits)
             ? fmt::format("{:.{}f}", value, decimals_for(printed, digits))
             : text;
}

std::string format_gib(std::uint64_t bytes) {
  const double gib = static_cast<double>(bytes) / static_cast<double>(k_gib);
  if (gib >= 1000) return fmt::format("{:.0f}", gib);
  return gib >= 0.095 || bytes == 0 ? fmt::format("{:.1f}", gib) : fmt::format("{:.2f}", gib);
}

std::string format_binary_bytes(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 1000 * static_cast<double>(k_gib)) return fmt::format("{:.1f} TiB", value / static_cast<double>(k_tib));
  if (value >= 0.95 * static_cast<double>(k_gib)) return fmt::format("{:.1f} GiB", value / static_cast<double>(k_gib));
  if (value >= static_cast<double>(k_mib)) return fmt::format("{:.0f} MiB", value / static_cast<double>(k_mib));
  if (value >= static_cast<double>(k_kib)) return fmt::format("{:.0f} KiB", value / static_cast<double>(k_kib));
  return fmt::format("{} bytes", bytes);
}

std::string format_decimal_bytes(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value >= 0.9995e12) return fmt::format("{:.1f} TB", value / 1e12);
  if (value >= 0.9995e9) return fmt::format("{:.1f} GB", value / 1e9);
  if (value >= 0.9995e6) return fmt::format("{:.0f} MB", value / 1e6);
  if (value >= 0.9995e3) return fmt::format("{:.0f} kB", value / 1e3);
  return fmt::format("{} bytes", bytes);
}

std::string format_bandwidth(double bytes_per_s) {
  const double gb = bytes_per_s / k_giga;
  return fmt::format("{} GB/s", gb >= 20 ? fmt::format("{:.0f}", gb) : without_trailing_zero(format_significant(gb, 2)));
}

std::string format_flops(double flops_per_s) {
  if (flops_per_s >= 1e15) return fmt::format("{} PFLOPS", format_significant(flops_per_s / 1e15, 3));
  if (flops_per_s >= 1e12) return fmt::format("{} TFLOPS", format_significant(flops_per_s / 1e12, 3));
  return fmt::format("{} GFLOPS", format_significant(flops_per_s / 1e9, 3));
}

std::string format_rate(double per_s) {
  if (per_s < 0.005) return "0";
  return format_significant(per_s, per_s >= 100 ? 3 : 2);
}

std::string format_rate_range(const Range& range) {
  const std::string low = format_rate(range.low);
  const std::string high = format_rate(range.high);
  return low == high ? low : low + "-" + high;
}

std::string format_score(double value) { return without_trailing_zero(format_significant(value, 3)); }

std::string format_seconds(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  if (seconds < 0.0095) return fmt::format("{:.3f} s", seconds);
  if (seconds < 0.095) return fmt::format("{:.2f} s", seconds);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h", without_trailing_zero(format_significant(seconds / 3600, 2)));
  return fmt::format("{} days", without_trailing_zero(format_significant(seconds / 86400, 2)));
}

std::string format_seconds_range(const Range& range) {
  const std::string low = format_seconds(range.low);
  const std::string high = format_seconds(range.high);
  if (low == high) return low;
  // One unit for both ends when they share it: "0.2-0.4 s".
  const auto low_space = low.find(' ');
  const auto high_space = high.find(' ');
  if (low_space != std::string::npos && high_space != std::string::npos &&
      low.substr(low_space) == high.substr(high_space)) {
    return low.substr(0, low_space) + "-" + high;
  }
  return low + " - " + high;
}

std::string format_usd(double usd, const Currency& currency) {
  if (!std::isfinite(usd)) return "?";
  const double size = std::fabs(usd) * currency.per_usd;
  const std::string sign = (usd < 0 ? "-" : "") + sign_of(currency);
  if (size == 0) return sign_of(currency) + "0";
  if (size < 0.0095) return sign + format_significant(size, 1);
  if (size < 199.995) return fmt::format("{}{:.2f}", sign, size);
  return sign + with_thousands(size);
}

std::string format_context(std::uint64_t tokens) {
  if (tokens >= k_mib && tokens % k_mib == 0) return fmt::format("{}M", tokens / k_mib);
  if (tokens >= k_kib && tokens % k_kib == 0) return fmt::format("{}k", tokens / k_kib);
  if (tokens >= 10'000) return fmt::format("{:.0f}k", static_cast<double>(tokens) / static_cast<double>(k_kib));
  return fmt::format("{}", tokens);
}

std::string format_tokens(double tokens) {
  if (!std::isfinite(tokens)) return "?";
  if (tokens >= 0.9995e9) return without_trailing_zero(format_significant(tokens / 1e9, 2)) + "B";
  if (tokens >= 0.9995e6) return without_trailing_zero(format_significant(tokens / 1e6, 2)) + "M";
  if (tokens >= 0.9995e3) return without_trailing_zero(format_significant(tokens / 1e3, 2)) + "k";
  return fmt::format("{:.0f}", tokens);
}

std::string format_parameters(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  if (value >= 0.9995e12) return fmt::format("{:.1f}T", value / 1e12);
  if (value >= 0.9995e11) return fmt::format("{:.0f}B", value / 1e9);
  if (value >= 0.9995e9) return fmt::format("{:.1f}B", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.0f}M", value / 1e6);
  return fmt::format("{}", count);
}

std::string format_percent(double share) {
  const double percent = share * 100;
  return fmt::format(
      "{} %", percent != 0 && std::fabs(percent) < 0.95 ? format_significant(percent, 1) : fmt::format("{:.0f}", percent));
}

std::string multiple_of(double times) {
  return times < 0.95 ? format_percent(times) + " of" : without_trailing_zero(format_significant(times, 2)) + " times";
}

std::string format_watts(double watts) {
  return fmt::format("{} W",
                     watts >= 10 ? fmt::format("{:.0f}", watts) : without_trailing_zero(format_significant(watts, 2)));
}

std::string format_hertz(double hertz) {
  return hertz >= 1e9 ? fmt::format("{:.2f} GHz", hertz / 1e9) : fmt::format("{:.0f} MHz", hertz / 1e6);
}

}  // namespace canirun::report
