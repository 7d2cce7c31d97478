// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/byte_source.hpp"

namespace canirun::formats {

/// Walks through a ByteSource from its start, through one small buffer: what is skipped by length is never read. The first
/// failure sticks (later reads give zeros), so that a parser checks once a step instead of once a byte.
class ByteCursor {
 public:
  explicit ByteCursor(ByteSource& source) : source_(source), buffer_(k_buffer_bytes) {}

  /// What the next reads are about: "the key of entry 3". Their errors name it, and the place where it begins.
  void expect(std::string what) {
    expected_ = std::move(what);
    expected_at_ = offset();
  }
  /// Order of the bytes of numbers from here on; little endian until told.
  void set_big_endian(bool big) { swap_ = big != (std::endian::native == std::endian::big); }

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  /// Up to `keep` bytes of the next `length`; the rest is passed over.
  std::string text(std::uint64_t length, std::size_t keep);
  /// Passes over bytes, unread where the buffer ends.
  void skip(std::uint64_t bytes);
  /// Passes over `count` strings, each behind its length in 8 bytes.
  void skip_texts(std::uint64_t count);
  /// The bytes at the start that are there, at most `most`; the position stays.
  std::string_view peek(std::size_t most);

  [[nodiscard]] std::uint64_t offset() const { return start_ + at_; }
  /// Bytes from here to the end, when the length of the whole is known.
  [[nodiscard]] std::optional<std::uint64_t> left() const;
  /// More than can follow from here: past the known end, or past the longest header anybody reads.
  [[nodiscard]] bool is_beyond_end(std::uint64_t bytes) const;
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  /// Fails unless it has failed before: "byte 123: expected ..., found ...".
  void fail_with(const std::string& found, std::string hint = {});

  /// No real header comes near it (the largest vocabularies take 20 MB).
  static constexpr std::uint64_t k_longest_header_bytes = 256U << 20U;

 private:
  static constexpr std::size_t k_buffer_bytes = 64U << 10U;

  /// Makes `bytes` (at most the buffer) available at `at_`; false and an error when the source ends before.
  bool need(std::size_t bytes);
  template <class T>
  T number();

  ByteSource& source_;
  std::vector<std::byte> buffer_;
  std::uint64_t start_ = 0;  ///< offset of the buffer's first byte
  std::size_t at_ = 0, end_ = 0;
  bool swap_ = std::endian::native == std::endian::big;
  std::string expected_;
  std::uint64_t expected_at_ = 0;
  std::optional<Error> error_;
};

}  // namespace canirun::formats
