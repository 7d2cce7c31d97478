// SPDX-License-Identifier: MIT
// A machine from a file: what passes the check must be computable, whatever its numbers are.
#include <canirun/assess.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/catalog.hpp"
#include "json/check_machine.hpp"
#include "json/fields_machine.hpp"
#include "json/text.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  static const ModelSpec model = *catalog.model("qwen3-30b-a3b");
  static const QuantScheme quant = *catalog.quant("Q4_K_M");
  const Result<Machine> machine = json::read_text<Machine>(std::string_view(reinterpret_cast<const char*>(data), size));
  if (machine && json::check_machine(*machine)) (void)assess(*machine, model, quant, Question{}, catalog.books());
  return 0;
}
