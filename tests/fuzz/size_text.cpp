// SPDX-License-Identifier: MIT
// Sizes, rates, counts and model names as users type them.
#include <canirun/units.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/lookup.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)canirun::parse_bytes(text, "--ram");
  (void)canirun::parse_bandwidth(text, "--bandwidth");
  (void)canirun::parse_token_count(text, "--ctx");
  (void)canirun::parse_number(text, "--kwh", 0, 10);
  (void)canirun::catalog::split_model_name(text);
  return 0;
}
