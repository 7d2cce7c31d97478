// SPDX-License-Identifier: MIT
// Sizes that only some networks have. Keys: the configuration classes of transformers and those that models bring along.
#include <algorithm>

#include "formats/hf_layers.hpp"

namespace canirun::formats {
namespace {

std::uint32_t largest(const std::vector<std::uint32_t>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

/// The number, or the largest of an array.
std::uint32_t count_or_largest(const HfKeys& keys, HfKeys::Names names) {
  const std::uint32_t one = keys.count_or(names, 0);
  return one > 0 ? one : largest(keys.counts(names));
}

std::uint32_t saturated(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

/// All shared experts together.
std::uint32_t shared_length(const ModelSpec& spec, const HfKeys& keys, std::uint32_t expert_length) {
  const std::uint32_t count =
      count_or_largest(keys, {"n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert"});
  if (const auto length = keys.count("moe_shared_expert_intermediate_size")) {
    return saturated(std::uint64_t{*length} * std::max(count, 1U));
  }
  if (const auto length = keys.count(
          {"shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim", "moe_shared_expert_dim"})) {
    return *length;
  }
  if (spec.architecture == "llama4") return expert_length;
  return saturated(std::uint64_t{count} * expert_length);
}

}  // namespace

void read_experts(ModelSpec& spec, const HfKeys& keys, const HfFamily* family) {
  const std::uint32_t count = count_or_largest(
      keys, {"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", "num_routed_experts"});
  if (count <= 1) return;
  MoeSpec& moe = spec.moe.emplace();
  moe.expert_count = count;
  moe.expert_used_count =
      count_or_largest(keys, {"num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k", "moe_topk",
                              "moe_k", "top_k_experts", "num_selected_experts"});
  moe.expert_used_count = std::min(moe.expert_used_count, count);
  moe.expert_feed_forward_length =
      count_or_largest(keys, {"moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size"});
  if (moe.expert_feed_forward_length == 0) {
    moe.expert_feed_forward_length = count_or_largest(keys, {"intermediate_size", "ffn_hidden_size"});
  }
  moe.shared_feed_forward_length = shared_length(spec, keys, moe.expert_feed_forward_length);
  moe.latent_length = keys.count_or({"moe_latent_size"}, 0);
  const bool told = keys.flag({"use_moe_router_bias", "use_routing_bias", "moe_router_enable_expert_bias"}) ||
                    keys.text({"topk_method"}) == "noaux_tc";
  moe.router_bias = told || (family != nullptr && family->is(k_router_bias)) || spec.architecture == "nemotron_h_moe";
  if (family == nullptr) return;
  moe.shared_gate = family->is(k_shared_gate) && moe.shared_feed_forward_length > 0;
  moe.fused_gate_up = family->is(k_fused_experts);
  moe.scaled = family->is(k_scaled_experts);
}

void read_latent_attention(ModelSpec& spec, const HfKeys& keys) {
  const std::uint32_t rank = keys.count_or({"kv_lora_rank"}, 0);
  if (rank == 0) return;
  spec.mla = MlaSpec{.kv_lora_rank = rank,
                     .q_lora_rank = keys.count_or({"q_lora_rank"}, 0),
                     .rope_length = keys.count_or({"qk_rope_head_dim"}, 0),
                     .nope_length = keys.count_or({"qk_nope_head_dim"}, 0),
                     .value_length = keys.count_or({"v_head_dim"}, 0)};
  if (const auto heads = keys.count("index_n_heads")) {
    spec.mla->indexer_head_count = *heads;
    spec.mla->indexer_key_length = keys.count_or({"index_head_dim"}, 0);
  }
}

namespace {

SsmSpec delta_states(const HfKeys& keys) {
  const std::uint32_t heads = keys.count_or({"linear_num_value_heads"}, 0);
  return {.conv_kernel = keys.count_or({"linear_conv_kernel_dim"}, 4),
          .inner_size = heads * keys.count_or({"linear_value_head_dim"}, 0),
          .state_size = keys.count_or({"linear_key_head_dim"}, 0),
          .group_count = keys.count_or({"linear_num_key_heads"}, 0),
          .time_step_rank = heads};
}

SsmSpec kimi_states(json::View linear) {
  const std::uint32_t heads = linear.at("num_heads").count32().value_or(0);
  const std::uint32_t length = linear.at("head_dim").count32().value_or(0);
  return {.conv_kernel = linear.at("short_conv_kernel_size").count32().value_or(4),
          .inner_size = heads * length,
          .state_size = length,
          .group_count = heads,
          .time_step_rank = heads};
}

/// Mamba, with one rank for all channels ("auto": a sixteenth of the width), or Mamba-2, with heads.
SsmSpec mamba_states(const HfKeys& keys, std::uint32_t width) {
  const std::uint32_t expand = keys.count_or({"mamba_expand", "expand"}, 2);
  const std::uint32_t heads = keys.count_or({"mamba_num_heads", "mamba_n_heads"}, 0);
  const std::uint32_t head_length = keys.count_or({"mamba_head_dim", "mamba_d_head"}, 0);
  SsmSpec ssm{.conv_kernel = keys.count_or({"mamba_d_conv", "conv_kernel", "d_conv"}, 4),
              .inner_size = heads > 0 && head_length > 0 ? heads * head_length : expand * width,
              .state_size = keys.count_or({"mamba_d_state", "ssm_state_size", "state_size", "d_state"}, 0),
              .group_count = keys.count_or({"mamba_n_groups", "n_groups"}, 0),
              .time_step_rank = heads};
  if (const auto inner = keys.count("mamba_d_ssm")) ssm.inner_size = *inner;
  if (heads == 0) ssm.time_step_rank = keys.count_or({"mamba_dt_rank", "time_step_rank"}, (width + 15) / 16);
  return ssm;
}

}  // namespace

void read_states(ModelSpec& spec, const HfKeys& keys) {
  const std::string_view architecture = spec.architecture;
  if (keys.count("linear_num_value_heads")) {
    spec.ssm = delta_states(keys);
  } else if (const json::View linear = keys.find("linear_attn_config"); linear.is_object()) {
    spec.ssm = kimi_states(linear);
  } else if (architecture == "mamba" || architecture == "jamba") {
    spec.ssm = mamba_states(keys, spec.embedding_length);
    if (architecture == "mamba") {
      spec.ssm->inner_size = keys.count_or({"intermediate_size", "d_inner"}, spec.ssm->inner_size);
      if (spec.ssm->state_size == 0) spec.ssm->state_size = 16;
    }
  } else if (architecture == "mamba2") {
    SsmSpec ssm = mamba_states(keys, spec.embedding_length);
    ssm.inner_size = keys.count_or({"expand"}, 2) * spec.embedding_length;
    ssm.state_size = keys.count_or({"state_size"}, 128);
    ssm.group_count = keys.count_or({"n_groups"}, 1);
    const std::uint32_t length = std::max(1U, keys.count_or({"head_dim", "headdim"}, 64));
    ssm.time_step_rank = keys.count_or({"num_heads"}, ssm.inner_size / length);
    spec.ssm = ssm;
  } else if (architecture == "falcon-h1" || architecture == "granitehybrid" || architecture.starts_with("nemotron_h")) {
    spec.ssm = mamba_states(keys, spec.embedding_length);
    if (architecture == "falcon-h1") spec.ssm->gated_norm = keys.flag({"mamba_rms_norm"}, false);
  }
  spec.short_conv_cache_length = keys.count_or({"conv_L_cache"}, 0);
}

}  // namespace canirun::formats
