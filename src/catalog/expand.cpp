// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "catalog/model_record.hpp"

namespace canirun::catalog {
namespace {

/// More layers than any model has; a typing error in a record must not become an allocation.
constexpr std::uint32_t k_max_layers = 4096;
/// Full attention to an image: nothing of it is cached while text grows.
constexpr char k_without_own_cache = 'x';

std::optional<AttentionKind> attention_of(char letter) {
  switch (letter) {
    case 'f':
    case k_without_own_cache:
      return AttentionKind::full;
    case 's':
      return AttentionKind::sliding_window;
    case 'c':
      return AttentionKind::chunked;
    case 'l':
      return AttentionKind::mla;
    case 'd':
      return AttentionKind::gated_delta;
    case 'k':
      return AttentionKind::kda;
    case '1':
      return AttentionKind::mamba;
    case '2':
      return AttentionKind::mamba2;
    case 'p':
      return AttentionKind::parallel_mamba2;
    case 'v':
      return AttentionKind::short_conv;
    case '-':
      return AttentionKind::none;
    default:
      return std::nullopt;
  }
}

std::optional<FeedForwardKind> feed_forward_of(char letter) {
  switch (letter) {
    case 'd':
      return FeedForwardKind::dense;
    case 'e':
      return FeedForwardKind::moe;
    case 'b':
      return FeedForwardKind::moe_and_dense;
    case '-':
      return FeedForwardKind::none;
    default:
      return std::nullopt;
  }
}

bool has(const Shape& shape, Trait trait) {
  return std::find(shape.traits.begin(), shape.traits.end(), trait) != shape.traits.end();
}

/// Heads of a layer as its GGUF header states them: recurrent layers have none, except where the header holds one
/// number for the whole model (the delta rule models); MLA caches one compressed head.
void set_heads(LayerSpec& layer, const Shape& shape) {
  switch (layer.attention) {
    case AttentionKind::kda:
    case AttentionKind::mamba:
    case AttentionKind::mamba2:
    case AttentionKind::short_conv:
    case AttentionKind::none:
      return;
    case AttentionKind::mla:
      layer.head_count = shape.head_count;
      layer.head_count_kv = 1;
      if (shape.mla) {
        layer.key_length = shape.mla->kv_lora_rank + shape.mla->rope_length;
        layer.value_length = shape.mla->kv_lora_rank;
      }
      return;
    default:
      break;
  }
  layer.head_count = shape.head_count;
  layer.head_count_kv = shape.head_count_kv;
  layer.key_length = shape.head_length;
  layer.value_length = shape.value_length.value_or(shape.head_length);
  if (layer.attention == AttentionKind::sliding_window && shape.sliding_window) {
    const WindowShape& window = *shape.sliding_window;
    layer.head_count = window.head_count.value_or(layer.head_count);
    layer.head_count_kv = window.head_count_kv.value_or(layer.head_count_kv);
    layer.key_length = window.head_length.value_or(layer.key_length);
    layer.value_length = window.head_length.value_or(layer.value_length);
  }
}

/// Layer by layer from the patterns; empty when one of them cannot be read.
std::vector<LayerSpec> expand_layers(const Shape& shape) {
  const std::string feed_forward = !shape.feed_forward.empty() ? shape.feed_forward : shape.moe ? "e" : "d";
  if (shape.attention.empty() || shape.layer_count > k_max_layers) return {};
  const bool value_is_key = has(shape, Trait::value_is_key);
  std::vector<LayerSpec> layers(shape.layer_count);
  for (std::uint32_t i = 0; i < shape.layer_count; ++i) {
    const char letter = shape.attention[i % shape.attention.size()];
    const auto attention = attention_of(letter);
    const auto ffn =
        i < shape.leading_dense_layers ? FeedForwardKind::dense : feed_forward_of(feed_forward[i % feed_forward.size()]);
    if (!attention || !ffn) return {};
    LayerSpec& layer = layers[i];
    layer.attention = *attention;
    layer.owns_kv = letter != k_without_own_cache && i + shape.shared_kv_layers < shape.layer_count;
    layer.feed_forward = *ffn;
    if (layer.feed_forward == FeedForwardKind::dense || layer.feed_forward == FeedForwardKind::moe_and_dense) {
      layer.feed_forward_length =
          i < shape.feed_forward_lengths.size() ? shape.feed_forward_lengths[i] : shape.feed_forward_length;
    }
    layer.indexes = shape.indexers.empty() ? !shape.block_indexer || i >= shape.leading_dense_layers
                                           : shape.indexers[i % shape.indexers.size()] == 'i';
    layer.value_is_key = value_is_key && layer.attention == AttentionKind::full;
    set_heads(layer, shape);
  }
  return layers;
}

void expand_traits(ModelSpec& spec, const Shape& shape) {
  spec.tied_embeddings = has(shape, Trait::tied_embeddings);
  spec.gated_ffn = !has(shape, Trait::plain_ffn);
  spec.qkv_bias = has(shape, Trait::qkv_bias);
  spec.output_bias = has(shape, Trait::output_bias);
  spec.ffn_bias = has(shape, Trait::ffn_bias);
  spec.norm_bias = has(shape, Trait::norm_bias);
  spec.head_bias = has(shape, Trait::head_bias);
  spec.attention_sinks = has(shape, Trait::attention_sinks);
  spec.fused_qkv = has(shape, Trait::fused_qkv);
  spec.fused_gate_up = has(shape, Trait::fused_gate_up);
  spec.query_gate = has(shape, Trait::query_gate);
  spec.attention_gate = has(shape, Trait::attention_gate);
  spec.head_gate = has(shape, Trait::head_gate);
  spec.layer_output_scale = has(shape, Trait::layer_output_scale);
  spec.next_token_embeddings = has(shape, Trait::next_token_embeddings);
  if (spec.moe) {
    spec.moe->router_bias = has(shape, Trait::router_bias);
    spec.moe->shared_gate = has(shape, Trait::shared_expert_gate);
    spec.moe->fused_gate_up = has(shape, Trait::fused_expert_gate_up);
    spec.moe->scaled = has(shape, Trait::scaled_experts);
  }
  if (spec.ssm) {
    spec.ssm->fused_beta_alpha = has(shape, Trait::fused_beta_alpha);
    spec.ssm->gated_norm = !has(shape, Trait::no_ssm_norm);
    spec.ssm->inner_norms = has(shape, Trait::ssm_inner_norms);
  }
}

}  // namespace

ModelSpec expand(ModelRecord record) {
  ModelSpec spec = std::move(record.spec);
  for (const Ability ability : record.abilities) {
    spec.vision = spec.vision || ability == Ability::vision;
    spec.tool_use = spec.tool_use || ability == Ability::tools;
    spec.reasoning = spec.reasoning || ability == Ability::reasoning;
    spec.for_code = spec.for_code || ability == Ability::code;
  }
  if (!record.shape) return spec;

  const Shape& shape = *record.shape;
  spec.embedding_length = shape.embedding_length;
  spec.vocab_size = shape.vocab_size;
  spec.next_token_layers = shape.next_token_layers;
  spec.sliding_window_tokens = shape.sliding_window ? shape.sliding_window->tokens : 0;
  spec.moe = shape.moe;
  spec.mla = shape.mla;
  spec.block_indexer = shape.block_indexer;
  spec.ssm = shape.ssm;
  spec.altup = shape.altup;
  spec.short_conv_cache_length = shape.short_conv_cache_length;
  spec.per_layer_embedding_length = shape.per_layer_embedding_length;
  spec.rope_factor_count = shape.rope_factor_count;
  spec.qk_norm = shape.qk_norm;
  spec.norms_per_layer = shape.norms_per_layer;
  spec.expert_type = shape.expert_type;
  expand_traits(spec, shape);
  spec.layers = expand_layers(shape);
  return spec;
}

}  // namespace canirun::catalog
