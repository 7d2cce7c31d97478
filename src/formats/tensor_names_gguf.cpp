// SPDX-License-Identifier: MIT
// Names: gguf-py's constants.py and llama-arch.cpp of llama.cpp. Roles are those the rules in core give the same tensor, so
// that a file weighs in every part what its catalog record does.
#include "formats/tensor_names_gguf.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace canirun::formats {
namespace {

using R = TensorRole;

struct Stem {
  std::string_view name;
  TensorRole role;
};

/// What stands outside the blocks. Sorted by name.
constexpr std::array k_model_stems{
    Stem{"output", R::output},
    Stem{"output_norm", R::output_norm},
    Stem{"per_layer_model_proj", R::per_layer_small},
    Stem{"per_layer_proj_norm", R::per_layer_small},
    Stem{"per_layer_token_embd", R::per_layer_embedding},
    Stem{"rope_factors_long", R::rope_factors},
    Stem{"rope_factors_short", R::rope_factors},
    Stem{"rope_freqs", R::rope_factors},
    Stem{"token_embd", R::token_embedding},
    Stem{"token_embd_norm", R::output_norm},
};

/// Weights of a block. Sorted by name.
constexpr std::array k_block_stems{
    Stem{"altup_correct_coef", R::per_layer_small},
    Stem{"altup_correct_scale", R::per_layer_small},
    Stem{"altup_predict_coef", R::per_layer_small},
    Stem{"altup_router", R::per_layer_small},
    Stem{"altup_router_norm", R::per_layer_small},
    Stem{"attn_compressor_ape", R::indexer},
    Stem{"attn_compressor_gate", R::indexer},
    Stem{"attn_compressor_kv", R::indexer},
    Stem{"attn_compressor_norm", R::indexer},
    Stem{"attn_gate", R::attn_gate},
    Stem{"attn_k", R::attn_k},
    Stem{"attn_k_b", R::mla_k_b},
    Stem{"attn_k_norm", R::qk_norm},
    Stem{"attn_kv", R::mla_kv_a},
    Stem{"attn_kv_a_mqa", R::mla_kv_a},
    Stem{"attn_kv_a_norm", R::qk_norm},
    Stem{"attn_kv_b", R::mla_kv_b},
    Stem{"attn_norm", R::attn_norm},
    Stem{"attn_norm_2", R::attn_norm},
    Stem{"attn_out", R::attn_output},  // Ollama's converter
    Stem{"attn_output", R::attn_output},
    Stem{"attn_output_a", R::attn_output},
    Stem{"attn_output_b", R::attn_output},
    Stem{"attn_output_norm", R::attn_norm},
    Stem{"attn_q", R::attn_q},
    Stem{"attn_q_a", R::mla_q_a},
    Stem{"attn_q_a_norm", R::qk_norm},
    Stem{"attn_q_b", R::mla_q_b},
    Stem{"attn_q_norm", R::qk_norm},
    Stem{"attn_qkv", R::attn_qkv},
    Stem{"attn_rot_embd", R::rope_factors},
    Stem{"attn_sinks", R::attn_sinks},
    Stem{"attn_sub_norm", R::attn_norm},
    Stem{"attn_v", R::attn_v},
    Stem{"attn_v_b", R::mla_v_b},
    Stem{"channel_mix_key", R::ffn_up},
    Stem{"channel_mix_receptance", R::ffn_gate},
    Stem{"channel_mix_value", R::ffn_down},
    Stem{"cross_attn_attn_gate", R::qk_norm},
    Stem{"cross_attn_k_norm", R::qk_norm},
    Stem{"cross_attn_k_proj", R::attn_k},
    Stem{"cross_attn_mlp_gate", R::qk_norm},
    Stem{"cross_attn_o_proj", R::attn_output},
    Stem{"cross_attn_q_norm", R::qk_norm},
    Stem{"cross_attn_q_proj", R::attn_q},
    Stem{"cross_attn_v_proj", R::attn_v},
    Stem{"exp_probs_b", R::router_bias},
    Stem{"exp_probs_b_vl", R::router_bias},
    Stem{"ffn_down", R::ffn_down},
    Stem{"ffn_down_chexps", R::expert_down},
    Stem{"ffn_down_exps", R::expert_down},
    Stem{"ffn_down_shexp", R::shared_down},
    Stem{"ffn_gate", R::ffn_gate},
    Stem{"ffn_gate_chexps", R::expert_gate},
    Stem{"ffn_gate_exps", R::expert_gate},
    Stem{"ffn_gate_inp", R::router},
    Stem{"ffn_gate_inp_shexp", R::router_bias},
    Stem{"ffn_gate_shexp", R::shared_gate},
    Stem{"ffn_gate_up_exps", R::expert_gate_up},
    Stem{"ffn_norm", R::attn_norm},
    Stem{"ffn_norm_exps", R::attn_norm},
    Stem{"ffn_sub_norm", R::attn_norm},
    Stem{"ffn_up", R::ffn_up},
    Stem{"ffn_up_chexps", R::expert_up},
    Stem{"ffn_up_exps", R::expert_up},
    Stem{"ffn_up_shexp", R::shared_up},
    Stem{"indexer_compressor_ape", R::indexer},
    Stem{"indexer_compressor_gate", R::indexer},
    Stem{"indexer_compressor_kv", R::indexer},
    Stem{"indexer_compressor_norm", R::indexer},
    Stem{"inp_gate", R::per_layer_small},
    Stem{"laurel_l", R::per_layer_small},
    Stem{"laurel_post_norm", R::per_layer_small},
    Stem{"laurel_r", R::per_layer_small},
    Stem{"layer_output_norm", R::attn_norm},
    Stem{"layer_output_scale", R::per_layer_small},
    Stem{"post_attention_norm", R::attn_norm},
    Stem{"post_ffw_norm", R::attn_norm},
    Stem{"post_ffw_norm_1", R::attn_norm},
    Stem{"post_ffw_norm_2", R::attn_norm},
    Stem{"post_norm", R::per_layer_small},
    Stem{"pre_ffw_norm_2", R::attn_norm},
    Stem{"proj", R::per_layer_small},
    Stem{"shortconv.conv", R::ssm_conv},
    Stem{"shortconv.in_proj", R::short_conv},
    Stem{"shortconv.out_proj", R::short_conv},
    Stem{"ssm_a", R::ssm_small},
    Stem{"ssm_alpha", R::ssm_beta_alpha},
    Stem{"ssm_b_norm", R::ssm_small},
    Stem{"ssm_ba", R::ssm_beta_alpha},
    Stem{"ssm_beta", R::ssm_beta_alpha},
    Stem{"ssm_c_norm", R::ssm_small},
    Stem{"ssm_conv1d", R::ssm_conv},
    Stem{"ssm_conv1d_k", R::ssm_conv},
    Stem{"ssm_conv1d_q", R::ssm_conv},
    Stem{"ssm_conv1d_v", R::ssm_conv},
    Stem{"ssm_d", R::ssm_small},
    Stem{"ssm_dt", R::ssm_dt},
    Stem{"ssm_dt_norm", R::ssm_small},
    Stem{"ssm_f_a", R::ssm_in},
    Stem{"ssm_f_b", R::ssm_in},
    Stem{"ssm_g", R::ssm_in},
    Stem{"ssm_g_a", R::ssm_in},
    Stem{"ssm_g_b", R::ssm_in},
    Stem{"ssm_in", R::ssm_in},
    Stem{"ssm_norm", R::ssm_small},
    Stem{"ssm_out", R::ssm_out},
    Stem{"ssm_x", R::ssm_x},
};

constexpr bool by_name(const Stem& a, const Stem& b) { return a.name < b.name; }
static_assert(std::is_sorted(k_model_stems.begin(), k_model_stems.end(), by_name));
static_assert(std::is_sorted(k_block_stems.begin(), k_block_stems.end(), by_name));

template <class Table>
TensorRole role_in(const Table& table, std::string_view name) {
  const auto at = std::lower_bound(table.begin(), table.end(), Stem{name, R::other}, by_name);
  return at != table.end() && at->name == name ? at->role : R::other;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Experts before they were stacked: "ffn_up.5" of Mixtral files of 2023.
TensorRole single_expert(std::string_view stem) {
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string_view::npos || !is_number(stem.substr(dot + 1))) return R::other;
  const std::string_view matrix = stem.substr(0, dot);
  if (matrix == "ffn_gate") return R::expert_gate;
  if (matrix == "ffn_up") return R::expert_up;
  return matrix == "ffn_down" ? R::expert_down : R::other;
}

/// Vectors beside a matrix: biases, and the scales of quantized matrices.
TensorRole beside(TensorRole matrix, std::string_view ending) {
  if (ending == "weight" || ending.empty()) return matrix;
  switch (matrix) {
    case R::attn_q:
    case R::attn_k:
    case R::attn_v:
    case R::attn_qkv:
    case R::attn_output:
    case R::attn_gate:
      return R::attn_bias;
    case R::ffn_gate:
    case R::ffn_up:
    case R::ffn_down:
    case R::shared_gate:
    case R::shared_up:
    case R::shared_down:
      return R::ffn_bias;
    case R::expert_gate:
    case R::expert_up:
    case R::expert_gate_up:
    case R::expert_down:
      return ending == "bias" ? R::expert_bias : R::router_bias;
    case R::router:
      return R::router_bias;
    case R::ssm_in:
    case R::ssm_out:
    case R::ssm_conv:
    case R::ssm_x:
    case R::ssm_dt:
    case R::ssm_beta_alpha:
      return R::ssm_small;
    case R::output:
      return R::output_norm;
    default:
      return matrix;
  }
}

TensorRole role_in_block(const TensorPlace& place) {
  if (place.stem.starts_with("nextn.")) return R::next_token_prediction;
  if (place.stem.starts_with("indexer.")) return R::indexer;
  if (place.stem.starts_with("time_mix_")) return R::ssm_in;
  TensorRole role = role_in(k_block_stems, place.stem);
  if (role == R::other) role = single_expert(place.stem);
  return beside(role, place.ending);
}

}  // namespace

TensorPlace place_of(std::string_view name) {
  TensorPlace place;
  place.stem = name;
  for (const std::string_view ending : {"weight", "bias", "scale", "input_scale"}) {
    if (name.size() > ending.size() && name.ends_with(ending) && name[name.size() - ending.size() - 1] == '.') {
      place.ending = name.substr(name.size() - ending.size());
      place.stem = name.substr(0, name.size() - ending.size() - 1);
    }
  }
  constexpr std::string_view k_block = "blk.";
  if (!place.stem.starts_with(k_block)) {
    place.role = place.stem.starts_with("nextn.") ? R::next_token_prediction
                                                  : beside(role_in(k_model_stems, place.stem), place.ending);
    return place;
  }
  const std::string_view rest = place.stem.substr(k_block.size());
  std::int32_t layer = -1;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), layer);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc{} || layer < 0 || digits + 1 >= rest.size() || rest[digits] != '.') return place;
  place.layer = layer;
  place.stem = rest.substr(digits + 1);
  place.role = role_in_block(place);
  return place;
}

}  // namespace canirun::formats
