// SPDX-License-Identifier: MIT
#include "formats/file_set_names.hpp"

#include <algorithm>
#include <charconv>

namespace canirun::formats {
namespace {

constexpr std::uint32_t k_most_parts = 100'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

/// Takes the digits at the end of `text`; nothing when there are none or too many.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::size_t first = text.size();
  while (first > 0 && is_digit(text[first - 1])) --first;
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + first, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  text.remove_suffix(text.size() - first);
  return value;
}

bool take_ending(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

}  // namespace

std::string_view folder_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

std::string_view base_name(std::string_view name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool ends_with_folded(std::string_view text, std::string_view lower_ending) {
  return text.size() >= lower_ending.size() && lower_case(text.substr(text.size() - lower_ending.size())) == lower_ending;
}

bool has_word(std::string_view text, std::string_view lower_word) {
  const std::string folded = lower_case(text);
  for (std::size_t at = folded.find(lower_word); at != std::string::npos; at = folded.find(lower_word, at + 1)) {
    const std::size_t end = at + lower_word.size();
    if ((at == 0 || !is_alphanumeric(folded[at - 1])) && (end == folded.size() || !is_alphanumeric(folded[end])))
      return true;
  }
  return false;
}

std::optional<PartName> part_name(std::string_view stem) {
  const std::optional<std::uint32_t> parts = take_number(stem);
  if (!parts || !take_ending(stem, "-of-")) return std::nullopt;
  const std::optional<std::uint32_t> part = take_number(stem);
  if (!part || !take_ending(stem, "-")) return std::nullopt;
  if (*parts == 0 || *parts > k_most_parts || *part > *parts) return std::nullopt;
  return PartName{.stem = stem, .part = *part, .parts = *parts};
}

}  // namespace canirun::formats
