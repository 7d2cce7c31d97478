// SPDX-License-Identifier: MIT
// What drivers and firmware say: the NVML child's lines, the SMBIOS table, udev's database.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "probe/linux/memory_modules.hpp"
#include "probe/vendor/nvml.hpp"

using namespace canirun::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)parse_nvml_answer(bytes);
  (void)summarise_modules(modules_from_smbios(bytes));
  (void)summarise_modules(modules_from_udev(bytes));
  return 0;
}
