// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace canirun::formats {

enum class HfTower : std::uint8_t {
  text,
  next_token,  ///< predicts further tokens
  side         ///< sees or hears (or speaks): not the language model
};
/// What the converter makes of a tensor beside giving it a name.
enum class HfSplit : std::uint8_t {
  none,
  gate_and_up,      ///< two matrices of half the rows; the name is the gate's
  keys_and_values,  ///< the up-projection of latent attention; the name is that of keys
  queries_keys_values,
  states_and_gate  ///< Qwen3-Next's qkvz
};
struct HfName {
  HfTower tower = HfTower::text;
  std::int32_t layer = -1;  ///< -1: not in a block
  std::string gguf;         ///< "blk.3.attn_q.weight"; empty: nobody here knows it
  HfSplit split = HfSplit::none;
  bool ignored = false;  ///< computed anew by every engine (rotary frequencies)
};

/// Names of tensors in the repositories of transformers and of models that bring their own code, as GGUF calls them.
HfName translate_name(std::string_view name, const ModelSpec& spec);

}  // namespace canirun::formats
