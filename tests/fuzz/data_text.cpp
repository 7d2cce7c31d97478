// SPDX-License-Identifier: MIT
// A file of records, as overlays bring them: read, checked and merged.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "catalog/data_file.hpp"
#include "catalog/model_record.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  catalog::DataSet records;
  std::vector<Error> errors;
  catalog::read_data_text(std::string_view(reinterpret_cast<const char*>(data), size), "overlay.json", records, errors);
  for (const auto& loaded : records.of<catalog::ModelRecord>()) (void)catalog::expand(loaded.record);
  return 0;
}
