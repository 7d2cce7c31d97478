// SPDX-License-Identifier: MIT
#include "usage/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace canirun::usage {
namespace {

/// More tokens than any log holds: ten thousand times what the whole world is said to use in a day.
constexpr double k_most_tokens = 1e18;

/// Days since 1970-01-01 of a civil date; the year is taken to start in March so that leap days end it.
std::int32_t days_from_civil(int year, int month, int day) {
  const int shifted = month <= 2 ? year - 1 : year;
  const int era = shifted / 400, year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

/// Reads digits at `at` and steps over them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t most) {
  int value = 0;
  const std::size_t start = at;
  while (at < text.size() && at - start < most && text[at] >= '0' && text[at] <= '9')
    value = value * 10 + (text[at++] - '0');
  return at > start ? std::optional(value) : std::nullopt;
}

}  // namespace

Tokens tokens_of(const Numbers& n) {
  Tokens tokens;
  tokens.cache_write =
      n.has(Field::cache_write) ? n.get(Field::cache_write) : n.get(Field::cache_write_5m) + n.get(Field::cache_write_1h);
  tokens.cache_read = std::max(n.get(Field::cache_read), n.get(Field::cached_inside));
  const double inside = n.get(Field::cache_write_inside);
  if (n.has(Field::uncached)) {
    tokens.input = n.get(Field::uncached);
  } else if (n.has(Field::prompt)) {
    tokens.input = std::max(0.0, n.get(Field::prompt) - tokens.cache_read - tokens.cache_write - inside);
  } else if (n.has(Field::cached_inside) && !n.has(Field::cache_read)) {
    tokens.input = std::max(0.0, n.get(Field::input) - tokens.cache_read - inside);
  } else {
    tokens.input = n.get(Field::input);
  }
  tokens.cache_write += inside;
  tokens.cache_read += n.get(Field::cache_beside);
  tokens.output = n.get(Field::output) + n.get(Field::thoughts_beside);
  tokens.reasoning = std::min(tokens.output, n.get(Field::reasoning) + n.get(Field::thoughts_beside));
  return tokens;
}

std::optional<double> parse_count(std::string_view text) {
  std::array<char, 40> plain{};
  std::size_t length = 0;
  for (const char c : text) {
    if (c == ',' || c == ' ') continue;  // "1,234"
    if (length == plain.size()) return std::nullopt;
    plain[length++] = c;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + length, value);
  if (error != std::errc{} || end != plain.data() + length) return std::nullopt;
  return value >= 0 && value <= k_most_tokens ? std::optional(value) : std::nullopt;
}

std::optional<std::int32_t> parse_day(std::string_view text) {
  std::size_t at = 0;
  const std::optional<int> year = digits(text, at, 4);
  if (year && at == 4 && at < text.size() && (text[at] == '-' || text[at] == '/')) {
    const std::optional<int> month = digits(text, ++at, 2);
    if (!month || *month < 1 || *month > 12 || at >= text.size() || (text[at] != '-' && text[at] != '/'))
      return std::nullopt;
    const std::optional<int> day = digits(text, ++at, 2);
    if (!day || *day < 1 || *day > 31 || *year < 2000 || *year > 2099) return std::nullopt;
    return days_from_civil(*year, *month, *day);
  }
  // Seconds since 1970, or thousandths: between 2001 and 2099.
  const std::optional<double> seconds = parse_count(text);
  if (!seconds) return std::nullopt;
  constexpr double k_first = 978307200, k_last = 4102444800;
  for (const double factor : {1.0, 1e-3, 1e-6}) {
    const double value = *seconds * factor;
    if (value >= k_first && value < k_last) return static_cast<std::int32_t>(value / 86400);
  }
  return std::nullopt;
}

std::string day_text(std::int32_t day) {
  const int z = day + 719468;
  const int era = z / 146097, day_of_era = z - era * 146097;
  const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int shifted_month = (5 * day_of_year + 2) / 153;
  const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return fmt::format("{:04}-{:02}-{:02}", year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
                     day_of_year - (153 * shifted_month + 2) / 5 + 1);
}

std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 14695981039346656037ULL ^ seed;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash == 0 ? 1 : hash;
}

}  // namespace canirun::usage
