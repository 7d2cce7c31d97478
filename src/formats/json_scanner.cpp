// SPDX-License-Identifier: MIT
#include "formats/json_scanner.hpp"

#include <charconv>
#include <utility>

namespace canirun::formats {
namespace {

/// Deeper than any header; what is nested more is an attack.
constexpr std::size_t k_deepest = 64;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0U | code >> 6U);
  } else if (code < 0x10000) {
    byte(0xE0U | code >> 12U);
    byte(0x80U | (code >> 6U & 0x3FU));
  } else {
    byte(0xF0U | code >> 18U);
    byte(0x80U | (code >> 12U & 0x3FU));
    byte(0x80U | (code >> 6U & 0x3FU));
  }
  byte(0x80U | (code & 0x3FU));
}

}  // namespace

void JsonScanner::fail_at(std::uint64_t offset, const std::string& message) {
  if (error_) return;
  error_ = Error{
      .kind = ErrorKind::malformed, .message = "byte " + std::to_string(offset) + ": " + message, .context = {}, .hint = {}};
}

void JsonScanner::fail_with(const std::string& expected) {
  const std::string found = at_ < text_.size() ? "'" + std::string(1, text_[at_]) + "'" : "the end of the header";
  fail_at(offset(), "expected " + expected + ", found " + found);
}

void JsonScanner::skip_spaces() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool JsonScanner::take(char wanted) {
  if (failed()) return false;
  skip_spaces();
  if (at_ >= text_.size() || text_[at_] != wanted) return false;
  ++at_;
  return true;
}

bool JsonScanner::expect(char wanted) {
  if (take(wanted)) return true;
  fail_with("'" + std::string(1, wanted) + "'");
  return false;
}

std::optional<std::uint32_t> JsonScanner::hex4() {
  std::uint32_t code = 0;
  if (at_ + 4 > text_.size()) return std::nullopt;
  const char* first = text_.data() + at_;
  const auto [end, problem] = std::from_chars(first, first + 4, code, 16);
  if (problem != std::errc{} || end != first + 4) return std::nullopt;
  at_ += 4;
  return code;
}

/// What follows a backslash.
void JsonScanner::append_escape(std::string& out) {
  constexpr std::string_view k_letters = "\"\\/bfnrt";
  constexpr std::string_view k_meanings = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) return fail_with("the rest of an escape");
  const char letter = text_[at_];
  if (const std::size_t which = k_letters.find(letter); which != std::string_view::npos) {
    ++at_;
    out += k_meanings[which];
    return;
  }
  if (letter != 'u') return fail_with("an escape of JSON");
  ++at_;
  auto code = hex4();
  if (!code) return fail_with("four hexadecimal digits");
  const bool high = *code >= 0xD800 && *code < 0xDC00;
  if (high && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    const auto low = hex4();
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return fail_with("the second half of a surrogate pair");
    code = 0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00);
  } else if (*code >= 0xD800 && *code <= 0xDFFF) {
    code = 0xFFFD;  // half a pair means nothing
  }
  append_utf8(out, *code);
}

std::optional<std::string> JsonScanner::text() {
  if (failed()) return std::nullopt;
  skip_spaces();
  if (at_ >= text_.size() || text_[at_] != '"') {
    fail_with("a string");
    return std::nullopt;
  }
  ++at_;
  std::string out;
  while (at_ < text_.size() && !failed()) {
    const char c = text_[at_];
    ++at_;
    if (c == '"') return out;
    if (c == '\\') {
      append_escape(out);
    } else {
      out += c;
    }
  }
  fail_with("the end of a string");
  return std::nullopt;
}

std::optional<std::uint64_t> JsonScanner::count() {
  if (failed()) return std::nullopt;
  skip_spaces();
  std::uint64_t value = 0;
  const char* first = text_.data() + at_;
  const auto [end, problem] = std::from_chars(first, text_.data() + text_.size(), value);
  const auto digits = static_cast<std::size_t>(end - first);
  const bool fraction = at_ + digits < text_.size() && std::string_view(".eE").find(text_[at_ + digits]) < 3;
  if (problem != std::errc{} || fraction) {
    fail_with("a whole number of 64 bits");
    return std::nullopt;
  }
  at_ += digits;
  return value;
}

void JsonScanner::skip_value() {
  std::size_t depth = 0;
  do {
    if (failed()) return;
    skip_spaces();
    if (at_ >= text_.size()) return fail_with("a value");
    const char c = text_[at_];
    if (c == '"') {
      (void)text();
    } else if (c == '{' || c == '[') {
      ++at_;
      if (++depth > k_deepest) return fail_with("a header, which is never nested so deep");
    } else if (c == '}' || c == ']') {
      if (depth == 0) return fail_with("a value");
      ++at_;
      --depth;
    } else {
      ++at_;
      // A number or a word ends where punctuation follows.
      if (depth == 0 && c != ',' && c != ':') {
        while (at_ < text_.size() && std::string_view(",]} \n\r\t").find(text_[at_]) == std::string_view::npos) ++at_;
      }
    }
  } while (depth > 0);
}

void JsonScanner::expect_end() {
  while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '\0')) ++at_;
  if (at_ < text_.size()) fail_with("nothing more");
}

}  // namespace canirun::formats
