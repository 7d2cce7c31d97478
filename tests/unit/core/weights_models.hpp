// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <canirun/names.hpp>
#include <cstdint>

/// Hand-made models and mixtures, so that the tests of the core need no catalog.
namespace canirun::test {

inline LayerSpec dense_layer(std::uint32_t heads, std::uint32_t kv_heads, std::uint32_t head, std::uint32_t inner) {
  LayerSpec layer;
  layer.head_count = heads;
  layer.head_count_kv = kv_heads;
  layer.key_length = layer.value_length = head;
  layer.feed_forward_length = inner;
  return layer;
}

/// Meta's config.json of Llama 3.1 8B, with the rope factors its converter adds.
inline ModelSpec llama_3_1_8b() {
  ModelSpec model;
  model.id = "llama-3.1-8b";
  model.architecture = "llama";
  model.embedding_length = 4096;
  model.vocab_size = 128256;
  model.rope_factor_count = 64;
  model.layers.assign(32, dense_layer(32, 8, 128, 14336));
  return model;
}

/// Mixtral 8x7B: eight experts, for which the quantizer has rules of its own.
inline ModelSpec mixtral_8x7b() {
  ModelSpec model;
  model.id = "mixtral-8x7b";
  model.architecture = "llama";
  model.embedding_length = 4096;
  model.vocab_size = 32000;
  LayerSpec layer = dense_layer(32, 8, 128, 0);
  layer.feed_forward = FeedForwardKind::moe;
  model.layers.assign(32, layer);
  model.moe = MoeSpec{.expert_count = 8, .expert_used_count = 2, .expert_feed_forward_length = 14336};
  return model;
}

/// DeepSeek-V2-Lite; `compressed` as files are made today, else as before llama.cpp knew the compressed cache.
inline ModelSpec deepseek_v2_lite(bool compressed) {
  ModelSpec model;
  model.id = "deepseek-v2-lite";
  model.architecture = "deepseek2";
  model.embedding_length = 2048;
  model.vocab_size = 102400;
  model.mla = MlaSpec{.kv_lora_rank = 512, .rope_length = 64, .nope_length = 128, .value_length = 128};
  model.moe = MoeSpec{
      .expert_count = 64, .expert_used_count = 6, .expert_feed_forward_length = 1408, .shared_feed_forward_length = 2816};
  LayerSpec layer = compressed ? dense_layer(16, 1, 576, 0) : dense_layer(16, 16, 192, 0);
  layer.attention = compressed ? AttentionKind::mla : AttentionKind::full;
  layer.feed_forward = FeedForwardKind::moe;
  model.layers.assign(27, layer);
  model.layers.front().feed_forward = FeedForwardKind::dense;
  model.layers.front().feed_forward_length = 10944;
  return model;
}

inline QuantScheme q4_k_m() {
  QuantScheme quant;
  quant.id = "Q4_K_M";
  quant.base = TensorType::q4_k;
  quant.rules = {{TensorRole::output, MixtureWhen::always, TensorType::q6_k},
                 {TensorRole::attn_v, MixtureWhen::seventy_b, TensorType::q5_k},
                 {TensorRole::attn_v, MixtureWhen::more_bits, TensorType::q6_k},
                 {TensorRole::attn_v, MixtureWhen::eight_experts, TensorType::q8_0},
                 {TensorRole::attn_k, MixtureWhen::eight_experts, TensorType::q8_0},
                 {TensorRole::ffn_down, MixtureWhen::more_bits, TensorType::q6_k},
                 {TensorRole::attn_output, MixtureWhen::eight_experts, TensorType::q5_k}};
  return quant;
}

inline QuantScheme plain(TensorType base) {
  QuantScheme quant;
  quant.id = std::string(name_of(base));
  quant.base = base;
  return quant;
}

}  // namespace canirun::test
