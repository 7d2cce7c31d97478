// SPDX-License-Identifier: MIT
// What --on says: a machine or an error, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "catalog/catalog.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  if (size > 4096) return 0;
  catalog::MachineWish wish;
  wish.on = std::string(reinterpret_cast<const char*>(data), size);
  (void)catalog::machine_from_wish(wish, catalog);
  return 0;
}
