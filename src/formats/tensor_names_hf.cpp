// SPDX-License-Identifier: MIT
// Names: the modelling code of transformers and gguf-py's tensor_mapping.py.
#include "formats/tensor_names_hf.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace canirun::formats {
namespace {

using namespace std::string_view_literals;

struct Pair {
  std::string_view hf, gguf;
};
constexpr bool by_name(const Pair& a, const Pair& b) { return a.hf < b.hf; }

/// Outside the blocks. Sorted.
constexpr std::array k_model_names{
    Pair{"embed_tokens", "token_embd"},
    Pair{"embed_tokens_per_layer", "per_layer_token_embd"},
    Pair{"embedding.word_embeddings", "token_embd"},
    Pair{"embedding_norm", "output_norm"},
    Pair{"embeddings", "token_embd"},
    Pair{"encoder.final_layernorm", "output_norm"},
    Pair{"final_layernorm", "output_norm"},
    Pair{"head", "output"},
    Pair{"lm_head", "output"},
    Pair{"ln_f", "output_norm"},
    Pair{"norm", "output_norm"},
    Pair{"norm_f", "output_norm"},
    Pair{"output", "output"},
    Pair{"output_layer", "output"},
    Pair{"per_layer_model_projection", "per_layer_model_proj"},
    Pair{"per_layer_projection_norm", "per_layer_proj_norm"},
    Pair{"tok_embeddings", "token_embd"},
    Pair{"word_embeddings", "token_embd"},
    Pair{"wte", "token_embd"},
};

/// Within a block, the part behind its module ("self_attn.", "mlp."), which says no more. Sorted.
constexpr std::array k_attention_names{
    Pair{"A_log", "ssm_a"},
    Pair{"attention_sink_bias", "attn_sinks"},
    Pair{"b_proj", "ssm_beta"},
    Pair{"dense", "attn_output"},
    Pair{"dt_bias", "ssm_dt.bias"},
    Pair{"f_a_proj", "ssm_f_a"},
    Pair{"f_b_proj", "ssm_f_b"},
    Pair{"g_a_proj", "ssm_g_a"},
    Pair{"g_b_proj", "ssm_g_b"},
    Pair{"g_proj", "attn_gate"},
    Pair{"gate_proj", "attn_gate"},
    Pair{"indexer.k_norm", "indexer.k_norm"},
    Pair{"indexer.weights_proj", "indexer.proj"},
    Pair{"indexer.wk", "indexer.attn_k"},
    Pair{"indexer.wq_b", "indexer.attn_q_b"},
    Pair{"k_conv1d", "ssm_conv1d_k"},
    Pair{"k_layernorm", "attn_k_norm"},
    Pair{"k_norm", "attn_k_norm"},
    Pair{"k_proj", "attn_k"},
    Pair{"key_layernorm", "attn_k_norm"},
    Pair{"kv_a_layernorm", "attn_kv_a_norm"},
    Pair{"kv_a_proj_with_mqa", "attn_kv_a_mqa"},
    Pair{"kv_b_proj", "attn_kv_b"},
    Pair{"o_norm", "ssm_norm"},
    Pair{"o_proj", "attn_output"},
    Pair{"out_proj", "attn_output"},
    Pair{"q_a_layernorm", "attn_q_a_norm"},
    Pair{"q_a_proj", "attn_q_a"},
    Pair{"q_b_proj", "attn_q_b"},
    Pair{"q_conv1d", "ssm_conv1d_q"},
    Pair{"q_layernorm", "attn_q_norm"},
    Pair{"q_norm", "attn_q_norm"},
    Pair{"q_proj", "attn_q"},
    Pair{"qkv_proj", "attn_qkv"},
    Pair{"query_key_value", "attn_qkv"},
    Pair{"query_layernorm", "attn_q_norm"},
    Pair{"sinks", "attn_sinks"},
    Pair{"v_conv1d", "ssm_conv1d_v"},
    Pair{"v_proj", "attn_v"},
    Pair{"wo", "attn_output"},
    Pair{"wqkv", "attn_q"},
};
constexpr std::array k_recurrent_names{
    Pair{"A_log", "ssm_a"},
    Pair{"D", "ssm_d"},
    Pair{"b_layernorm", "ssm_b_norm"},
    Pair{"c_layernorm", "ssm_c_norm"},
    Pair{"conv1d", "ssm_conv1d"},
    Pair{"dt_bias", "ssm_dt.bias"},
    Pair{"dt_layernorm", "ssm_dt_norm"},
    Pair{"dt_proj", "ssm_dt"},
    Pair{"in_proj", "ssm_in"},
    Pair{"in_proj_a", "ssm_alpha"},
    Pair{"in_proj_b", "ssm_beta"},
    Pair{"in_proj_ba", "ssm_ba"},
    Pair{"in_proj_qkv", "attn_qkv"},
    Pair{"in_proj_qkvz", "attn_qkv"},
    Pair{"in_proj_z", "attn_gate"},
    Pair{"norm", "ssm_norm"},
    Pair{"out_proj", "ssm_out"},
    Pair{"x_proj", "ssm_x"},
};
/// Matrices of any feed-forward, without what tells experts and shared experts apart.
constexpr std::array k_matrix_names{
    Pair{"c_fc", "up"},
    Pair{"c_proj", "down"},
    Pair{"dense_4h_to_h", "down"},
    Pair{"dense_h_to_4h", "up"},
    Pair{"down_proj", "down"},
    Pair{"fc1", "up"},
    Pair{"fc2", "down"},
    Pair{"gate_and_up_proj", "up"},
    Pair{"gate_proj", "gate"},
    Pair{"gate_up_proj", "up"},
    Pair{"input_linear", "up"},
    Pair{"output_linear", "down"},
    Pair{"up_proj", "up"},
    Pair{"w1", "gate"},
    Pair{"w2", "down"},
    Pair{"w3", "up"},
};
/// Whole names within a block. Sorted.
constexpr std::array k_block_names{
    Pair{"altup.correct_output_scale", "altup_correct_scale"},
    Pair{"altup.correction_coefs", "altup_correct_coef"},
    Pair{"altup.modality_router", "altup_router"},
    Pair{"altup.prediction_coefs", "altup_predict_coef"},
    Pair{"altup.router_norm", "altup_router_norm"},
    Pair{"attention_layernorm", "attn_norm"},
    Pair{"attention_norm", "attn_norm"},
    Pair{"conv.conv", "shortconv.conv"},
    Pair{"conv.in_proj", "shortconv.in_proj"},
    Pair{"conv.out_proj", "shortconv.out_proj"},
    Pair{"eh_proj", "nextn.eh_proj"},
    Pair{"embed_tokens", "nextn.embed_tokens"},
    Pair{"enorm", "nextn.enorm"},
    Pair{"feedforward_layernorm", "ffn_norm"},
    Pair{"ffn_norm", "ffn_norm"},
    Pair{"hnorm", "nextn.hnorm"},
    Pair{"input_layernorm", "attn_norm"},
    Pair{"laurel.linear_left", "laurel_l"},
    Pair{"laurel.linear_right", "laurel_r"},
    Pair{"laurel.post_laurel_norm", "laurel_post_norm"},
    Pair{"layer_scalar", "layer_output_scale"},
    Pair{"ln_1", "attn_norm"},
    Pair{"ln_2", "ffn_norm"},
    Pair{"norm", "attn_norm"},
    Pair{"operator_norm", "attn_norm"},
    Pair{"per_layer_input_gate", "inp_gate"},
    Pair{"per_layer_projection", "proj"},
    Pair{"post_attention_layernorm", "post_attention_norm"},
    Pair{"post_feedforward_layernorm", "post_ffw_norm"},
    Pair{"post_feedforward_layernorm_1", "post_ffw_norm_1"},
    Pair{"post_feedforward_layernorm_2", "post_ffw_norm_2"},
    Pair{"post_mlp_layernorm", "post_ffw_norm"},
    Pair{"post_per_layer_input_norm", "post_norm"},
    Pair{"post_self_attn_layernorm", "attn_output_norm"},
    Pair{"pre_feedforward_layernorm", "ffn_norm"},
    Pair{"pre_feedforward_layernorm_2", "pre_ffw_norm_2"},
    Pair{"pre_ff_layernorm", "ffn_norm"},
    Pair{"pre_mlp_layernorm", "ffn_norm"},
    Pair{"shared_head.head", "nextn.shared_head_head"},
    Pair{"shared_head.norm", "nextn.shared_head_norm"},
};
static_assert(std::is_sorted(k_model_names.begin(), k_model_names.end(), by_name));
static_assert(std::is_sorted(k_attention_names.begin(), k_attention_names.end(), by_name));
static_assert(std::is_sorted(k_recurrent_names.begin(), k_recurrent_names.end(), by_name));
static_assert(std::is_sorted(k_matrix_names.begin(), k_matrix_names.end(), by_name));
static_assert(std::is_sorted(k_block_names.begin(), k_block_names.end(), by_name));

constexpr std::array k_side_towers{"audio"sv,   "code2wav"sv,   "connector"sv, "embed_audio"sv, "embed_vision"sv,
                                   "image"sv,   "img_"sv,       "mm_"sv,       "multi_modal"sv, "patch_merger"sv,
                                   "pre_mm_"sv, "resampler"sv,  "sound"sv,     "talker"sv,      "vision"sv,
                                   "visual"sv,  "vit"sv,        "vpm"sv,       "apm"sv,         "mlp1."sv,
                                   "tts"sv,     "model_proj"sv, "speech"sv,    "aligner"sv};
constexpr std::array k_wrappers{"model."sv,      "language_model."sv, "transformer."sv, "backbone."sv,
                                "text_model."sv, "thinker."sv,        "llm."sv,         "decoder."sv};
constexpr std::array k_layer_words{"layers."sv, "h."sv, "blocks."sv, "encoder.layers."sv};
constexpr std::array k_attention_modules{"self_attn."sv, "attention."sv, "self_attention."sv, "attn."sv};
constexpr std::array k_recurrent_modules{"linear_attn."sv, "mamba."sv};
constexpr std::array k_feed_forward_modules{"mlp."sv, "block_sparse_moe."sv, "feed_forward."sv, "moe."sv};
constexpr std::array k_shared_modules{"shared_experts."sv, "shared_expert."sv, "shared_mlp."sv, "share_expert."sv};
constexpr std::array k_router_names{"gate"sv, "router"sv, "router.gate"sv, "gate.wg"sv, "router.layer"sv, "router.proj"sv};

template <class Table>
std::optional<std::string_view> look_up(const Table& table, std::string_view name) {
  const auto at = std::lower_bound(table.begin(), table.end(), Pair{name, {}}, by_name);
  return at != table.end() && at->hf == name ? std::optional(at->gguf) : std::nullopt;
}

/// Takes away the first of these that `text` begins with.
template <class Words>
bool take_any(const Words& words, std::string_view& text) {
  for (const std::string_view word : words) {
    if (!text.starts_with(word)) continue;
    text.remove_prefix(word.size());
    return true;
  }
  return false;
}

bool take_number(std::string_view& text, std::int32_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (problem != std::errc{} || number < 0 || digits >= text.size() || text[digits] != '.') return false;
  text.remove_prefix(digits + 1);
  return true;
}

struct Found {
  std::string stem;  ///< with the ending, where the name itself decides it
  HfSplit split = HfSplit::none;
};

/// Matrices of a feed-forward, an expert, all experts, or the shared ones.
std::optional<Found> feed_forward_name(std::string_view rest, const ModelSpec& spec, std::string& ending) {
  const bool shared = take_any(k_shared_modules, rest);
  std::string_view group = shared && spec.moe ? "_shexp" : "";
  if (!shared && rest.starts_with("experts.")) {
    rest.remove_prefix(8);
    std::int32_t expert = 0;
    (void)take_number(rest, expert);
    group = "_exps";
    if (rest.ends_with("_bias")) {
      rest.remove_suffix(5);
      ending = "bias";
    }
  }
  const std::optional<std::string_view> matrix = look_up(k_matrix_names, rest);
  if (!matrix) return std::nullopt;
  if (rest == "input_linear" && !shared) group = "_exps";
  if (rest == "output_linear" && !shared) group = "_exps";
  const bool both = rest == "gate_up_proj" || rest == "gate_and_up_proj" || rest == "input_linear";
  if (both && group == "_exps" && spec.moe && spec.moe->fused_gate_up) return Found{"ffn_gate_up_exps"};
  // A plain feed-forward keeps both in one tensor, named as the second; all others are taken apart.
  if (both && (!group.empty() || rest == "input_linear")) {
    return Found{"ffn_gate" + std::string(group), HfSplit::gate_and_up};
  }
  return Found{"ffn_" + std::string(*matrix) + std::string(group)};
}

std::optional<Found> router_name(std::string_view rest, std::string_view ending) {
  if (rest.ends_with("e_score_correction_bias") || rest.ends_with("expert_bias") || rest == "router_bias") {
    return Found{"exp_probs_b.bias"};
  }
  if (rest == "shared_expert_gate") return Found{"ffn_gate_inp_shexp"};
  if (rest == "fc1_latent_proj") return Found{"ffn_latent_down"};
  if (rest == "fc2_latent_proj") return Found{"ffn_latent_up"};
  if (rest == "router.per_expert_scale") return Found{"ffn_down_exps.scale"};
  if (rest == "router.scale") return Found{"ffn_gate_inp.scale"};
  const bool router = std::find(k_router_names.begin(), k_router_names.end(), rest) != k_router_names.end();
  if (router && (ending == "weight" || ending == "bias")) return Found{"ffn_gate_inp"};
  return std::nullopt;
}

std::optional<Found> attention_name(std::string_view rest, const ModelSpec& spec) {
  const std::optional<std::string_view> stem = look_up(k_attention_names, rest);
  if (!stem) return std::nullopt;
  if (rest == "wqkv") return Found{"attn_q", HfSplit::queries_keys_values};
  if (rest == "kv_b_proj" && spec.architecture != "minicpm3") return Found{"attn_k_b", HfSplit::keys_and_values};
  return Found{std::string(*stem)};
}

std::optional<Found> recurrent_name(std::string_view rest) {
  const std::optional<std::string_view> stem = look_up(k_recurrent_names, rest);
  if (!stem) return std::nullopt;
  return Found{std::string(*stem), rest == "in_proj_qkvz" ? HfSplit::states_and_gate : HfSplit::none};
}

std::optional<Found> block_name(std::string_view rest, const ModelSpec& spec, std::string& ending) {
  if (const auto stem = look_up(k_block_names, rest)) return Found{std::string(*stem)};
  std::string_view inner = rest;
  if (take_any(k_attention_modules, inner)) return attention_name(inner, spec);
  if (take_any(k_recurrent_modules, inner)) return recurrent_name(inner);
  if (inner.starts_with("mixer.")) {  // one module for all kinds of blocks
    inner.remove_prefix(6);
    if (auto found = router_name(inner, ending)) return found;
    if (auto found = recurrent_name(inner)) return found;
    if (auto found = feed_forward_name(inner, spec, ending)) return found;
    return attention_name(inner, spec);
  }
  (void)take_any(k_feed_forward_modules, inner);
  if (auto found = router_name(inner, ending)) return found;
  return feed_forward_name(inner, spec, ending);
}

}  // namespace

HfName translate_name(std::string_view name, const ModelSpec& spec) {
  HfName out;
  out.ignored = name.ends_with("rotary_emb.inv_freq") || name.ends_with("rotary_pos_emb.inv_freq");
  const auto is_side = [&] {
    return std::any_of(k_side_towers.begin(), k_side_towers.end(), [&](auto word) { return name.starts_with(word); });
  };
  while (!is_side() && take_any(k_wrappers, name)) {
  }
  if (is_side()) {
    out.tower = HfTower::side;
    return out;
  }
  if (name.starts_with("mtp.") || name.starts_with("mtp_")) {
    out.tower = HfTower::next_token;
    out.layer = static_cast<std::int32_t>(spec.layers.size());
    return out;
  }
  std::string ending = "weight";
  for (const std::string_view word : {"weight"sv, "bias"sv}) {
    if (name.size() <= word.size() + 1 || !name.ends_with(word) || name[name.size() - word.size() - 1] != '.') continue;
    ending = word;
    name.remove_suffix(word.size() + 1);
  }
  if (take_any(k_layer_words, name)) {
    if (!take_number(name, out.layer)) return out;
    if (static_cast<std::size_t>(out.layer) >= spec.layers.size() && !spec.layers.empty()) out.tower = HfTower::next_token;
    const std::optional<Found> found = block_name(name, spec, ending);
    if (!found) return out;
    const bool has_ending = found->stem.ends_with(".bias") || found->stem.ends_with(".scale");
    out.gguf = "blk." + std::to_string(out.layer) + "." + found->stem + (has_ending ? "" : "." + ending);
    out.split = found->split;
    return out;
  }
  if (const auto stem = look_up(k_model_names, name)) out.gguf = std::string(*stem) + "." + ending;
  return out;
}

}  // namespace canirun::formats
