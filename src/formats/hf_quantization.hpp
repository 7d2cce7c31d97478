// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "formats/hf_config.hpp"
#include "formats/hf_keys.hpp"
#include "formats/safetensors_header.hpp"

namespace canirun::formats {

/// `quantization_config`, MLX's `quantization`, or what there is instead.
HfQuantization read_quantization(const HfKeys& keys);

/// "gptq, 4 bit, groups of 128"; empty when nothing is quantized.
std::string describe(const HfQuantization& quantization);

/// One matrix, whatever tensors it is stored in.
struct HfMatrix {
  std::string name;                  ///< with the ending of what it would be unpacked: "model.layers.0.mlp.up_proj.weight"
  std::vector<std::uint64_t> shape;  ///< outermost first, in elements; of a flattened one only their number
  std::optional<TensorType> type;    ///< nothing: no type here fits
  std::uint64_t bytes = 0;           ///< with scales, zero points and the like
  bool flattened = false;            ///< bitsandbytes: how rows lie is not in the file
  std::size_t main = 0;              ///< index of its main tensor
};
struct HfMatrices {
  std::vector<HfMatrix> matrices;     ///< in the order of their first tensor
  std::vector<std::size_t> owner_of;  ///< of each tensor given, which matrix it belongs to
};
HfMatrices join_packed(const std::vector<const SafetensorsInfo*>& tensors, const HfQuantization& quantization);

/// The catalog's id of how the weights are stored ("BF16", "FP8", "mlx-4bit"); else a plain word for it.
std::string quant_name(const HfQuantization& quantization, const std::vector<HfMatrix>& matrices, std::string_view dtype);

}  // namespace canirun::formats
