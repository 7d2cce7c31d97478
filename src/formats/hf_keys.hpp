// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/view.hpp"

namespace canirun::formats {

/// config.json read by meaning: every question names all spellings of a key. A language model inside a larger one
/// (text_config and the like) is asked before what surrounds it.
class HfKeys {
 public:
  using Names = std::initializer_list<std::string_view>;
  explicit HfKeys(json::View root);

  /// The first of these keys that is there and not null.
  [[nodiscard]] json::View find(Names names) const;
  [[nodiscard]] json::View find(std::string_view name) const { return find({name}); }
  /// Also what the family's class has by default, under the first name.
  [[nodiscard]] std::optional<std::uint32_t> count(Names names) const;
  [[nodiscard]] std::optional<std::uint32_t> count(std::string_view name) const { return count({name}); }
  [[nodiscard]] std::uint32_t count_or(Names names, std::uint32_t otherwise) const {
    return count(names).value_or(otherwise);
  }
  [[nodiscard]] bool flag(Names names, bool otherwise = false) const;
  [[nodiscard]] std::string text(Names names) const;
  /// Numbers (or true and false) of an array; empty when there is none, or it holds something else.
  [[nodiscard]] std::vector<std::uint32_t> counts(Names names) const;
  /// Words of an array, or of one string.
  [[nodiscard]] std::vector<std::string> words(Names names) const;

  /// Of the language model when it says a known one, else of the whole; empty when there is none.
  [[nodiscard]] const std::string& model_type() const { return model_type_; }
  /// JSON pointer of `name` where the language model's keys stand.
  [[nodiscard]] std::string pointer(std::string_view name) const { return prefix_ + "/" + std::string(name); }
  [[nodiscard]] bool is_nested() const { return !prefix_.empty(); }
  [[nodiscard]] json::View root() const { return root_; }

 private:
  json::View root_;
  std::vector<json::View> views_;  ///< asked in this order
  std::string prefix_, model_type_;
};

}  // namespace canirun::formats
