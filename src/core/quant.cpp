// SPDX-License-Identifier: MIT
#include <array>
#include <canirun/quant.hpp>

namespace canirun {
namespace {

// Block layouts in enumerator order. ggml types: ggml-common.h of llama.cpp. Grouped integers: the packed bits and a
// 16-bit scale, and a 16-bit bias (MLX) or a zero point as wide as the values (AWQ, GPTQ: int4_g128 holds two groups,
// because one alone would end in half a byte). nf4: bitsandbytes with an 8-bit scale a block of 64.
constexpr std::array<TensorTypeTraits, k_tensor_type_count> k_traits = {{
    {1, 4},     {1, 2},     {1, 2},     {32, 18},   {32, 20},  {32, 22},  {32, 24},  {32, 34},  {32, 36},   {256, 84},
    {256, 110}, {256, 144}, {256, 176}, {256, 210}, {256, 66}, {256, 74}, {256, 82}, {256, 98}, {256, 110}, {256, 50},
    {256, 56},  {32, 18},   {256, 136}, {256, 54},  {256, 66}, {32, 17},  {64, 36},  {1, 1},    {256, 133}, {64, 36},
    {32, 20},   {64, 68},   {64, 20},   {64, 28},   {64, 44},  {64, 52},  {64, 33},
}};

}  // namespace

TensorTypeTraits traits(TensorType type) { return k_traits.at(static_cast<std::size_t>(type)); }

std::uint64_t row_bytes(TensorType type, std::uint64_t elements) {
  const TensorTypeTraits block = traits(type);
  return (elements + block.block_elements - 1) / block.block_elements * block.block_bytes;
}

}  // namespace canirun
