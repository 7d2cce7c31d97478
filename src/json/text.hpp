// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/archive.hpp"

/// JSON text to a T and back, for callers that must not see nlohmann's header.
namespace canirun::json {

/// Text that is already known to be JSON.
class Parsed {
 public:
  /// Errors (`malformed`) name the byte where it stopped being JSON. Text above `max_bytes` is refused unread.
  static Result<Parsed> parse(std::string_view text, std::size_t max_bytes = 16U << 20U);
  ~Parsed();
  Parsed(Parsed&&) noexcept;
  Parsed& operator=(Parsed&&) noexcept;
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  [[nodiscard]] const nlohmann::json& root() const { return *root_; }

 private:
  explicit Parsed(std::unique_ptr<nlohmann::json> root);
  std::unique_ptr<nlohmann::json> root_;
};

/// JSON under construction.
class Draft {
 public:
  Draft();
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] nlohmann::ordered_json& root() { return *root_; }
  /// Indented, with a newline at its end; text that is not UTF-8 gets U+FFFD in place of what is broken.
  [[nodiscard]] std::string text() const;

 private:
  std::unique_ptr<nlohmann::ordered_json> root_;
};

/// A value with a field list as JSON text.
template <class T>
std::string write_text(const T& value) {
  Draft draft;
  JsonWriter::write(draft.root(), const_cast<T&>(value));  // the writer reads only; field lists serve readers too
  return draft.text();
}

/// The text as a JSON string, quotes included; what is not UTF-8 gets U+FFFD.
std::string quoted(std::string_view text);

/// All of them in one error: "/ram: expected a string; /colour: unknown key".
Error joined(const std::vector<Error>& errors);

/// Fills `into` (which keeps its value where a key is absent) from JSON text; unknown keys are errors.
template <class T>
Result<T> read_text(std::string_view text, T into = {}) {
  Result<Parsed> parsed = Parsed::parse(text);
  if (!parsed) return tl::unexpected<Error>(std::move(parsed).error());
  std::vector<Error> errors;
  JsonReader(parsed->root(), "", errors).read(parsed->root(), "", into);
  if (!errors.empty()) return tl::unexpected<Error>(joined(errors));
  return into;
}

}  // namespace canirun::json
