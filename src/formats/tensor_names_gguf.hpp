// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/quant.hpp>
#include <cstdint>
#include <string_view>

namespace canirun::formats {

/// Where a tensor stands and what it is for.
struct TensorPlace {
  TensorRole role = TensorRole::other;
  std::int32_t layer = -1;  ///< -1: not in a block
  /// Name within its block (or of the whole model) without block number and ending: "attn_q", "token_embd".
  std::string_view stem;
  std::string_view ending;  ///< "weight", "bias", "scale", or empty
};

/// Reads the name of a GGUF tensor: "blk.3.attn_q.weight" -> attn_q in block 3. Total: what nobody here knows is `other`.
/// The views point into `name`.
TensorPlace place_of(std::string_view name);

}  // namespace canirun::formats
