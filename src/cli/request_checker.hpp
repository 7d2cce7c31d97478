// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/names.hpp>
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/request.hpp"

namespace canirun::cli {

/// The two names of one thing that can be asked for.
struct KeyName {
  std::string_view key;   ///< in JSON: "context_tokens", "money/region"
  std::string_view flag;  ///< on the command line: "ctx"
};

/// Turns words into values, naming the flag or the JSON pointer and the allowed range when one is wrong. The first error
/// is kept, later words are then left alone: call everything, look once.
class RequestChecker {
 public:
  explicit RequestChecker(Request::From from) : from_(from) {}

  [[nodiscard]] std::string name_of(KeyName key) const;
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  void reject(KeyName key, const std::string& why, std::string hint = {});
  /// An error that names its place already.
  void refuse(Error error) {
    if (!error_) error_ = std::move(error);
  }

  /// Each leaves `out` alone when the word is absent or wrong.
  void tokens(const std::optional<json::Word>& word, KeyName key, std::uint32_t& out);
  void count(const std::optional<json::Word>& word, KeyName key, std::uint32_t low, std::uint32_t high, std::uint32_t& out);
  /// "auto" is nullopt.
  void count_or_auto(const std::optional<json::Word>& word, KeyName key, std::uint32_t low, std::uint32_t high,
                     std::optional<std::uint32_t>& out);
  void number(const std::optional<json::Word>& word, KeyName key, double low, double high, double& out);
  void number(const std::optional<json::Word>& word, KeyName key, double low, double high, std::optional<double>& out);
  /// Memory of a machine: nothing below 64 MiB, which is a number whose unit was forgotten.
  void bytes(const std::optional<json::Word>& word, KeyName key, std::optional<std::uint64_t>& out);
  void bandwidth(const std::optional<json::Word>& word, KeyName key, std::optional<double>& out);

  template <class E>
  void choice(const std::optional<std::string>& text, KeyName key, E& out) {
    if (!text || error_) return;
    if (const std::optional<E> value = from_name<E>(*text)) {
      out = *value;
      return;
    }
    constexpr auto names = enum_names(E{});
    reject_choice(*text, key, {names.begin(), names.end()});
  }
  void reject_choice(std::string_view text, KeyName key, const std::vector<std::string>& choices);

 private:
  template <class T>
  void take(Result<T> parsed, T& out) {
    if (parsed) {
      out = *parsed;
    } else {
      error_ = std::move(parsed).error();
    }
  }
  Request::From from_;
  std::optional<Error> error_;
};

/// "\"fancy\" is not one of: a, b, c", with the nearest in the hint.
Error choice_error(std::string_view what, std::string_view text, const std::vector<std::string>& choices);

}  // namespace canirun::cli
