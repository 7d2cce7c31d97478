// SPDX-License-Identifier: MIT
#include "formats/file_name.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace canirun::formats {
namespace {

constexpr std::string_view k_digits = "0123456789";
/// DeepSeek counts to "000163".
constexpr std::size_t k_most_digits = 6;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

std::string_view without_ending(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot < name.rfind('/') + 1 ? name : name.substr(0, dot);
}

/// A number at the end of `text`, which is cut off; nothing when there is none or it is too long.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  const std::size_t last = text.find_last_not_of(k_digits);
  const std::string_view digits = text.substr(last == std::string_view::npos ? 0 : last + 1);
  std::uint32_t number = 0;
  if (digits.empty() || digits.size() > k_most_digits) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  text.remove_suffix(digits.size());
  return number;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }  // npos + 1 is 0
std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && lower_case(name.substr(name.size() - ending.size())) == ending;
}

bool has_word(std::string_view text, std::string_view word) {
  const std::string folded = lower_case(text);
  for (std::size_t at = folded.find(word); at != std::string::npos; at = folded.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_alphanumeric(folded[at - 1])) && (end == folded.size() || !is_alphanumeric(folded[end])))
      return true;
  }
  return false;
}

SplitName split_name(std::string_view name) {
  const std::string_view whole = without_ending(name);
  std::string_view rest = whole;
  const std::optional<std::uint32_t> count = take_number(rest);
  if (count && *count > 0 && rest.ends_with("-of-")) {
    rest.remove_suffix(4);
    const std::optional<std::uint32_t> number = take_number(rest);
    if (number && *number <= *count && (rest.ends_with('-') || rest.ends_with('.'))) {
      rest.remove_suffix(1);
      return {.stem = std::string(rest), .number = *number, .count = *count};
    }
  }
  return {.stem = std::string(whole), .number = 0, .count = 0};
}

std::string stem_of(std::string_view name) { return std::string(base_name(split_name(name).stem)); }

}  // namespace canirun::formats
