// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "usage/usage.hpp"

namespace canirun::usage {

/// What keys and columns may mean. Numbers first.
enum class Field : std::uint8_t {
  input,           ///< fresh, or all of the input where `cached_inside` says so
  prompt,          ///< all of the input, cached included
  uncached,        ///< fresh for sure
  cached_inside,   ///< read from a cache, part of the input
  cache_read,      ///< read from a cache, beside the input
  cache_write,     ///< written to a cache, beside the input
  cache_write_5m,  ///< the same by lifetime
  cache_write_1h,
  cache_write_inside,  ///< part of the input
  cache_beside,        ///< kept from an earlier prompt, beside `prompt` (llama-server)
  output,
  reasoning,        ///< part of the output
  thoughts_beside,  ///< thinking that is not part of the output
  requests,
  session_total,  ///< running sum of a session: the same again means the same event again
  turns,          ///< of a whole session: its numbers are the sums of the messages before it
  amount,         ///< of what `kind` says
  // text
  model,
  time,
  id,
  request_id,
  kind,
};
constexpr std::size_t k_number_fields = static_cast<std::size_t>(Field::amount) + 1;
constexpr bool is_number(Field field) { return static_cast<std::size_t>(field) < k_number_fields; }

/// The numbers of one usage object or row.
class Numbers {
 public:
  void set(Field field, double value) {
    values_[static_cast<std::size_t>(field)] = value;
    present_ |= bit(field);
  }
  [[nodiscard]] bool has(Field field) const { return (present_ & bit(field)) != 0; }
  [[nodiscard]] double get(Field field) const { return has(field) ? values_[static_cast<std::size_t>(field)] : 0; }
  /// Does it say how many tokens there were?
  [[nodiscard]] bool has_tokens() const {
    return has(Field::input) || has(Field::prompt) || has(Field::uncached) || has(Field::output);
  }
  void clear() { present_ = 0; }

 private:
  static constexpr std::uint32_t bit(Field field) { return 1U << static_cast<std::uint32_t>(field); }
  std::array<double, k_number_fields> values_{};
  std::uint32_t present_ = 0;
};

/// The tokens by class. Exports differ in whether cached input is part of the input; the fields say which.
Tokens tokens_of(const Numbers& numbers);

/// A count of tokens as text; nothing when it is no number, negative, or more than any log can hold.
std::optional<double> parse_count(std::string_view text);
/// Days since 1970-01-01 of "2026-09-01...", "2026/9/1", or seconds or milliseconds since then; nothing otherwise.
std::optional<std::int32_t> parse_day(std::string_view text);
/// "2026-09-01"
std::string day_text(std::int32_t day);

/// One row or object with use in it, on its way to the sums.
struct Record {
  Numbers numbers;
  Format format = Format::unknown;
  std::string model;
  std::optional<std::int32_t> day;
  std::uint64_t id_hash = 0;  ///< of what makes it the same event; 0: nothing does
};

std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0);

}  // namespace canirun::usage
