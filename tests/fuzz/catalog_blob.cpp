// SPDX-License-Identifier: MIT
// The compiled catalog with damaged bytes: every record reads or is nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/blob.hpp"

using namespace canirun::catalog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto blob = Blob::open(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!blob) return 0;
  for (std::uint32_t i = 0; i < blob->count<DeviceRecord>() && i < 64; ++i) {
    (void)blob->record<DeviceRecord>(i);
    (void)blob->id<DeviceRecord>(i);
  }
  for (std::uint32_t i = 0; i < blob->count<ModelRecord>() && i < 64; ++i) (void)blob->record<ModelRecord>(i);
  (void)blob->find<ModelRecord>("llama318b");
  return 0;
}
