// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <optional>
#include <string_view>

#include "catalog/catalog.hpp"
#include "catalog/device_record.hpp"

namespace canirun::catalog {

struct FoundDevice {
  DeviceRecord record;
  std::optional<std::uint64_t> memory_bytes;  ///< that the name said: "RTX 3060 12GB"
  bool is_one_of_several = false;             ///< other records have the name too and nothing decided between them
};

/// Is this one of the sizes the device is made with?
bool is_sold_with(const DeviceRecord& record, std::uint64_t memory_bytes);

/// The record a wish names. Of records that share the name, the one sold with `memory_bytes` (or the size in the name),
/// else the first. not_found with suggestions.
Result<FoundDevice> find_wished(std::string_view name, std::optional<std::uint64_t> memory_bytes, const Catalog& catalog);

/// The same among processors and boards only ("cpu=...").
Result<DeviceRecord> find_wished_cpu(std::string_view name, const Catalog& catalog);

}  // namespace canirun::catalog
