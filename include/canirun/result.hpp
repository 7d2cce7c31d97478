// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace canirun {

/// What sort of trouble it is; decides the JSON `error.kind` and nothing else (every kind exits with 2).
enum class ErrorKind { usage, not_found, unsupported, malformed, io, network, internal };
constexpr auto enum_names(ErrorKind) {
  return std::array<std::string_view, 7>{"usage", "not_found", "unsupported", "malformed", "io", "network", "internal"};
}

/// One failure, told for a person: `message` says what happened and where (flag, file, JSON pointer, byte offset),
/// `hint` what to do about it. Context is added outside-in as the error travels up.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::vector<std::string> context;
  std::string hint;

  /// The same error seen from one level further out ("while reading data/models/x.json").
  [[nodiscard]] Error within(std::string place) && {
    context.insert(context.begin(), std::move(place));
    return std::move(*this);
  }
  /// Context and message in one line: "place: inner place: message".
  [[nodiscard]] std::string text() const {
    std::string line;
    for (const std::string& place : context) line += place + ": ";
    return line + message;
  }
};

/// A value, or the reason why there is none.
template <class T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorKind::usage, "...", "...");` from any function that returns a Result.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{.kind = kind, .message = std::move(message), .context = {}, .hint = std::move(hint)});
}

}  // namespace canirun
