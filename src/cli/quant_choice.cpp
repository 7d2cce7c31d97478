// SPDX-License-Identifier: MIT
#include "cli/quant_choice.hpp"

#include <algorithm>
#include <array>

namespace canirun::cli {
namespace {

/// Below about three bits a weight a model is another, weaker model: only when nothing else runs.
constexpr std::array<std::string_view, 3> k_below_three_bits = {"Q2_K", "IQ2_M", "IQ2_XXS"};

}  // namespace

std::vector<std::string_view> quant_ladder(const ModelSpec& model, Engine engine) {
  const bool shipped_in_mxfp4 = model.expert_type == TensorType::mxfp4;
  if (engine == Engine::mlx) return {"mlx-4bit"};
  if (engine == Engine::vllm)
    return shipped_in_mxfp4 ? std::vector<std::string_view>{"MXFP4"}
                            : std::vector<std::string_view>{"BF16", "FP8", "AWQ-4bit"};
  // Experts that only exist in four bits leave nothing to choose.
  if (shipped_in_mxfp4) return {"MXFP4"};
  return {"Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K", "IQ2_M", "IQ2_XXS"};
}

std::size_t three_bit_count(const std::vector<std::string_view>& ladder) {
  const auto is_below = [](std::string_view name) {
    return std::find(k_below_three_bits.begin(), k_below_three_bits.end(), name) != k_below_three_bits.end();
  };
  return static_cast<std::size_t>(std::find_if(ladder.begin(), ladder.end(), is_below) - ladder.begin());
}

}  // namespace canirun::cli
