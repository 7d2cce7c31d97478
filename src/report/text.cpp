// SPDX-License-Identifier: MIT
#include "report/text.hpp"

#include <utf8proc.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace canirun::report {
namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD

/// The next code point and how many bytes it took; a broken sequence is one byte and no code point.
struct Decoded {
  std::optional<std::int32_t> point;
  std::size_t bytes = 1;
};
Decoded decode(std::string_view text) {
  utf8proc_int32_t point = 0;
  const auto taken = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                      static_cast<utf8proc_ssize_t>(text.size()), &point);
  if (taken <= 0 || point < 0) return {};
  return {point, static_cast<std::size_t>(taken)};
}

/// Characters that move, hide or reorder other text.
bool acts_on_a_terminal(std::int32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) ||  // C0, DEL, C1
         point == 0x61C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) ||  // separators, embeddings, overrides
         (point >= 0x2066 && point <= 0x2069) ||  // isolates
         point == 0xFEFF || (point >= 0xFFF9 && point <= 0xFFFB) || (point >= 0xE0000 && point <= 0xE007F);
}

int width_of(std::int32_t point) {
  if (utf8proc_category(point) == UTF8PROC_CATEGORY_CO) return 1;
  return std::max(0, utf8proc_charwidth(point));
}

/// Signs that have an accepted ASCII spelling; everything else is '?' there.
std::string_view ascii_for(std::int32_t point) {
  struct Pair {
    std::int32_t point;
    std::string_view ascii;
  };
  static constexpr std::array<Pair, 16> k_pairs{{{0xA0, " "},
                                                 {0xB7, "|"},
                                                 {0xD7, "x"},
                                                 {0x2010, "-"},
                                                 {0x2011, "-"},
                                                 {0x2012, "-"},
                                                 {0x2013, "-"},
                                                 {0x2014, "-"},
                                                 {0x2018, "'"},
                                                 {0x2019, "'"},
                                                 {0x201C, "\""},
                                                 {0x201D, "\""},
                                                 {0x2026, ".."},
                                                 {0x2192, "->"},
                                                 {0x2248, "~"},
                                                 {0x2264, "<="}}};
  const auto* found = std::find_if(k_pairs.begin(), k_pairs.end(), [&](const Pair& pair) { return pair.point == point; });
  return found == k_pairs.end() ? "?" : found->ascii;
}

bool starts_with_digit(std::string_view word) { return !word.empty() && word.front() >= '0' && word.front() <= '9'; }

/// Words that belong to the number before them.
bool is_unit(std::string_view word) {
  static constexpr std::array<std::string_view, 21> k_units{"GiB", "MiB",  "KiB",   "TiB", "GB",  "MB",     "kB",
                                                            "TB",  "GB/s", "tok/s", "s",   "min", "h",      "days",
                                                            "W",   "%",    "kWh",   "GHz", "MHz", "TFLOPS", "tokens"};
  while (!word.empty() &&
         (word.back() == ',' || word.back() == ':' || word.back() == ')' || word.back() == '.' || word.back() == ';')) {
    word.remove_suffix(1);
  }
  return std::find(k_units.begin(), k_units.end(), word) != k_units.end();
}

bool is_separator(std::string_view word) { return word == "·" || word == "|"; }

/// Words as wrapping sees them: a number with its unit is one, and a separator stays with what is before it.
std::vector<std::string> unbreakable_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = text.find_first_not_of(' ', at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string_view word = text.substr(start, end - start);
    const std::size_t previous_start = words.empty() ? 0 : words.back().find_last_of(" ($") + 1;
    const bool joins =
        !words.empty() &&
        ((is_unit(word) && starts_with_digit(std::string_view(words.back()).substr(previous_start))) || is_separator(word));
    if (joins) {
      words.back().append(" ").append(word);
    } else {
      words.emplace_back(word);
    }
    at = end;
  }
  return words;
}

}  // namespace

std::string safe_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (!next.point) {
      clean += k_replacement;
    } else if (acts_on_a_terminal(*next.point)) {
      clean += ' ';
    } else {
      clean += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  return clean;
}

std::string safe_text(std::string_view text, const Terminal& terminal) {
  const std::string clean = safe_text(text);
  if (terminal.unicode) return clean;
  std::string ascii;
  std::string_view rest = clean;
  while (!rest.empty()) {
    const Decoded next = decode(rest);
    if (next.point && *next.point < 0x80) {
      ascii += rest.front();
    } else if (next.point && width_of(*next.point) > 0) {
      ascii += ascii_for(*next.point);
    }
    rest.remove_prefix(next.bytes);
  }
  return ascii;
}

int display_width(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    columns += next.point ? width_of(*next.point) : 1;
    text.remove_prefix(next.bytes);
  }
  return columns;
}

std::string cut_to_width(std::string_view text, int columns, const Terminal& terminal) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view dots = terminal.unicode ? "…" : "..";
  const int room = columns - display_width(dots);
  if (room < 0) return std::string(static_cast<std::size_t>(std::max(0, columns)), '.');
  std::string cut;
  int used = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const int width = next.point ? width_of(*next.point) : 1;
    if (used + width > room) break;
    cut += text.substr(0, next.bytes);
    used += width;
    text.remove_prefix(next.bytes);
  }
  cut.erase(cut.find_last_not_of(' ') + 1);
  return cut.append(dots);
}

std::string pad_right(std::string_view text, int columns) {
  return std::string(text) + std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ');
}

std::string pad_left(std::string_view text, int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns - display_width(text))), ' ') + std::string(text);
}

std::vector<std::string> wrap(std::string_view text, int columns) {
  std::vector<std::string> lines;
  for (const std::string& word : unbreakable_words(text)) {
    if (!lines.empty() && display_width(lines.back()) + 1 + display_width(word) <= columns) {
      lines.back().append(" ").append(word);
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace canirun::report
