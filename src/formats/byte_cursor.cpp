// SPDX-License-Identifier: MIT
#include "formats/byte_cursor.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace canirun::formats {

bool ByteCursor::need(std::size_t bytes) {
  if (error_) return false;
  if (end_ >= at_ && end_ - at_ >= bytes) return true;
  // What is left moves to the front, and the source fills the rest.
  const std::size_t rest = at_ < end_ ? end_ - at_ : 0;
  if (rest > 0) std::memmove(buffer_.data(), buffer_.data() + at_, rest);
  start_ += at_;
  at_ = 0;
  end_ = rest;
  while (end_ < bytes) {
    const Result<std::size_t> got = source_.read(start_ + end_, std::span(buffer_).subspan(end_));
    if (!got) {
      error_ = got.error();
      return false;
    }
    if (*got == 0) {
      fail_with("the end of the data at byte " + std::to_string(start_ + end_),
                "is it a whole file, or did its download stop?");
      return false;
    }
    end_ += std::min(*got, buffer_.size() - end_);
  }
  return true;
}

template <class T>
T ByteCursor::number() {
  if (!need(sizeof(T))) return 0;
  std::array<std::byte, sizeof(T)> raw{};
  std::memcpy(raw.data(), buffer_.data() + at_, sizeof(T));
  if (swap_) std::reverse(raw.begin(), raw.end());
  at_ += sizeof(T);
  return std::bit_cast<T>(raw);
}

std::uint8_t ByteCursor::u8() { return number<std::uint8_t>(); }
std::uint16_t ByteCursor::u16() { return number<std::uint16_t>(); }
std::uint32_t ByteCursor::u32() { return number<std::uint32_t>(); }
std::uint64_t ByteCursor::u64() { return number<std::uint64_t>(); }

std::string ByteCursor::text(std::uint64_t length, std::size_t keep) {
  std::string kept;
  auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, keep));
  while (wanted > 0) {
    const std::size_t piece = std::min(wanted, buffer_.size());
    if (!need(piece)) return {};
    kept.append(reinterpret_cast<const char*>(buffer_.data() + at_), piece);
    at_ += piece;
    wanted -= piece;
  }
  skip(length - kept.size());
  return kept;
}

void ByteCursor::skip(std::uint64_t bytes) {
  if (error_) return;
  if (is_beyond_end(bytes)) return fail_with("a length of " + std::to_string(bytes) + " bytes, more than can follow");
  const std::size_t there = end_ - at_;
  if (bytes <= there) {
    at_ += static_cast<std::size_t>(bytes);
    return;
  }
  start_ += at_ + bytes;
  at_ = end_ = 0;
}

void ByteCursor::skip_texts(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count && !error_; ++i) {
    const std::uint64_t length = u64();
    if (length <= end_ - at_) {
      at_ += static_cast<std::size_t>(length);
    } else {
      skip(length);
    }
  }
}

std::string_view ByteCursor::peek(std::size_t most) {
  while (!error_ && end_ - at_ < most && end_ < buffer_.size()) {
    const Result<std::size_t> got = source_.read(start_ + end_, std::span(buffer_).subspan(end_));
    if (!got) {
      error_ = got.error();
    } else if (*got == 0) {
      break;
    } else {
      end_ += std::min(*got, buffer_.size() - end_);
    }
  }
  return {reinterpret_cast<const char*>(buffer_.data() + at_), std::min(most, end_ - at_)};
}

std::optional<std::uint64_t> ByteCursor::left() const {
  const std::optional<std::uint64_t> size = source_.size();
  if (!size) return std::nullopt;
  return *size - std::min(*size, offset());
}

bool ByteCursor::is_beyond_end(std::uint64_t bytes) const {
  if (bytes > k_longest_header_bytes || offset() > k_longest_header_bytes - bytes) return true;
  const std::optional<std::uint64_t> rest = left();
  return rest && bytes > *rest;
}

void ByteCursor::fail_with(const std::string& found, std::string hint) {
  if (error_) return;
  error_ = Error{.kind = ErrorKind::malformed,
                 .message = "byte " + std::to_string(expected_at_) + ": expected " + expected_ + ", found " + found,
                 .context = {},
                 .hint = std::move(hint)};
}

}  // namespace canirun::formats
