// SPDX-License-Identifier: MIT
#include "catalog/wish_spoken.hpp"

#include <algorithm>
#include <array>
#include <canirun/units.hpp>
#include <charconv>

#include "catalog/ascii.hpp"
#include "catalog/names.hpp"

namespace canirun::catalog {
namespace {

constexpr std::size_t k_most_digits = 5;  // 99,999 GiB

bool same(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == lower(b); });
}

/// Words that make a size that of the host's memory.
bool is_ram_word(std::string_view word) {
  constexpr std::array<std::string_view, 8> k_words{"ram", "memory", "ddr3", "ddr4", "ddr5", "lpddr4x", "lpddr5", "lpddr5x"};
  return std::any_of(k_words.begin(), k_words.end(), [&](std::string_view each) { return same(word, each); });
}

std::string_view last_word(std::string_view text) {
  const std::size_t blank = text.rfind(' ');
  return blank == std::string_view::npos ? text : text.substr(blank + 1);
}

/// "24GB" or "24 GiB" at the end of the text: the size, and where it begins.
struct SizeAtEnd {
  std::uint64_t bytes = 0;
  std::size_t start = 0;
};
std::optional<SizeAtEnd> size_at_end(std::string_view text) {
  std::string_view rest = text;
  for (const std::string_view unit : {"gib", "gb", "g"}) {
    if (rest.size() <= unit.size() || !same(rest.substr(rest.size() - unit.size()), unit)) continue;
    rest = trim(rest.substr(0, rest.size() - unit.size()));
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[rest.size() - 1 - digits])) ++digits;
    const std::size_t start = rest.size() - digits;
    const bool is_word = start == 0 || rest[start - 1] == ' ';
    if (digits == 0 || digits > k_most_digits || !is_word) return std::nullopt;
    std::uint64_t gib = 0;
    std::from_chars(rest.data() + start, rest.data() + rest.size(), gib);
    if (gib == 0) return std::nullopt;
    return SizeAtEnd{gib * k_gib, start};
  }
  return std::nullopt;
}

/// Takes RAM words, "of" and "with" off the end; whether one of them says RAM.
bool take_ram_words(std::string_view& text) {
  bool is_ram = false;
  for (;;) {
    const std::string_view word = last_word(text);
    const bool says_ram = is_ram_word(word);
    if (word.empty() || (!says_ram && !same(word, "of") && !same(word, "system"))) return is_ram;
    is_ram = is_ram || says_ram;
    text = trim(text.substr(0, text.size() - word.size()));
  }
}

}  // namespace

std::optional<SpokenMemory> spoken_memory(std::string_view text) {
  text = trim(text);
  const bool is_ram = take_ram_words(text);
  const std::optional<SizeAtEnd> size = size_at_end(text);
  if (!size || size->start != 0) return std::nullopt;
  return SpokenMemory{size->bytes, is_ram};
}

std::optional<std::uint64_t> take_spoken_ram(std::string_view& name) {
  std::string_view rest = trim(name);
  if (!take_ram_words(rest)) return std::nullopt;
  const std::optional<SizeAtEnd> size = size_at_end(rest);
  if (!size || size->start == 0) return std::nullopt;
  rest = trim(rest.substr(0, size->start));
  for (const std::string_view joint : {"with", "and", "+", ","}) {
    if (rest.size() > joint.size() && same(last_word(rest), joint)) rest = trim(rest.substr(0, rest.size() - joint.size()));
  }
  name = rest;
  return size->bytes;
}

std::uint32_t take_spoken_count(std::string_view& name) {
  constexpr std::array<std::pair<std::string_view, std::uint32_t>, 7> k_words{
      {{"dual", 2}, {"two", 2}, {"three", 3}, {"triple", 3}, {"four", 4}, {"quad", 4}, {"eight", 8}}};
  const std::size_t blank = name.find(' ');
  if (blank == std::string_view::npos) return 1;
  for (const auto& [word, count] : k_words) {
    if (!same(name.substr(0, blank), word)) continue;
    name = trim(name.substr(blank));
    // "two 3090s"; without the count before it, a 4070s is a Super.
    const bool plural = name.size() > 2 && lower(name.back()) == 's' && is_digit(name[name.size() - 2]);
    if (plural) name.remove_suffix(1);
    return count;
  }
  return 1;
}

bool is_any_processor(std::string_view name) {
  constexpr std::array<std::string_view, 4> k_names{"cpu", "cpuonly", "nogpu", "processor"};
  return std::find(k_names.begin(), k_names.end(), fold(name)) != k_names.end();
}

}  // namespace canirun::catalog
