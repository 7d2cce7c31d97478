// SPDX-License-Identifier: MIT
// A line of `check --requests`, answered in full when it names a machine (this one is never probed here).
#include <canirun/assess.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "catalog/catalog.hpp"
#include "cli/resolver.hpp"
#include "json/text.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const catalog::Catalog catalog = catalog::Catalog::embedded();
  static cli::MachineSource machines(catalog, std::nullopt);
  static cli::Places places(/*offline=*/true, {});
  static cli::Resolver resolver(catalog, machines, places);
  Result<cli::Request> request = json::read_text<cli::Request>(std::string_view(reinterpret_cast<const char*>(data), size));
  // A profile or a model may name a file, and a machine that is not named is this one: none of them belongs in a fuzz run.
  if (!request || !request->on || request->profile || cli::Places::is_path(request->model)) return 0;
  const Result<cli::Resolved> asked = resolver.resolve(*request);
  if (asked) (void)assess(*asked->machine, *asked->model, *asked->quant, asked->question, catalog.books());
  return 0;
}
