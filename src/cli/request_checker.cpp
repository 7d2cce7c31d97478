// SPDX-License-Identifier: MIT
#include "cli/request_checker.hpp"

#include <fmt/format.h>

#include <canirun/suggest.hpp>
#include <canirun/units.hpp>
#include <cmath>

namespace canirun::cli {
namespace {

constexpr std::uint64_t k_least_memory_bytes = 64 * k_mib;

std::string one_of(const std::vector<std::string>& choices) { return fmt::format("{}", fmt::join(choices, ", ")); }

}  // namespace

Error choice_error(std::string_view what, std::string_view text, const std::vector<std::string>& choices) {
  Error error{.kind = ErrorKind::usage,
              .message = fmt::format("{}: \"{}\" is not one of: {}", what, text, one_of(choices)),
              .context = {},
              .hint = {}};
  const std::vector<std::string> near = closest(text, choices, 1);
  if (!near.empty()) error.hint = fmt::format("did you mean {}?", near.front());
  return error;
}

std::string RequestChecker::name_of(KeyName key) const {
  return from_ == Request::From::flags ? fmt::format("--{}", key.flag) : fmt::format("/{}", key.key);
}

void RequestChecker::reject(KeyName key, const std::string& why, std::string hint) {
  if (error_) return;
  error_ = Error{.kind = ErrorKind::usage, .message = name_of(key) + ": " + why, .context = {}, .hint = std::move(hint)};
}

void RequestChecker::reject_choice(std::string_view text, KeyName key, const std::vector<std::string>& choices) {
  if (!error_) error_ = choice_error(name_of(key), text, choices);
}

void RequestChecker::tokens(const std::optional<json::Word>& word, KeyName key, std::uint32_t& out) {
  if (word && !error_) take(parse_token_count(word->text, name_of(key)), out);
}

void RequestChecker::count(const std::optional<json::Word>& word, KeyName key, std::uint32_t low, std::uint32_t high,
                           std::uint32_t& out) {
  double value = out;
  number(word, key, low, high, value);
  if (error_) return;
  if (std::floor(value) != value) {
    reject(key, fmt::format("\"{}\" is not a whole number", word->text),
           fmt::format("a whole number from {} to {}", low, high));
    return;
  }
  out = static_cast<std::uint32_t>(value);
}

void RequestChecker::count_or_auto(const std::optional<json::Word>& word, KeyName key, std::uint32_t low, std::uint32_t high,
                                   std::optional<std::uint32_t>& out) {
  if (!word || error_) return;
  if (word->text == "auto") {
    out.reset();
    return;
  }
  std::uint32_t value = low;
  count(word, key, low, high, value);
  if (!error_) out = value;
}

void RequestChecker::number(const std::optional<json::Word>& word, KeyName key, double low, double high, double& out) {
  if (word && !error_) take(parse_number(word->text, name_of(key), low, high), out);
}

void RequestChecker::number(const std::optional<json::Word>& word, KeyName key, double low, double high,
                            std::optional<double>& out) {
  if (!word || error_) return;
  double value = low;
  number(word, key, low, high, value);
  if (!error_) out = value;
}

void RequestChecker::bytes(const std::optional<json::Word>& word, KeyName key, std::optional<std::uint64_t>& out) {
  if (!word || error_) return;
  std::uint64_t value = 0;
  take(parse_bytes(word->text, name_of(key)), value);
  if (error_) return;
  if (value < k_least_memory_bytes) {
    const bool bare = word->text.find_first_not_of("0123456789.") == std::string::npos;
    error_ = Error{.kind = ErrorKind::usage,
                   .message = fmt::format("{}: \"{}\" is below 64 MiB", name_of(key), word->text),
                   .context = {},
                   .hint = fmt::format("with its unit: {}GiB", bare ? word->text : "24")};
    return;
  }
  out = value;
}

void RequestChecker::bandwidth(const std::optional<json::Word>& word, KeyName key, std::optional<double>& out) {
  if (!word || error_) return;
  double value = 0;
  take(parse_bandwidth(word->text, name_of(key)), value);
  if (!error_) out = value;
}

}  // namespace canirun::cli
