// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace canirun {

/// Every enum E of the vocabulary that can be written out has a `constexpr auto enum_names(E)` beside it: the
/// snake_case names in enumerator order, the same in JSON, in flags and in data. These two helpers read that list.

/// Name of an enumerator. Total: a value outside the list gives "unknown".
template <class E>
constexpr std::string_view name_of(E value) {
  constexpr auto names = enum_names(E{});
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : std::string_view{"unknown"};
}

/// Enumerator with exactly this name, or nothing.
template <class E>
constexpr std::optional<E> from_name(std::string_view text) {
  constexpr auto names = enum_names(E{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace canirun
