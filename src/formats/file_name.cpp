// SPDX-License-Identifier: MIT
#include "formats/file_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "formats/file_set.hpp"

namespace canirun::formats {
namespace {

constexpr std::string_view k_digits = "0123456789";

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string_view without_ending(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot < name.rfind('/') + 1 ? name : name.substr(0, dot);
}

/// A number at the end of `text`, which is cut off; nothing when there is none or it is too long.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  const std::size_t last = text.find_last_not_of(k_digits);
  const std::string_view digits = text.substr(last == std::string_view::npos ? 0 : last + 1);
  std::uint32_t number = 0;
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  text.remove_suffix(digits.size());
  return number;
}

/// Does a quant's name begin at `at`? Its length, 0 when not. Upper case expected.
std::size_t quant_length(std::string_view name, std::size_t at) {
  static constexpr std::array<std::string_view, 9> k_whole = {"MXFP4_MOE", "MXFP4", "NVFP4", "BF16", "FP16",
                                                              "F16",       "FP32",  "F32",   "FP8"};
  std::string_view rest = name.substr(at);
  for (const std::string_view whole : k_whole) {
    if (rest.starts_with(whole)) return whole.size();
  }
  std::size_t length = 0;
  if (rest.starts_with("UD-") || rest.starts_with("UD_")) length = 3;
  // Q, IQ or TQ, a digit, then words of letters and digits: Q4_K_M, IQ2_XXS, TQ1_0, Q4_0_4_4, Q8_K_XL.
  const std::string_view quant = rest.substr(length);
  std::size_t i = quant.starts_with("IQ") || quant.starts_with("TQ") ? 2 : quant.starts_with("Q") ? 1 : 0;
  if (i == 0 || i >= quant.size() || !is_digit(quant[i])) return 0;
  while (i < quant.size() && is_digit(quant[i])) ++i;
  while (i + 1 < quant.size() && quant[i] == '_' && (is_digit(quant[i + 1]) || is_letter(quant[i + 1]))) {
    std::size_t end = i + 1;
    while (end < quant.size() && (is_digit(quant[end]) || is_letter(quant[end]))) ++end;
    if (end - i > 4) break;  // "_Instruct" is no part of it
    i = end;
  }
  return length + i;
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

SplitName split_name(std::string_view name) {
  const std::string_view whole = without_ending(name);
  std::string_view rest = whole;
  const std::optional<std::uint32_t> count = take_number(rest);
  if (count && *count > 0 && rest.ends_with("-of-")) {
    rest.remove_suffix(4);
    const std::optional<std::uint32_t> number = take_number(rest);
    if (number && *number >= 1 && *number <= *count && (rest.ends_with('-') || rest.ends_with('.'))) {
      rest.remove_suffix(1);
      return {.stem = std::string(rest), .number = *number, .count = *count};
    }
  }
  return {.stem = std::string(whole), .number = 0, .count = 0};
}

std::string stem_of(std::string_view name) { return std::string(base_name(split_name(name).stem)); }

std::string fmt_count(std::uint32_t count) { return "-of-" + std::to_string(count); }

std::string quant_in_name(std::string_view file_name) {
  std::string name(base_name(split_name(file_name).stem));
  std::transform(name.begin(), name.end(), name.begin(), upper);
  // The last one counts: "Q4_0-fixed-Q8_0". It begins a word and ends one.
  for (std::size_t at = name.size(); at-- > 0;) {
    const bool begins_word = at == 0 || (!is_letter(name[at - 1]) && !is_digit(name[at - 1]));
    if (!begins_word) continue;
    if (at >= 3 && (name.compare(at - 3, 3, "UD-") == 0 || name.compare(at - 3, 3, "UD_") == 0)) continue;
    const std::size_t length = quant_length(name, at);
    if (length == 0) continue;
    const std::size_t end = at + length;
    if (end < name.size() && (is_letter(name[end]) || is_digit(name[end]))) continue;
    std::string quant = name.substr(at, length);
    if (quant.starts_with("UD_")) quant[2] = '-';
    if (quant == "FP16") return "F16";
    if (quant == "FP32") return "F32";
    return quant;
  }
  return {};
}

}  // namespace canirun::formats
