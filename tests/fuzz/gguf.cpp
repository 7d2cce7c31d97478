// SPDX-License-Identifier: MIT
// Any bytes as a GGUF file: a model or one error, in little time and memory. Whatever model comes out can be weighed.
#include <canirun/model.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "../support/memory_source.hpp"
#include "formats/gguf_header.hpp"
#include "formats/gguf_model.hpp"

using namespace canirun;

namespace {

void weigh(const ModelSpec& spec) {
  QuantScheme as_stored;
  as_stored.id = spec.stored->quant;
  (void)sum_weights(spec, as_stored);
  ModelSpec by_rules = spec;
  by_rules.stored.reset();
  (void)sum_weights(by_rules, as_stored);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const std::optional<std::uint64_t> length : {std::optional<std::uint64_t>(size), std::optional<std::uint64_t>()}) {
    test::MemorySource source(bytes, length);
    auto header = formats::read_gguf_header(source);
    if (!header) continue;
    header->file_bytes.reset();  // the data need not be there
    if (const auto model = formats::model_from_gguf({*std::move(header)})) weigh(model->spec);
  }
  return 0;
}
