// SPDX-License-Identifier: MIT
#include "probe/text.hpp"

#include <algorithm>
#include <charconv>

namespace canirun::probe {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == '\0'; }

/// Length of the UTF-8 character at `at` when it is printable, 0 otherwise.
std::size_t printable_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x20 || first == 0x7f) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first >= 0xf5 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xc2 && byte(at + 1) < 0xa0) return 0;  // C1 controls: some terminals act on them
  return length;
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::string out;
  bool blank_before = false;
  for (std::size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      blank_before = !out.empty();
      ++i;
      continue;
    }
    const std::size_t length = printable_length(text, i);
    if (length != 0) {
      if (out.size() + length + (blank_before ? 1 : 0) > max_bytes) break;
      if (blank_before) out += ' ';
      blank_before = false;
      out.append(text.substr(i, length));
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::optional<std::uint64_t> leading_number(std::string_view text, int base) {
  text = trim(text);
  if (base == 16 && text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> whole_number(std::string_view text, int base) {
  text = trim(text);
  if (base == 16 && text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> leading_decimal(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text = trim(text);
    if (text.empty()) return words;
    std::size_t end = 0;
    while (end < text.size() && !is_blank(text[end])) ++end;
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || is_blank(text[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == text.size() || is_blank(text[end]))) return true;
  }
  return false;
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view key, char separator) {
  for (const std::string_view line : lines_of(text)) {
    const std::size_t at = line.find(separator);
    if (at != std::string_view::npos && trim(line.substr(0, at)) == key) return trim(line.substr(at + 1));
  }
  return std::nullopt;
}

std::vector<std::pair<unsigned, unsigned>> cpu_ranges(std::string_view list) {
  constexpr unsigned k_highest_cpu = 65535;
  constexpr std::size_t k_most_ranges = 4096;
  std::vector<std::pair<unsigned, unsigned>> ranges;
  list = trim(list);
  const char* at = list.data();
  const char* const end = list.data() + list.size();
  while (at != end && ranges.size() < k_most_ranges) {
    unsigned first = 0;
    auto parsed = std::from_chars(at, end, first);
    if (parsed.ec != std::errc{}) break;
    unsigned last = first;
    if (parsed.ptr != end && *parsed.ptr == '-') {
      parsed = std::from_chars(parsed.ptr + 1, end, last);
      if (parsed.ec != std::errc{}) break;
    }
    if (first > last || last > k_highest_cpu) break;
    ranges.emplace_back(first, last);
    if (parsed.ptr == end || *parsed.ptr != ',') break;
    at = parsed.ptr + 1;
  }
  return ranges;
}

unsigned count_cpus(std::string_view list) {
  unsigned count = 0;
  for (const auto& [first, last] : cpu_ranges(list)) count += last - first + 1;
  return count;
}

}  // namespace canirun::probe
