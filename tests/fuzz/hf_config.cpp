// SPDX-License-Identifier: MIT
// Any text as a config.json: a model or one error, and whatever model comes out can be weighed.
#include <canirun/model.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "formats/hf_model.hpp"
#include "formats/safetensors_index.hpp"

using namespace canirun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)formats::parse_safetensors_index(text);
  const auto model = formats::model_from_config(text, "folder");
  if (!model) return 0;
  QuantScheme plain;
  plain.base = TensorType::f16;
  (void)sum_weights(model->spec, plain);
  return 0;
}
