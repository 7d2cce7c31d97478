// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::formats {

/// Walks once through JSON text whose form is known beforehand, and keeps nothing of it: for headers of megabytes. Depth
/// costs no stack. The first failure sticks; later reads give nothing.
class JsonScanner {
 public:
  /// `start` is the offset of `text` in its file: errors name bytes of the file.
  JsonScanner(std::string_view text, std::uint64_t start) : text_(text), start_(start) {}

  /// Passes over spaces and `wanted`; false (no error) when something else follows.
  bool take(char wanted);
  /// The same, but something else is an error.
  bool expect(char wanted);
  /// A string, its escapes resolved to UTF-8.
  std::optional<std::string> text();
  /// A whole number, 0 or more, of 64 bits.
  std::optional<std::uint64_t> count();
  /// Passes over any value.
  void skip_value();
  /// Only spaces (or zero bytes, which some writers pad with) may follow.
  void expect_end();

  [[nodiscard]] std::uint64_t offset() const { return start_ + at_; }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  /// "byte 123: expected ..., found ..."; the first call counts.
  void fail_with(const std::string& expected);
  void fail_at(std::uint64_t offset, const std::string& message);

 private:
  void skip_spaces();
  void append_escape(std::string& out);
  std::optional<std::uint32_t> hex4();

  std::string_view text_;
  std::uint64_t start_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace canirun::formats
