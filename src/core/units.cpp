// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <canirun/units.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace canirun {
namespace {

constexpr double k_most_bytes = 1125899906842624.0;  // 1 PiB
constexpr double k_most_bytes_per_s = 1e15;
/// What is quoted from the input in an error: enough to recognise it.
constexpr std::size_t k_quoted_characters = 40;

struct Scale {
  std::string_view unit;  // lower case
  double factor;
};
constexpr std::array k_byte_units = {Scale{"", 1},
                                     Scale{"b", 1},
                                     Scale{"k", 1e3},
                                     Scale{"kb", 1e3},
                                     Scale{"m", 1e6},
                                     Scale{"mb", 1e6},
                                     Scale{"g", 1e9},
                                     Scale{"gb", 1e9},
                                     Scale{"t", 1e12},
                                     Scale{"tb", 1e12},
                                     Scale{"kib", 1024.},
                                     Scale{"mib", 1048576.},
                                     Scale{"gib", 1073741824.},
                                     Scale{"tib", 1099511627776.}};
constexpr std::array k_count_units = {Scale{"", 1}, Scale{"k", 1024.}, Scale{"m", 1048576.}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string quoted(std::string_view text) {
  const bool cut = text.size() > k_quoted_characters;
  return fmt::format("\"{}{}\"", text.substr(0, k_quoted_characters), cut ? "..." : "");
}

/// A number and what follows it; nothing when the text does not start with a finite decimal number.
struct Amount {
  double number;
  std::string unit;  // lower case, without spaces around it
};
std::optional<Amount> split_amount(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  // from_chars also reads "inf", "nan" and exponents; the first two are not amounts.
  const bool starts_like_number =
      !text.empty() && std::string_view("0123456789.-").find(text.front()) != std::string_view::npos;
  if (!starts_like_number) return std::nullopt;
  Amount amount{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), amount.number);
  if (problem != std::errc{} || !std::isfinite(amount.number)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const char c : trimmed(text)) amount.unit += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  return amount;
}

template <std::size_t N>
std::optional<double> factor_of(std::string_view unit, const std::array<Scale, N>& scales) {
  for (const Scale& scale : scales) {
    if (scale.unit == unit) return scale.factor;
  }
  return std::nullopt;
}

tl::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view why, std::string_view hint) {
  return fail(ErrorKind::usage, fmt::format("{}: {} {}", what, quoted(text), why), std::string(hint));
}

}  // namespace

Result<std::uint64_t> parse_bytes(std::string_view text, std::string_view what) {
  constexpr std::string_view hint = "a size is written like 64GiB, 24GB, 512MiB or a number of bytes, up to 1 PiB";
  const std::optional<Amount> amount = split_amount(text);
  if (!amount) return bad(what, text, "is not a size", hint);
  const std::optional<double> factor = factor_of(amount->unit, k_byte_units);
  if (!factor) return bad(what, text, "has an unknown unit", hint);
  const double bytes = amount->number * *factor;
  if (bytes < 0) return bad(what, text, "is negative", hint);
  if (bytes < 1) return bad(what, text, "is zero; it must be 1 byte or more", hint);
  if (bytes > k_most_bytes) return bad(what, text, "is more than 1 PiB", hint);
  return static_cast<std::uint64_t>(std::llround(bytes));
}

Result<double> parse_bandwidth(std::string_view text, std::string_view what) {
  constexpr std::string_view hint = "a bandwidth is written like 1008GB/s, 83.2GB/s or 2TB/s, up to 1 PB/s";
  std::optional<Amount> amount = split_amount(text);
  if (!amount) return bad(what, text, "is not a bandwidth", hint);
  for (const std::string_view per_second : {"/s", "ps"}) {
    const std::string& unit = amount->unit;
    if (unit.size() < per_second.size() || unit.substr(unit.size() - per_second.size()) != per_second) continue;
    const std::optional<double> factor = factor_of(trimmed(std::string_view(unit).substr(0, unit.size() - 2)), k_byte_units);
    if (!factor) break;
    const double bytes_per_s = amount->number * *factor;
    if (bytes_per_s < 0) return bad(what, text, "is negative", hint);
    if (bytes_per_s < 1) return bad(what, text, "is zero; it must be 1 B/s or more", hint);
    if (bytes_per_s > k_most_bytes_per_s) return bad(what, text, "is more than 1 PB/s", hint);
    return bytes_per_s;
  }
  return bad(what, text, amount->unit.empty() ? "has no unit" : "has an unknown unit", hint);
}

Result<std::uint32_t> parse_token_count(std::string_view text, std::string_view what) {
  constexpr std::string_view hint = "a number of tokens is written like 8192, 8k or 1M, from 1 to 2147483647";
  constexpr double most = std::numeric_limits<std::int32_t>::max();
  const std::optional<Amount> amount = split_amount(text);
  if (!amount) return bad(what, text, "is not a number of tokens", hint);
  const std::optional<double> factor = factor_of(amount->unit, k_count_units);
  if (!factor) return bad(what, text, "has an unknown unit", hint);
  const double tokens = amount->number * *factor;
  if (tokens < 0) return bad(what, text, "is negative", hint);
  if (tokens == 0) return bad(what, text, "is zero; it must be 1 token or more", hint);
  if (std::floor(tokens) != tokens) return bad(what, text, "is not a whole number of tokens", hint);
  if (tokens > most) return bad(what, text, "is more than 2147483647 tokens", hint);
  return static_cast<std::uint32_t>(tokens);
}

Result<double> parse_number(std::string_view text, std::string_view what, double low, double high) {
  const std::string hint = fmt::format("a number from {} to {}", low, high);
  const std::optional<Amount> amount = split_amount(text);
  if (!amount || !amount->unit.empty()) return bad(what, text, "is not a number", hint);
  if (amount->number < low || amount->number > high) {
    return bad(what, text, fmt::format("is outside {} to {}", low, high), hint);
  }
  return amount->number;
}

}  // namespace canirun
