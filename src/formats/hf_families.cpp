// SPDX-License-Identifier: MIT
// Sources: the converter and src/models/ of llama.cpp (which tensors a file gets), and the configuration classes of
// transformers (what a missing key means); September 2026.
#include "formats/hf_families.hpp"

#include <algorithm>
#include <array>

namespace canirun::formats {
namespace {

constexpr auto per_head = QkNorm::per_head;
constexpr auto over_all = QkNorm::over_all_heads;
constexpr std::uint32_t k_gemma4 = k_tied | k_windows | k_layer_scale | k_fused_experts | k_scaled_experts;
constexpr std::uint32_t k_phi3 = k_fused_qkv | k_fused_gate_up | k_long_rope;
constexpr std::uint32_t k_all_biases = k_qkv_bias | k_output_bias | k_ffn_bias | k_norm_bias;

constexpr std::array k_families{
    HfFamily{"afmoe", "afmoe", k_windows | k_attention_gate | k_router_bias, 4, per_head, 4},
    HfFamily{"apertus", "apertus", k_plain_ffn | k_llama_rope, 2, per_head},
    HfFamily{"arcee", "arcee", k_plain_ffn},
    HfFamily{"baichuan", "baichuan"},
    HfFamily{"bailing_moe", "bailingmoe"},
    HfFamily{"bailing_moe_v2", "bailingmoe2", k_fused_qkv | k_router_bias, 2, per_head},
    HfFamily{"chatglm", "chatglm", k_qkv_bias | k_fused_qkv | k_fused_gate_up},
    HfFamily{"cohere", "command-r", k_tied, 1},
    HfFamily{"cohere2", "cohere2", k_tied | k_windows, 1, QkNorm::none, 4},
    HfFamily{"dbrx", "dbrx", k_fused_qkv},
    HfFamily{"deepseek", "deepseek"},
    HfFamily{"deepseek_v2", "deepseek2"},
    HfFamily{"deepseek_v3", "deepseek2"},
    HfFamily{"deepseek_v32", "deepseek32", k_keeps_next_token},
    HfFamily{"dots1", "dots1", 0, 2, per_head},
    HfFamily{"ernie4_5", "ernie4_5", k_tied},
    HfFamily{"ernie4_5_moe", "ernie4_5-moe", k_tied | k_router_bias},
    HfFamily{"exaone", "exaone", k_tied | k_llama_rope},
    HfFamily{"exaone4", "exaone4", k_windows | k_llama_rope, 2, per_head, 4},
    HfFamily{"exaone_moe", "exaone-moe", k_windows | k_llama_rope | k_router_bias, 2, per_head, 4},
    HfFamily{"falcon_h1", "falcon-h1"},
    HfFamily{"falcon_mamba", "mamba", k_tied, 1},
    HfFamily{"gemma", "gemma", k_tied},
    HfFamily{"gemma2", "gemma2", k_tied | k_windows, 4, QkNorm::none, 2},
    HfFamily{"gemma3", "gemma3", k_tied | k_windows, 4, per_head, 6},
    HfFamily{"gemma3n", "gemma3n", k_tied | k_windows, 4, per_head, 5},
    HfFamily{"gemma4", "gemma4", k_gemma4, 4, per_head, 6},
    HfFamily{"gemma4_unified", "gemma4", k_gemma4, 4, per_head, 6},
    HfFamily{"glm", "chatglm", k_fused_qkv | k_fused_gate_up},
    HfFamily{"glm4", "glm4", k_fused_gate_up, 4},
    HfFamily{"glm4_moe", "glm4moe", k_router_bias | k_keeps_next_token},
    HfFamily{"glm4_moe_lite", "deepseek2", k_router_bias},
    HfFamily{"glm4v", "glm4", k_fused_gate_up, 4},
    HfFamily{"glm4v_moe", "glm4moe", k_router_bias | k_keeps_next_token},
    HfFamily{"glm_moe_dsa", "glm-dsa", k_router_bias | k_keeps_next_token},
    HfFamily{"gpt_oss", "gpt-oss",
             k_windows | k_sinks | k_qkv_bias | k_output_bias | k_ffn_bias | k_router_bias | k_fixed_expert_type, 2,
             QkNorm::none, 2},
    HfFamily{"granite", "granite", k_bias_on_output},
    HfFamily{"granitemoe", "granitemoe", k_bias_on_output},
    HfFamily{"granitemoehybrid", "granitehybrid"},
    HfFamily{"granitemoeshared", "granitemoe", k_bias_on_output},
    HfFamily{"grok-1", "grok", k_tied, 4},
    HfFamily{"hunyuan", "hunyuan-moe", 0, 2, per_head},
    HfFamily{"hunyuan_v1_dense", "hunyuan-dense", 0, 2, per_head},
    HfFamily{"hunyuan_v1_moe", "hunyuan-moe", 0, 2, per_head},
    HfFamily{"hy_v3", "hy_v3", k_router_bias | k_keeps_next_token, 2, per_head},
    HfFamily{"internlm2", "internlm2"},
    HfFamily{"internlm3", "internlm3"},
    HfFamily{"jamba", "jamba", k_inner_norms},
    HfFamily{"kimi_k2", "deepseek2"},
    HfFamily{"kimi_k25", "deepseek2"},
    HfFamily{"kimi_linear", "kimi-linear", k_router_bias},
    HfFamily{"lfm2", "lfm2", k_tied, 2, per_head},
    HfFamily{"lfm2_moe", "lfm2moe", k_tied | k_router_bias, 2, per_head},
    HfFamily{"llama", "llama", k_bias_on_output | k_llama_rope},
    HfFamily{"llama4", "llama4", k_bias_on_output | k_llama_rope | k_windows, 2, QkNorm::none, 4},
    HfFamily{"mamba", "mamba", k_tied, 1},
    HfFamily{"mamba2", "mamba2", 0, 1},
    HfFamily{"mimo", "mimo", k_qkv_bias},
    HfFamily{"mimo_v2_flash", "mimo2", k_windows | k_sinks | k_router_bias},
    HfFamily{"minicpm", "minicpm", k_long_rope},
    HfFamily{"minicpm3", "minicpm3", k_long_rope},
    HfFamily{"minimax_m2", "minimax-m2", k_router_bias, 2, over_all},
    HfFamily{"minimax_m3", "minimax-m3", k_router_bias, 2, per_head},
    HfFamily{"minimax_m3_vl", "minimax-m3", k_router_bias, 2, per_head},
    HfFamily{"ministral3", "mistral3"},
    HfFamily{"mistral", "llama"},
    HfFamily{"mistral4", "mistral4"},
    HfFamily{"mixtral", "llama"},
    HfFamily{"mllama", "mllama"},
    HfFamily{"muse_glimmer", "muse-glimmer", k_windows | k_attention_gate, 4, per_head, 4},
    HfFamily{"nemotron", "nemotron", k_plain_ffn | k_norm_bias},
    HfFamily{"nemotron-nas", "deci", k_bias_on_output | k_llama_rope},
    HfFamily{"nemotron_h", "nemotron_h", k_plain_ffn, 1},
    HfFamily{"olmo", "olmo", 0, 0},
    HfFamily{"olmo2", "olmo2", 0, 2, over_all},
    HfFamily{"olmo3", "olmo2", k_windows, 2, over_all, 4},
    HfFamily{"olmoe", "olmoe", 0, 2, over_all},
    HfFamily{"phi", "phi2", k_all_biases | k_plain_ffn | k_head_bias, 1},
    HfFamily{"phi3", "phi3", k_phi3},
    HfFamily{"phi3_v", "phi3", k_phi3},
    HfFamily{"phi4mm", "phi4mm", k_phi3},
    HfFamily{"phimoe", "phimoe", k_qkv_bias | k_output_bias | k_norm_bias | k_head_bias | k_long_rope},
    HfFamily{"qwen2", "qwen2", k_qkv_bias},
    HfFamily{"qwen2_5_vl", "qwen2vl", k_qkv_bias},
    HfFamily{"qwen2_moe", "qwen2moe", k_qkv_bias | k_shared_gate},
    HfFamily{"qwen2_vl", "qwen2vl", k_qkv_bias},
    HfFamily{"qwen3", "qwen3", k_bias_on_output, 2, per_head},
    HfFamily{"qwen3_5", "qwen35", k_query_gate, 2, per_head},
    HfFamily{"qwen3_5_moe", "qwen35moe", k_query_gate | k_shared_gate, 2, per_head},
    HfFamily{"qwen3_moe", "qwen3moe", k_bias_on_output, 2, per_head},
    HfFamily{"qwen3_next", "qwen3next", k_query_gate | k_shared_gate | k_fused_beta_alpha, 2, per_head},
    HfFamily{"qwen3_vl", "qwen3vl", k_bias_on_output, 2, per_head},
    HfFamily{"qwen3_vl_moe", "qwen3vlmoe", k_bias_on_output, 2, per_head},
    HfFamily{"sarvam_moe", "bailingmoe2", k_fused_qkv | k_router_bias, 2, per_head},
    HfFamily{"seed_oss", "seed_oss"},
    HfFamily{"smollm3", "smollm3", k_tied | k_llama_rope},
    HfFamily{"solar_open", "glm4moe", k_router_bias},
    HfFamily{"stablelm", "stablelm", k_norm_bias},
    HfFamily{"starcoder2", "starcoder2", k_tied | k_all_biases | k_plain_ffn},
    HfFamily{"step3p5", "step35", k_windows | k_head_gate | k_router_bias, 2, per_head},
    HfFamily{"step3p7", "step35", k_windows | k_head_gate | k_router_bias, 2, per_head},
};
static_assert(std::is_sorted(k_families.begin(), k_families.end(),
                             [](const HfFamily& a, const HfFamily& b) { return a.model_type < b.model_type; }));

struct Default {
  std::string_view model_type, key;
  std::uint32_t value;
};
/// Published configurations leave these out.
constexpr std::array k_defaults{
    Default{"gemma", "head_dim", 256},
    Default{"gemma2", "head_dim", 256},
    Default{"gemma3", "head_dim", 256},
    Default{"gemma3", "num_attention_heads", 8},
    Default{"gemma3", "num_key_value_heads", 4},
    Default{"gemma3", "vocab_size", 262208},
    Default{"gemma3", "max_position_embeddings", 131072},
    Default{"gemma3n", "head_dim", 256},
    Default{"gemma4", "head_dim", 256},
    Default{"gpt_oss", "head_dim", 64},
    Default{"jamba", "attn_layer_period", 8},
    Default{"jamba", "attn_layer_offset", 4},
    Default{"jamba", "expert_layer_period", 2},
    Default{"jamba", "expert_layer_offset", 1},
    Default{"llama4", "head_dim", 128},
    Default{"llama4", "interleave_moe_layer_step", 1},
    Default{"mixtral", "num_local_experts", 8},
    Default{"mixtral", "num_experts_per_tok", 2},
    Default{"qwen3", "head_dim", 128},
    Default{"qwen3_5", "full_attention_interval", 4},
    Default{"qwen3_5_moe", "full_attention_interval", 4},
    Default{"qwen3_next", "full_attention_interval", 4},
};

struct Unmodelled {
  std::string_view model_type, architecture;
};
constexpr std::array k_unmodelled{
    Unmodelled{"deepseek_ref", "deepseek4"},
    Unmodelled{"deepseek_v4", "deepseek4"},
    Unmodelled{"dots3note", "dots3note"},
    Unmodelled{"kimi_k3", "kimi-k3"},
    Unmodelled{"minimax", "minimax-01"},
    Unmodelled{"minimax_text_01", "minimax-01"},
    Unmodelled{"qwen4_exp", "qwen4exp"},
    Unmodelled{"recurrent_gemma", "recurrent_gemma"},
    Unmodelled{"rwkv", "rwkv"},
    Unmodelled{"rwkv5", "rwkv5"},
    Unmodelled{"rwkv6", "rwkv6"},
    Unmodelled{"rwkv7", "rwkv7"},
    Unmodelled{"t5", "t5"},
    Unmodelled{"xlstm", "xlstm"},
    Unmodelled{"zamba2", "zamba2"},
};

std::string_view without_ending(std::string_view model_type) {
  constexpr std::string_view k_text = "_text";
  if (model_type.ends_with(k_text)) model_type.remove_suffix(k_text.size());
  return model_type;
}

}  // namespace

const HfFamily* find_family(std::string_view model_type) {
  const std::string_view name = without_ending(model_type);
  const auto* at =
      std::lower_bound(k_families.begin(), k_families.end(), name,
                       [](const HfFamily& family, std::string_view wanted) { return family.model_type < wanted; });
  return at != k_families.end() && at->model_type == name ? at : nullptr;
}

std::optional<std::uint32_t> class_default(std::string_view model_type, std::string_view key) {
  const std::string_view name = without_ending(model_type);
  for (const Default& row : k_defaults) {
    if (row.model_type == name && row.key == key) return row.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> unmodelled_architecture(std::string_view model_type) {
  for (const Unmodelled& row : k_unmodelled) {
    if (row.model_type == without_ending(model_type)) return row.architecture;
  }
  return std::nullopt;
}

}  // namespace canirun::formats
