// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/evidence.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun {

/// Element types a tensor can be stored in: ggml's, then those of other engines' formats (grouped affine integers).
enum class TensorType : std::uint8_t {
  f32,
  f16,
  bf16,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q8_1,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
  iq2_xxs,
  iq2_xs,
  iq2_s,
  iq3_xxs,
  iq3_s,
  iq1_s,
  iq1_m,
  iq4_nl,
  iq4_xs,
  tq1_0,
  tq2_0,
  mxfp4,
  nvfp4,
  fp8,
  int4_g128,
  int4_g64,
  int4_g32,
  int8_g64,
  int2_g64,
  int3_g64,
  int5_g64,
  int6_g64,
  nf4
};
constexpr auto enum_names(TensorType) {
  return std::array<std::string_view, 37>{
      "f32",      "f16",      "bf16",     "q4_0",     "q4_1",     "q5_0",     "q5_1",  "q8_0",    "q8_1",      "q2_k",
      "q3_k",     "q4_k",     "q5_k",     "q6_k",     "iq2_xxs",  "iq2_xs",   "iq2_s", "iq3_xxs", "iq3_s",     "iq1_s",
      "iq1_m",    "iq4_nl",   "iq4_xs",   "tq1_0",    "tq2_0",    "mxfp4",    "nvfp4", "fp8",     "int4_g128", "int4_g64",
      "int4_g32", "int8_g64", "int2_g64", "int3_g64", "int5_g64", "int6_g64", "nf4"};
}
inline constexpr std::size_t k_tensor_type_count = 37;

/// Block layout of a type: `block_bytes` hold `block_elements` consecutive elements of a row.
struct TensorTypeTraits {
  std::uint32_t block_elements;
  std::uint32_t block_bytes;
};
TensorTypeTraits traits(TensorType type);

/// Bytes of `elements` consecutive elements; rounds up to whole blocks.
std::uint64_t row_bytes(TensorType type, std::uint64_t elements);

/// The part a tensor plays in the network; mixtures and placement decide by it, never by tensor name.
enum class TensorRole : std::uint8_t {
  token_embedding,
  per_layer_embedding,
  output,
  output_norm,
  rope_factors,
  attn_norm,
  attn_q,
  attn_k,
  attn_v,
  attn_qkv,
  attn_output,
  attn_gate,
  attn_bias,
  attn_sinks,
  qk_norm,
  mla_q_a,
  mla_q_b,
  mla_kv_a,
  mla_kv_b,
  mla_k_b,
  mla_v_b,
  indexer,
  ssm_in,
  ssm_out,
  ssm_conv,
  ssm_small,
  ssm_x,
  ssm_dt,
  ssm_beta_alpha,
  short_conv,
  ffn_norm,
  ffn_gate,
  ffn_up,
  ffn_down,
  ffn_bias,
  router,
  router_bias,
  expert_gate,
  expert_up,
  expert_gate_up,
  expert_down,
  expert_bias,
  shared_gate,
  shared_up,
  shared_down,
  per_layer_small,
  next_token_prediction,
  other
};
constexpr auto enum_names(TensorRole) {
  return std::array<std::string_view, 48>{"token_embedding",
                                          "per_layer_embedding",
                                          "output",
                                          "output_norm",
                                          "rope_factors",
                                          "attn_norm",
                                          "attn_q",
                                          "attn_k",
                                          "attn_v",
                                          "attn_qkv",
                                          "attn_output",
                                          "attn_gate",
                                          "attn_bias",
                                          "attn_sinks",
                                          "qk_norm",
                                          "mla_q_a",
                                          "mla_q_b",
                                          "mla_kv_a",
                                          "mla_kv_b",
                                          "mla_k_b",
                                          "mla_v_b",
                                          "indexer",
                                          "ssm_in",
                                          "ssm_out",
                                          "ssm_conv",
                                          "ssm_small",
                                          "ssm_x",
                                          "ssm_dt",
                                          "ssm_beta_alpha",
                                          "short_conv",
                                          "ffn_norm",
                                          "ffn_gate",
                                          "ffn_up",
                                          "ffn_down",
                                          "ffn_bias",
                                          "router",
                                          "router_bias",
                                          "expert_gate",
                                          "expert_up",
                                          "expert_gate_up",
                                          "expert_down",
                                          "expert_bias",
                                          "shared_gate",
                                          "shared_up",
                                          "shared_down",
                                          "per_layer_small",
                                          "next_token_prediction",
                                          "other"};
}

/// When a mixture rule applies to a tensor. `more_bits`: i < n/8 || i >= 7n/8 || (i - n/8) % 3 == 2 (integer
/// division), the engine's choice of layers that earn extra bits. For attn_v, i counts the tensors of that kind and n is
/// their number; for the feed-forward, i counts tensors (dense models) or blocks (MoE) and n is the number of blocks.
/// `first_eighth_of_tensors` counts ffn_down tensors in MoE models too, shared experts' after the routed ones (IQ1, IQ2).
enum class MixtureWhen : std::uint8_t {
  always,
  more_bits,
  first_two,
  first_four,
  first_sixteenth,
  first_eighth,
  first_eighth_of_tensors,
  middle_three_quarters,
  gqa_at_least_4,
  gqa_below_4,
  eight_experts,
  eight_experts_more_bits,
  gqa_or_experts_at_least_4,
  seventy_b
};
constexpr auto enum_names(MixtureWhen) {
  return std::array<std::string_view, 14>{"always",
                                          "more_bits",
                                          "first_two",
                                          "first_four",
                                          "first_sixteenth",
                                          "first_eighth",
                                          "first_eighth_of_tensors",
                                          "middle_three_quarters",
                                          "gqa_at_least_4",
                                          "gqa_below_4",
                                          "eight_experts",
                                          "eight_experts_more_bits",
                                          "gqa_or_experts_at_least_4",
                                          "seventy_b"};
}
/// One exception to the base type. A rule for attn_v also covers attn_qkv and mla_kv_b; one for ffn_down, ffn_gate or
/// ffn_up also the routed and shared experts' tensors; one for token_embedding also the per-layer embedding; one for
/// output also a tied token embedding (as in llama-quant.cpp). A rule may name the narrower role instead.
struct MixtureRule {
  TensorRole role = TensorRole::other;
  MixtureWhen when = MixtureWhen::always;
  TensorType type = TensorType::f16;
};

/// Which family of files a scheme is for.
enum class QuantFormat : std::uint8_t { gguf, mlx, safetensors };
constexpr auto enum_names(QuantFormat) { return std::array<std::string_view, 3>{"gguf", "mlx", "safetensors"}; }

/// A named way to store a whole model ("Q4_K_M"): a base type and the rules for tensors that differ from it. Rules are
/// tried in order, the last that applies wins. Data, one record each in data/quants/.
struct QuantScheme {
  std::string id;                    ///< as users and file names write it: "Q4_K_M"
  std::vector<std::string> aliases;  ///< other spellings ("UD-Q4_K_XL" is its own scheme, marked approximate)
  QuantFormat format = QuantFormat::gguf;
  TensorType base = TensorType::f16;
  std::vector<MixtureRule> rules;
  bool approximate = false;   ///< the real recipe differs per tensor and per model (unsloth UD-*): sizes are +-
  std::optional<double> kld;  ///< quality evidence: mean KL divergence against F16, Llama-3-8B, lower is better
  std::string note;           ///< what a user should know ("not for CPUs", "experts only"), one sentence or empty
  Provenance provenance;
};

}  // namespace canirun
