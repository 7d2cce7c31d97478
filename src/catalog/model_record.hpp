// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/model.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/fields_quality.hpp"
#include "json/fields_evidence.hpp"

/// A model as a person writes it down: dimensions once and patterns for what differs between layers. `expand` turns it
/// into the ModelSpec that everything else works on.
namespace canirun::catalog {

/// What a model can do beyond text in, text out.
enum class Ability : std::uint8_t { vision, tools, reasoning, code };
constexpr auto enum_names(Ability) { return std::array<std::string_view, 4>{"vision", "tools", "reasoning", "code"}; }

/// Yes-or-no facts about the stored tensors. Each sets the ModelSpec member of the same meaning.
enum class Trait : std::uint8_t {
  tied_embeddings,
  plain_ffn,
  qkv_bias,
  output_bias,
  ffn_bias,
  norm_bias,
  head_bias,
  attention_sinks,
  fused_qkv,
  fused_gate_up,
  query_gate,
  attention_gate,
  head_gate,
  layer_output_scale,
  value_is_key,
  router_bias,
  shared_expert_gate,
  fused_expert_gate_up,
  scaled_experts,
  fused_beta_alpha,
  no_ssm_norm,
  ssm_inner_norms,
  next_token_embeddings
};
constexpr auto enum_names(Trait) {
  return std::array<std::string_view, 23>{"tied_embeddings",
                                          "plain_ffn",
                                          "qkv_bias",
                                          "output_bias",
                                          "ffn_bias",
                                          "norm_bias",
                                          "head_bias",
                                          "attention_sinks",
                                          "fused_qkv",
                                          "fused_gate_up",
                                          "query_gate",
                                          "attention_gate",
                                          "head_gate",
                                          "layer_output_scale",
                                          "value_is_key",
                                          "router_bias",
                                          "shared_expert_gate",
                                          "fused_expert_gate_up",
                                          "scaled_experts",
                                          "fused_beta_alpha",
                                          "no_ssm_norm",
                                          "ssm_inner_norms",
                                          "next_token_embeddings"};
}

/// Sliding-window (or chunked) layers: their reach, and their heads where those differ from the other layers'.
struct WindowShape {
  std::uint32_t tokens = 0;
  std::optional<std::uint32_t> head_count, head_count_kv, head_length;
};

struct Shape {
  std::uint32_t layer_count = 0;
  std::uint32_t embedding_length = 0;
  std::uint32_t vocab_size = 0;
  std::uint32_t head_count = 0, head_count_kv = 0;
  std::uint32_t head_length = 0;  ///< of keys, and of values unless value_length says otherwise
  std::optional<std::uint32_t> value_length;
  std::uint32_t feed_forward_length = 0;            ///< of dense layers
  std::vector<std::uint32_t> feed_forward_lengths;  ///< one a layer, where they differ
  /// One letter a layer, repeated from the start when shorter than the model: f full, s sliding window, c chunked, l MLA,
  /// d gated delta, k KDA, 1 Mamba, 2 Mamba-2, p full and Mamba-2 in parallel, v short convolution, x full without a
  /// cache of its own (it attends to an image), - none.
  std::string attention = "f";
  /// d dense, e experts, b both, - none; repeated likewise. Empty: experts if the model has any, else dense.
  std::string feed_forward;
  std::uint32_t leading_dense_layers = 0;
  std::uint32_t shared_kv_layers = 0;  ///< the last n layers re-use an earlier layer's cache
  std::uint32_t next_token_layers = 0;
  std::uint32_t norms_per_layer = 2;
  QkNorm qk_norm = QkNorm::none;
  std::uint32_t rope_factor_count = 0;
  std::uint32_t short_conv_cache_length = 0;
  std::uint32_t per_layer_embedding_length = 0;
  std::vector<Trait> traits;
  std::optional<WindowShape> sliding_window;
  std::optional<MoeSpec> moe;
  std::optional<MlaSpec> mla;
  std::optional<BlockIndexerSpec> block_indexer;
  /// Of sparse attention, one letter a layer, repeated likewise: i an indexer of its own, - none. Empty: in all layers,
  /// of blocks in all but the leading dense ones.
  std::string indexers;
  std::optional<SsmSpec> ssm;
  std::optional<AltupSpec> altup;
  std::optional<TensorType> expert_type;
};

/// `spec` holds what is the same in both forms; its `layers` and tensor facts are filled by `expand`.
struct ModelRecord {
  ModelSpec spec;
  std::vector<Ability> abilities;
  std::optional<Shape> shape;  ///< nothing: nobody published the dimensions, or the layout is not modelled
};

/// The full model. Total: a record without a shape, or with a pattern that cannot be read, gives a model without layers.
ModelSpec expand(ModelRecord record);

}  // namespace canirun::catalog

namespace canirun {

template <class Archive>
void fields(Archive& a, MoeSpec& value) {
  a.required("expert_count", value.expert_count);
  a.required("expert_used_count", value.expert_used_count);
  a.required("expert_feed_forward_length", value.expert_feed_forward_length);
  a.optional("shared_feed_forward_length", value.shared_feed_forward_length);
  a.optional("latent_length", value.latent_length);
}
template <class Archive>
void fields(Archive& a, MlaSpec& value) {
  a.required("kv_lora_rank", value.kv_lora_rank);
  a.optional("q_lora_rank", value.q_lora_rank);
  a.required("rope_length", value.rope_length);
  a.required("nope_length", value.nope_length);
  a.required("value_length", value.value_length);
  a.optional("indexer_head_count", value.indexer_head_count);
  a.optional("indexer_key_length", value.indexer_key_length);
  a.optional("indexer_top_k", value.indexer_top_k);
}
template <class Archive>
void fields(Archive& a, BlockIndexerSpec& value) {
  a.required("head_count", value.head_count);
  a.required("key_length", value.key_length);
  a.required("block_length", value.block_length);
  a.required("top_blocks", value.top_blocks);
}
template <class Archive>
void fields(Archive& a, SsmSpec& value) {
  a.required("conv_kernel", value.conv_kernel);
  a.required("inner_size", value.inner_size);
  a.required("state_size", value.state_size);
  a.optional("group_count", value.group_count);
  a.required("time_step_rank", value.time_step_rank);
}
template <class Archive>
void fields(Archive& a, AltupSpec& value) {
  a.required("stream_count", value.stream_count);
  a.required("laurel_rank", value.laurel_rank);
}
template <class Archive>
void fields(Archive& a, PublishedSize& value) {
  a.required("quant", value.quant);
  a.required("bytes", value.bytes);
  a.optional("rounded", value.rounded);
  a.required("provenance", value.provenance);
}

}  // namespace canirun

namespace canirun::catalog {

template <class Archive>
void fields(Archive& a, WindowShape& value) {
  a.required("tokens", value.tokens);
  a.optional("head_count", value.head_count);
  a.optional("head_count_kv", value.head_count_kv);
  a.optional("head_length", value.head_length);
}
template <class Archive>
void fields(Archive& a, Shape& value) {
  a.required("layer_count", value.layer_count);
  a.required("embedding_length", value.embedding_length);
  a.required("vocab_size", value.vocab_size);
  a.optional("head_count", value.head_count);
  a.optional("head_count_kv", value.head_count_kv);
  a.optional("head_length", value.head_length);
  a.optional("value_length", value.value_length);
  a.optional("feed_forward_length", value.feed_forward_length);
  a.optional("feed_forward_lengths", value.feed_forward_lengths);
  a.optional("attention", value.attention);
  a.optional("feed_forward", value.feed_forward);
  a.optional("leading_dense_layers", value.leading_dense_layers);
  a.optional("shared_kv_layers", value.shared_kv_layers);
  a.optional("next_token_layers", value.next_token_layers);
  a.optional("norms_per_layer", value.norms_per_layer);
  a.optional("qk_norm", value.qk_norm);
  a.optional("rope_factor_count", value.rope_factor_count);
  a.optional("short_conv_cache_length", value.short_conv_cache_length);
  a.optional("per_layer_embedding_length", value.per_layer_embedding_length);
  a.optional("traits", value.traits);
  a.optional("sliding_window", value.sliding_window);
  a.optional("moe", value.moe);
  a.optional("mla", value.mla);
  a.optional("block_indexer", value.block_indexer);
  a.optional("indexers", value.indexers);
  a.optional("ssm", value.ssm);
  a.optional("altup", value.altup);
  a.optional("expert_type", value.expert_type);
}
template <class Archive>
void fields(Archive& a, ModelRecord& value) {
  a.required("id", value.spec.id);
  a.required("name", value.spec.name);
  a.optional("aliases", value.spec.aliases);
  a.required("family", value.spec.family);
  a.required("vendor", value.spec.vendor);
  a.optional("licence", value.spec.licence);
  a.optional("released", value.spec.released);
  a.optional("hf_repo", value.spec.hf_repo);
  a.optional("ollama_tag", value.spec.ollama_tag);
  a.optional("architecture", value.spec.architecture);
  a.optional("parameter_count", value.spec.parameter_count);
  a.optional("active_parameter_count", value.spec.active_parameter_count);
  a.optional("vision_parameter_count", value.spec.vision_parameter_count);
  a.optional("context_limit_tokens", value.spec.context_limit_tokens);
  a.optional("abilities", value.abilities);
  a.optional("shape", value.shape);
  a.optional("quality", value.spec.quality);
  a.optional("published_sizes", value.spec.published_sizes);
  a.required("provenance", value.spec.provenance);
  a.optional("notes", value.spec.notes);
}

}  // namespace canirun::catalog
