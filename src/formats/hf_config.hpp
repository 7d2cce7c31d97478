// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <canirun/result.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/hf_families.hpp"
#include "formats/model_file.hpp"

namespace canirun::formats {

/// How the tensors of a repository are packed, as its config.json says.
struct HfPacking {
  std::uint32_t bits = 0;        ///< 0: not said
  std::uint32_t group_size = 0;  ///< elements that share a scale; 0: not said, or a whole row
};
struct HfQuantization {
  std::string method;  ///< "fp8", "awq", "gptq", "bitsandbytes", "mxfp4", "modelopt", "compressed-tensors"; empty: none
  std::string format;  ///< of compressed-tensors and modelopt: "pack-quantized", "NVFP4"
  bool mlx = false;    ///< packed the way of MLX
  HfPacking packing;
  std::map<std::string, HfPacking, std::less<>> exceptions;  ///< by module name
};

/// What a config.json says.
struct HfConfig {
  ModelSpec spec;  ///< names and weights are left to the caller
  Description about;
  const HfFamily* family = nullptr;  ///< nothing: a model_type that nobody here knows
  HfQuantization quantization;
  std::string dtype;  ///< of what is not quantized: "bfloat16"
  std::string name;   ///< the repository it was made from, when it says so
  std::vector<std::string> notes;
};

/// Errors name the JSON pointer of what is missing or cannot be.
Result<HfConfig> read_hf_config(std::string_view text);

}  // namespace canirun::formats
