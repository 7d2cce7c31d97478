// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/records.hpp"

namespace canirun::catalog {

/// A name as it is compared: lower case, "(R)" and "(TM)" gone, separators dropped except between two digits, where any
/// run of them is one '-'. "Llama 3.1 8B", "llama-3.1-8b" and "llama3.1:8b" are one name, "gemma-3-1b" and "gemma 31b" two.
std::string fold(std::string_view name);

/// How good a reason a name is to find its record: ids, aliases and the like hide names that were only derived.
enum class NameRank : std::uint8_t { exact, derived };

struct SearchName {
  std::string folded;
  NameRank rank = NameRank::derived;
};

/// Names beyond `id` and `aliases` that a record is found by, unfolded. Overloads for kinds that have more.
/// `exact_names` are as good as aliases; `derived_names` (short forms) only count when nobody has the name outright.
template <class T>
std::vector<std::string> exact_names(const T& /*record*/) {
  return {};
}
template <class T>
std::vector<std::string> derived_names(const T& /*record*/) {
  return {};
}
std::vector<std::string> exact_names(const DeviceRecord& record);
std::vector<std::string> derived_names(const DeviceRecord& record);
std::vector<std::string> derived_names(const ApiPrice& record);
std::vector<std::string> derived_names(const ModelRecord& record);

/// Kinds in which several records may carry one name: devices (the memory size decides) and prices (the same open
/// model at many providers, the first is as good as any). In all others a shared id or alias is an error.
template <class T>
inline constexpr bool k_shared_names = std::is_same_v<T, DeviceRecord> || std::is_same_v<T, ApiPrice>;

/// All names of a record, folded, each once with its best rank; names that fold to nothing are left out.
std::vector<SearchName> folded_names(std::string_view id, const std::vector<std::string>& aliases,
                                     const std::vector<std::string>& derived);

}  // namespace canirun::catalog
