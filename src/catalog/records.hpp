// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <canirun/capability.hpp>
#include <canirun/cost.hpp>
#include <canirun/quant.hpp>
#include <canirun/speed.hpp>
#include <canirun/usage.hpp>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "catalog/device_record.hpp"
#include "catalog/fetched_prices.hpp"
#include "catalog/fields_money.hpp"
#include "catalog/fields_quant.hpp"
#include "catalog/fields_speed.hpp"
#include "catalog/model_record.hpp"
#include "catalog/reference_record.hpp"

/// Every kind of data file. A file of data/ says what it holds in its first key:
///
///     {"schema": "canirun/devices", "schema_version": 1, "records": [ {"id": "nvidia/geforce-rtx-4090", ...}, ... ]}
///
/// To add a kind:
///   1. a struct T and its `template <class Archive> void fields(Archive& a, T& value)` in T's namespace, using
///      a.required / a.optional with the key names of the JSON (see json/archive.hpp, json/fields_evidence.hpp).
///      Members may be bool, double, whole numbers, std::string, enums with enum_names, std::optional, std::vector,
///      and other structs with fields;
///   2. include it above and add one line to `Kinds` below;
///   3. a schema in data/schema/<kind>.schema.json, and files anywhere in data/.
/// `id` (unique within the kind) and `aliases` are read by the framework for every kind, whether or not `fields` names
/// them; both are searchable. More names to search by: an overload of `exact_names` or `derived_names` in names.hpp.
namespace canirun::catalog {

/// Text usable as a template argument.
template <std::size_t N>
struct Literal {
  char text[N]{};
  constexpr Literal(const char (&from)[N]) { std::copy_n(from, N, text); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

template <Literal Schema, class T>
struct Kind {
  using Record = T;
  static constexpr std::string_view schema = Schema.view();
};

// clang-format off
using Kinds = std::tuple<
    Kind<"canirun/models", ModelRecord>,
    Kind<"canirun/quants", QuantScheme>,
    Kind<"canirun/usage", UsageProfile>,
    Kind<"canirun/prices-api", ApiPrice>,
    Kind<"canirun/prices-hardware", HardwarePrice>,
    Kind<"canirun/prices-resale", ResaleClass>,
    Kind<"canirun/prices-rental", RentalPrice>,
    Kind<"canirun/prices-electricity", ElectricityPrice>,
    Kind<"canirun/prices-providers", ProviderTerms>,
    Kind<"canirun/prices-fetched", FetchedPrices>,
    Kind<"canirun/prices-host", HostDefaults>,
    Kind<"canirun/capability-benchmarks", BenchmarkMeaning>,
    Kind<"canirun/capability-usability", UsabilityThresholds>,
    Kind<"canirun/speed", SpeedConstants>,
    Kind<"canirun/speed-batches", BatchCosts>,
    Kind<"canirun/speed-drafts", DraftEvidence>,
    Kind<"canirun/reference-speed", SpeedRuns>,
    Kind<"canirun/reference-memory", MemoryRuns>,
    Kind<"canirun/reference-held-out", HeldOut>,
    Kind<"canirun/devices", DeviceRecord>>;
// clang-format on

inline constexpr std::size_t k_kind_count = std::tuple_size_v<Kinds>;

/// Position of record type T in `Kinds`; k_kind_count when T is no kind.
template <class T, std::size_t I = 0>
constexpr std::size_t kind_of() {
  if constexpr (I == k_kind_count) {
    return I;
  } else if constexpr (std::is_same_v<T, typename std::tuple_element_t<I, Kinds>::Record>) {
    return I;
  } else {
    return kind_of<T, I + 1>();
  }
}

/// Calls f.template operator()<Kind>() for each kind, in order.
template <class F, std::size_t I = 0>
void for_each_kind(F&& f) {
  if constexpr (I < k_kind_count) {
    f.template operator()<std::tuple_element_t<I, Kinds>>();
    for_each_kind<F&, I + 1>(f);
  }
}

}  // namespace canirun::catalog
