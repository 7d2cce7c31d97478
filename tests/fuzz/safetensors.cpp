// SPDX-License-Identifier: MIT
// Any bytes as a safetensors file: a header or one error; whatever header comes out can be joined into matrices and weighed.
#include <canirun/model.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "../support/memory_source.hpp"
#include "formats/hf_model.hpp"
#include "formats/safetensors_header.hpp"

using namespace canirun;

namespace {

constexpr const char* k_config =
    R"({"model_type":"qwen3_moe","num_hidden_layers":2,"hidden_size":64,"intermediate_size":96,"num_attention_heads":4,
    "num_key_value_heads":2,"head_dim":16,"vocab_size":1000,"num_experts":4,"num_experts_per_tok":2,
    "moe_intermediate_size":24,"quantization":{"bits":4,"group_size":64}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  test::MemorySource source(bytes, std::optional<std::uint64_t>());
  auto header = formats::read_safetensors_header(source);
  if (!header) return 0;
  const auto model = formats::model_from_safetensors(k_config, {*std::move(header)});
  if (!model) return 0;
  QuantScheme as_stored;
  as_stored.id = model->spec.stored->quant;
  (void)sum_weights(model->spec, as_stored);
  return 0;
}
