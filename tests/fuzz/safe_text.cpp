// SPDX-License-Identifier: MIT
// Text from drivers, files and records on its way to a terminal: no control character may be left.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "report/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string safe = canirun::report::safe_text(std::string_view(reinterpret_cast<const char*>(data), size));
  for (const char c : safe) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
  }
  return 0;
}
