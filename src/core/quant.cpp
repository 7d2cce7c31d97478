// SPDX-License-Identifier: MIT
#include <canirun/quant.hpp>

namespace canirun {
namespace {

constexpr TensorTypeTraits block(std::uint32_t elements, std::uint32_t bytes) {
  return {.block_elements = elements, .block_bytes = bytes};
}

}  // namespace

// ggml's types: ggml-common.h of llama.cpp. Grouped integers: the packed bits and a 16-bit scale, and a 16-bit bias (MLX)
// or a zero point as wide as the values (AWQ, GPTQ: int4_g128 counts two groups, because one ends in half a byte).
// nf4: bitsandbytes with an 8-bit scale a block of 64.
TensorTypeTraits traits(TensorType type) {
  switch (type) {
    case TensorType::f32:
      return block(1, 4);
    case TensorType::f16:
    case TensorType::bf16:
      return block(1, 2);
    case TensorType::q4_0:
      return block(32, 18);
    case TensorType::q4_1:
      return block(32, 20);
    case TensorType::q5_0:
      return block(32, 22);
    case TensorType::q5_1:
      return block(32, 24);
    case TensorType::q8_0:
      return block(32, 34);
    case TensorType::q8_1:
      return block(32, 36);
    case TensorType::q2_k:
      return block(256, 84);
    case TensorType::q3_k:
      return block(256, 110);
    case TensorType::q4_k:
      return block(256, 144);
    case TensorType::q5_k:
      return block(256, 176);
    case TensorType::q6_k:
      return block(256, 210);
    case TensorType::iq2_xxs:
      return block(256, 66);
    case TensorType::iq2_xs:
      return block(256, 74);
    case TensorType::iq2_s:
      return block(256, 82);
    case TensorType::iq3_xxs:
      return block(256, 98);
    case TensorType::iq3_s:
      return block(256, 110);
    case TensorType::iq1_s:
      return block(256, 50);
    case TensorType::iq1_m:
      return block(256, 56);
    case TensorType::iq4_nl:
      return block(32, 18);
    case TensorType::iq4_xs:
      return block(256, 136);
    case TensorType::tq1_0:
      return block(256, 54);
    case TensorType::tq2_0:
      return block(256, 66);
    case TensorType::mxfp4:
      return block(32, 17);
    case TensorType::nvfp4:
      return block(64, 36);
    case TensorType::fp8:
      return block(1, 1);
    case TensorType::int4_g128:
      return block(256, 133);
    case TensorType::int4_g64:
      return block(64, 36);
    case TensorType::int4_g32:
      return block(32, 20);
    case TensorType::int8_g64:
      return block(64, 68);
    case TensorType::int2_g64:
      return block(64, 20);
    case TensorType::int3_g64:
      return block(64, 28);
    case TensorType::int5_g64:
      return block(64, 44);
    case TensorType::int6_g64:
      return block(64, 52);
    case TensorType::nf4:
      return block(64, 33);
  }
  return block(1, 1);
}

std::uint64_t row_bytes(TensorType type, std::uint64_t elements) {
  const TensorTypeTraits layout = traits(type);
  return (elements + layout.block_elements - 1) / layout.block_elements * layout.block_bytes;
}

}  // namespace canirun
