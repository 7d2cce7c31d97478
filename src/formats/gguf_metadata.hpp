// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/gguf_header.hpp"

namespace canirun::formats {

/// Looks up metadata by key. A value of another type than asked for counts as not there.
class GgufMetadata {
 public:
  /// Views into `header`, which has to stay.
  explicit GgufMetadata(const GgufHeader& header);

  [[nodiscard]] const GgufValue* find(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Empty when there is none.
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  /// A whole number of 32 bits, 0 or more.
  [[nodiscard]] std::optional<std::uint32_t> count(std::string_view key) const;
  /// The number, or the largest of an array.
  [[nodiscard]] std::optional<std::uint32_t> largest(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// Elements of a kept array of strings.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;

  /// `general.architecture`, empty when it is missing.
  [[nodiscard]] const std::string& architecture() const { return architecture_; }
  /// "block_count" -> "llama.block_count"
  [[nodiscard]] std::string own(std::string_view key) const;

  /// One count a layer, from a number (the same for all) or an array with at least as many elements.
  /// Nothing: there is no such key. An error: the array is too short, or holds something else than counts.
  [[nodiscard]] Result<std::optional<std::vector<std::uint32_t>>> per_layer(const std::string& key,
                                                                            std::size_t layers) const;

 private:
  std::unordered_map<std::string_view, const GgufValue*> by_key_;
  std::string architecture_;
};

}  // namespace canirun::formats
