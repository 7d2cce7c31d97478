// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace canirun::formats {

/// Facts about a family's tensors that its config.json does not state, or states by leaving them out.
enum FamilyTrait : std::uint32_t {
  k_tied = 1U << 0U,            ///< tie_word_embeddings when the key is missing
  k_plain_ffn = 1U << 1U,       ///< no gate in the feed-forward
  k_qkv_bias = 1U << 2U,        ///< always; else by attention_bias and its other spellings
  k_bias_on_output = 1U << 3U,  ///< attention_bias also means the output projection
  k_output_bias = 1U << 4U,     ///< always
  k_ffn_bias = 1U << 5U,
  k_norm_bias = 1U << 6U,
  k_head_bias = 1U << 7U,
  k_sinks = 1U << 8U,
  k_fused_qkv = 1U << 9U,
  k_fused_gate_up = 1U << 10U,
  k_query_gate = 1U << 11U,
  k_attention_gate = 1U << 12U,
  k_head_gate = 1U << 13U,
  k_layer_scale = 1U << 14U,
  k_router_bias = 1U << 15U,  ///< always; else where topk_method is noaux_tc
  k_shared_gate = 1U << 16U,
  k_fused_experts = 1U << 17U,  ///< the converter keeps gate and up of the experts in one tensor
  k_scaled_experts = 1U << 18U,
  k_fused_beta_alpha = 1U << 19U,
  k_llama_rope = 1U << 20U,        ///< the converter writes factors for rope type "llama3"
  k_long_rope = 1U << 21U,         ///< ... for long and short contexts
  k_keeps_next_token = 1U << 22U,  ///< the converter keeps layers that predict further tokens
  k_windows = 1U << 23U,           ///< the engine obeys sliding windows of this family
  k_inner_norms = 1U << 24U,
  k_fixed_expert_type = 1U << 25U  ///< experts are MXFP4 at every quant (gpt-oss)
};

/// One model_type of config.json.
struct HfFamily {
  std::string_view model_type;
  std::string_view architecture;  ///< as llama.cpp's converter names it
  std::uint32_t traits = 0;
  std::uint32_t norms_per_layer = 2;
  QkNorm qk_norm = QkNorm::none;
  std::uint32_t window_period = 0;  ///< one full layer in so many where the file does not say; it is the last of them
  [[nodiscard]] bool is(FamilyTrait trait) const { return (traits & trait) != 0; }
};
/// nullptr: nobody here knows it. The ending "_text" of nested configurations does not matter.
const HfFamily* find_family(std::string_view model_type);

/// A number that the family's class has when config.json leaves it out.
std::optional<std::uint32_t> class_default(std::string_view model_type, std::string_view key);

/// The architecture of a model type that keeps neither a cache of heads nor a state that is modelled here.
std::optional<std::string_view> unmodelled_architecture(std::string_view model_type);

}  // namespace canirun::formats
