// SPDX-License-Identifier: MIT
#include "usage/json_scanner.hpp"

#include <cstring>

namespace canirun::usage {
namespace {

constexpr std::size_t k_most_text = 200;  // of a key or a value; longer ones are none that count

/// What matters while something is stepped over.
enum class Byte : std::uint8_t { other, quote, opens, closes, newline };
constexpr std::array<Byte, 256> k_bytes = [] {
  std::array<Byte, 256> table{};
  table['"'] = Byte::quote;
  table['{'] = table['['] = Byte::opens;
  table['}'] = table[']'] = Byte::closes;
  table['\n'] = Byte::newline;
  return table;
}();
Byte kind_of(char c) { return k_bytes[static_cast<unsigned char>(c)]; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_scalar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

}  // namespace

void JsonScanner::feed(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at < end) {
    if (to_line_end_) {
      at = to_line_end(at, end);
    } else if (in_string_) {
      at = in_string(at, end);
    } else if (skip_depth_ > 0) {
      at = in_skipped(at, end);
    } else if (in_scalar_) {
      at = in_scalar(at, end);
    } else if (*at == '\n') {
      line_ended();
      ++at;
    } else if (is_space(*at)) {
      ++at;
    } else {
      at = depth_ == 0 ? top(at) : token(at);
    }
  }
}

void JsonScanner::finish() {
  if (in_scalar_) value_ended();
  if (depth_ > 0 || in_string_) lines_.broken_at(value_line_, "the file ends inside of a value");
  builder_.drop();
}

/// Between top-level values: what follows must be one.
const char* JsonScanner::top(const char* at) {
  const bool at_line_start = at_line_start_;
  at_line_start_ = false;
  if (lost_ && !(at_line_start && *at == '{')) {
    to_line_end_ = true;
    return at;
  }
  if (*at == '{' || *at == '[') {
    one_a_line_ = one_a_line_ || lost_;
    lost_ = false;
    value_line_ = lines_.now();
    meaning_ = {.known = true, .is_place = true, .place = Place::record};
    open(*at == '{');
  } else if (*at != ',' && *at != ']') {  // of an array with one object a line
    broken("neither an object nor an array");
    return at;
  }
  return at + 1;
}

/// Inside of an object or array that is looked into.
const char* JsonScanner::token(const char* at) {
  const char c = *at;
  const bool object = frames_[depth_ - 1].is_object;
  switch (expect_) {
    case Expect::key_or_end:
    case Expect::key:
      if (c == '"') {
        role_ = Role::key;
        text_.clear();
        in_string_ = true;
        return at + 1;
      }
      if (c == '}' && expect_ == Expect::key_or_end) {
        close(true);
        return at + 1;
      }
      broken("no key where one must be");
      return at;
    case Expect::colon:
      if (c == ':') {
        expect_ = Expect::value;
        return at + 1;
      }
      broken("no colon after a key");
      return at;
    case Expect::comma_or_end:
      if (c == ',') {
        expect_ = object ? Expect::key : Expect::value;
        return at + 1;
      }
      if (c == (object ? '}' : ']')) {
        close(object);
        return at + 1;
      }
      broken("no comma after a value");
      return at;
    case Expect::value:
      if (c == ']' && !object) {  // an empty array; a comma before it is forgiven
        close(false);
        return at + 1;
      }
      if (!object) {  // elements of an array are what the array is
        const Frame& frame = frames_[depth_ - 1];
        meaning_ = {.known = true, .is_place = true, .place = frame.place, .rank = frame.rank, .format = frame.format};
      }
      if (c == '{' || c == '[') {
        open(c == '{');
        return at + 1;
      }
      text_.clear();
      if (c == '"') {
        role_ = meaning_.known && !meaning_.is_place ? Role::value : Role::skipped;
        in_string_ = true;
        return at + 1;
      }
      if (is_scalar(c)) {
        in_scalar_ = true;
        return at;
      }
      broken("no value after a key");
      return at;
  }
  return at + 1;
}

void JsonScanner::open(bool is_object) {
  // "data" is a page's list of rows; as an object it is something else's.
  const bool page_only = meaning_.place == Place::record && depth_ > 0 && frames_[depth_ - 1].is_object;
  if (!meaning_.known || !meaning_.is_place || (page_only && is_object) || depth_ == k_most_depth) {
    skip_depth_ = 1;
    return;
  }
  frames_[depth_++] = {.is_object = is_object, .place = meaning_.place, .rank = meaning_.rank, .format = meaning_.format};
  expect_ = is_object ? Expect::key_or_end : Expect::value;
  if (is_object) builder_.begin(meaning_.place, meaning_.rank, meaning_.format);
}

void JsonScanner::close(bool is_object) {
  --depth_;
  if (is_object) builder_.end(frames_[depth_].place);
  value_ended();
}

void JsonScanner::value_ended() {
  in_scalar_ = false;
  expect_ = depth_ == 0 ? Expect::value : Expect::comma_or_end;
}

const char* JsonScanner::in_string(const char* at, const char* end) {
  while (at < end) {
    const auto left = static_cast<std::size_t>(end - at);
    const char* stop = static_cast<const char*>(std::memchr(at, '"', left));
    const char* const until = stop == nullptr ? end : stop;
    const auto span = static_cast<std::size_t>(until - at);
    if (span > 0 && std::memchr(at, '\n', span) != nullptr) {
      broken("a text runs over the end of the line");
      return static_cast<const char*>(std::memchr(at, '\n', span));
    }
    // An odd number of backslashes before a quote makes it part of the text.
    const char* run = until;
    while (run > at && run[-1] == '\\') --run;
    bool escaped = (until - run) % 2 == 1;
    if (run == at && after_backslash_) escaped = !escaped;
    if (role_ != Role::skipped && text_.size() <= k_most_text) text_.append(at, std::min(span, k_most_text + 1));
    after_backslash_ = escaped && stop == nullptr;
    if (stop == nullptr) return end;
    at = stop + 1;
    if (!escaped) {
      in_string_ = false;
      if (skip_depth_ == 0) string_ended();
      return at;
    }
    if (role_ != Role::skipped && text_.size() <= k_most_text) text_ += '"';
  }
  return at;
}

void JsonScanner::string_ended() {
  if (role_ == Role::key) {
    meaning_ = text_.size() <= k_most_text ? meaning_of(frames_[depth_ - 1].place, text_) : Meaning{};
    expect_ = Expect::colon;
    return;
  }
  if (role_ == Role::value && text_.size() <= k_most_text && meaning_.known && !meaning_.is_place) {
    if (!builder_.scalar(frames_[depth_ - 1].place, meaning_.field, meaning_.format, text_)) {
      broken("a count of tokens that is none");
      return;
    }
  }
  value_ended();
}

const char* JsonScanner::in_scalar(const char* at, const char* end) {
  const char* const start = at;
  while (at < end && is_scalar(*at)) ++at;
  if (text_.size() <= k_most_text) text_.append(start, std::min(static_cast<std::size_t>(at - start), k_most_text + 1));
  if (at == end) return at;
  const bool is_number = !text_.empty() && (text_.front() == '-' || (text_.front() >= '0' && text_.front() <= '9'));
  if (!is_number && text_ != "null" && text_ != "true" && text_ != "false") {
    broken("a bare word that is no JSON");
    return at;
  }
  // A number counts as one, and as the date of what it is in; a bare identifier tells nothing apart.
  const bool wanted = meaning_.known && !meaning_.is_place && is_number &&
                      (usage::is_number(meaning_.field) || meaning_.field == Field::time);
  if (wanted && !builder_.scalar(frames_[depth_ - 1].place, meaning_.field, meaning_.format, text_)) {
    broken("a count of tokens that is none");
    return at;
  }
  value_ended();
  return at;
}

const char* JsonScanner::in_skipped(const char* at, const char* end) {
  while (at < end) {
    const Byte kind = kind_of(*at);
    if (kind == Byte::other) {
      ++at;
      continue;
    }
    if (kind == Byte::quote) {
      role_ = Role::skipped;
      in_string_ = true;
      return at + 1;
    }
    if (kind == Byte::newline) {
      line_ended();
      ++at;
      if (skip_depth_ == 0) return at;
      continue;
    }
    ++at;
    skip_depth_ += kind == Byte::opens ? 1 : 0;
    if (kind == Byte::closes && --skip_depth_ == 0) {
      value_ended();
      return at;
    }
  }
  return at;
}

const char* JsonScanner::to_line_end(const char* at, const char* end) {
  const char* found = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
  if (found == nullptr) return end;
  to_line_end_ = false;
  line_ended();
  return found + 1;
}

void JsonScanner::line_ended() {
  if (depth_ == 0 && value_line_ == lines_.now()) one_a_line_ = true;
  if (depth_ > 0 && one_a_line_) {
    broken("the line ends inside of a value");
    to_line_end_ = false;
  }
  at_line_start_ = true;
  lines_.next();
}

void JsonScanner::broken(std::string_view reason) {
  lines_.broken(reason);
  lost_ = !one_a_line_ && depth_ > 0 && value_line_ != lines_.now();
  builder_.drop();
  depth_ = 0;
  skip_depth_ = 0;
  in_string_ = in_scalar_ = after_backslash_ = false;
  expect_ = Expect::value;
  to_line_end_ = true;
}

}  // namespace canirun::usage
