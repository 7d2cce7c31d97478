// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace canirun::json {

/// A forgiving look at parsed JSON that other people write (config.json, a hub's answer): keys may be missing, have
/// another type, or be unknown. Nothing here fails; what is not there, or is not what was asked for, is nothing.
/// Does not own the JSON: keep its `Parsed` alive.
class View {
 public:
  View() = default;
  explicit View(const nlohmann::json& value) : value_(&value) {}

  /// The member `key`; an empty view when this is no object or has none.
  [[nodiscard]] View at(std::string_view key) const;
  /// The element `index` of an array; an empty view beyond its end.
  [[nodiscard]] View at(std::size_t index) const;
  /// Is there anything but null?
  [[nodiscard]] explicit operator bool() const;
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_text() const;
  /// Elements of an array, members of an object; 0 for anything else.
  [[nodiscard]] std::size_t size() const;

  [[nodiscard]] std::optional<std::string> text() const;
  /// A whole number, 0 or more, also when written as 4096.0.
  [[nodiscard]] std::optional<std::uint64_t> count() const;
  [[nodiscard]] std::optional<std::uint32_t> count32() const;
  [[nodiscard]] std::optional<std::int64_t> whole() const;
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] std::optional<bool> flag() const;

  /// Each member of an object, in the order of its keys.
  void each_member(const std::function<void(const std::string& key, View value)>& visit) const;
  /// Each element of an array.
  void each_element(const std::function<void(View value)>& visit) const;

 private:
  const nlohmann::json* value_ = nullptr;
};

}  // namespace canirun::json
