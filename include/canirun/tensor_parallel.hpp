// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstddef>
#include <cstdint>

namespace canirun {

/// Over how many of these GPUs vLLM splits every layer: as many as divide the attention heads, because each takes whole
/// heads. 1: not at all. Source: vLLM's ModelConfig.verify_with_parallel_config.
std::uint32_t tensor_parallel_size(const ModelSpec& model, std::size_t gpu_count);

}  // namespace canirun
