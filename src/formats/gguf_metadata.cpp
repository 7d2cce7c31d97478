// SPDX-License-Identifier: MIT
#include "formats/gguf_metadata.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace canirun::formats {
namespace {

std::optional<std::uint32_t> as_count(double number) {
  const bool whole = number >= 0 && number <= std::numeric_limits<std::uint32_t>::max() && std::floor(number) == number;
  if (!whole) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

bool is_scalar_number(const GgufValue& value) {
  return value.type != GgufType::array && value.type != GgufType::string && value.numbers.size() == 1;
}

}  // namespace

GgufMetadata::GgufMetadata(const GgufHeader& header) {
  by_key_.reserve(header.metadata.size());
  for (const GgufValue& value : header.metadata) by_key_.emplace(value.key, &value);
  architecture_ = text("general.architecture");
}

const GgufValue* GgufMetadata::find(std::string_view key) const {
  const auto at = by_key_.find(key);
  return at != by_key_.end() ? at->second : nullptr;
}

std::string GgufMetadata::text(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr || value->type != GgufType::string || value->texts.empty()) return {};
  return value->texts.front();
}

std::optional<double> GgufMetadata::number(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr || !is_scalar_number(*value)) return std::nullopt;
  return value->numbers.front();
}

std::optional<std::uint32_t> GgufMetadata::count(std::string_view key) const {
  const std::optional<double> value = number(key);
  return value ? as_count(*value) : std::nullopt;
}

std::optional<std::uint32_t> GgufMetadata::largest(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr || value->numbers.empty()) return std::nullopt;
  return as_count(*std::max_element(value->numbers.begin(), value->numbers.end()));
}

std::optional<bool> GgufMetadata::flag(std::string_view key) const {
  const std::optional<double> value = number(key);
  if (!value) return std::nullopt;
  return *value != 0;
}

std::vector<std::string> GgufMetadata::texts(std::string_view key) const {
  const GgufValue* value = find(key);
  return value != nullptr && value->type == GgufType::array ? value->texts : std::vector<std::string>{};
}

std::string GgufMetadata::own(std::string_view key) const { return architecture_ + "." + std::string(key); }

Result<std::optional<std::vector<std::uint32_t>>> GgufMetadata::per_layer(const std::string& key, std::size_t layers) const {
  const GgufValue* value = find(key);
  if (value == nullptr || value->type == GgufType::string) return std::nullopt;
  if (is_scalar_number(*value)) {
    const std::optional<std::uint32_t> same = as_count(value->numbers.front());
    if (!same) return fail(ErrorKind::malformed, key + ": expected a count, found another number");
    return std::vector<std::uint32_t>(layers, *same);
  }
  if (value->numbers.size() < layers) {
    return fail(ErrorKind::malformed, key + ": expected one number for each of " + std::to_string(layers) +
                                          " layers, found an array of " + std::to_string(value->count));
  }
  std::vector<std::uint32_t> counts(layers);
  for (std::size_t i = 0; i < layers; ++i) {
    const std::optional<std::uint32_t> count = as_count(value->numbers[i]);
    if (!count)
      return fail(ErrorKind::malformed, key + ": expected counts, found another number in element " + std::to_string(i));
    counts[i] = *count;
  }
  return counts;
}

}  // namespace canirun::formats
