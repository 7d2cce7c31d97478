// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/machine.hpp>
#include <canirun/placement.hpp>
#include <canirun/units.hpp>
#include <initializer_list>

#include "../../support/machines.hpp"
#include "weights_models.hpp"

/// Hand-made machines and models for the tests of memory and placement.
namespace canirun::test {

inline double in_mib(std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(k_mib); }

/// An Apple machine: one memory, of which the GPU may take two thirds.
inline Machine unified_machine(std::uint64_t bytes) {
  Machine machine;
  machine.devices.push_back(Device{});
  machine.pools.push_back(pool_of(PoolKind::unified, bytes));
  machine.pools[0].limit_bytes = bytes / 3 * 2;
  Device gpu;
  gpu.kind = DeviceKind::integrated_gpu;
  gpu.vendor = Vendor::apple;
  machine.devices.push_back(gpu);
  return machine;
}

/// gpt-oss 20B: sliding windows of 128 in every other layer, 32 experts, shipped as MXFP4.
inline ModelSpec gpt_oss_20b() {
  ModelSpec model;
  model.id = "gpt-oss-20b";
  model.architecture = "gpt-oss";
  model.embedding_length = 2880;
  model.vocab_size = 201088;
  model.context_limit_tokens = 131072;
  model.sliding_window_tokens = 128;
  model.qkv_bias = model.output_bias = model.ffn_bias = model.attention_sinks = true;
  model.moe = MoeSpec{.expert_count = 32, .expert_used_count = 4, .expert_feed_forward_length = 2880, .router_bias = true};
  model.expert_type = TensorType::mxfp4;
  LayerSpec layer = dense_layer(64, 8, 64, 0);
  layer.feed_forward = FeedForwardKind::moe;
  for (int i = 0; i < 24; ++i) {
    layer.attention = i % 2 == 0 ? AttentionKind::sliding_window : AttentionKind::full;
    model.layers.push_back(layer);
  }
  return model;
}

/// DeepSeek V3: latent attention, one compressed row a token.
inline ModelSpec deepseek_v3() {
  ModelSpec model;
  model.id = "deepseek-v3";
  model.architecture = "deepseek2";
  model.embedding_length = 7168;
  model.vocab_size = 129280;
  model.mla = MlaSpec{.kv_lora_rank = 512, .q_lora_rank = 1536, .rope_length = 64, .nope_length = 128, .value_length = 128};
  model.moe = MoeSpec{.expert_count = 256,
                      .expert_used_count = 8,
                      .expert_feed_forward_length = 2048,
                      .shared_feed_forward_length = 2048,
                      .router_bias = true};
  LayerSpec layer = dense_layer(128, 1, 576, 0);
  layer.attention = AttentionKind::mla;
  layer.feed_forward = FeedForwardKind::moe;
  model.layers.assign(61, layer);
  return model;
}

/// Qwen3.6 35B-A3B: three layers of gated delta rule, then one of attention.
inline ModelSpec qwen3_6_35b_a3b() {
  ModelSpec model;
  model.id = "qwen3.6-35b-a3b";
  model.architecture = "qwen35moe";
  model.embedding_length = 2048;
  model.vocab_size = 248320;
  model.query_gate = true;
  model.qk_norm = QkNorm::per_head;
  model.ssm = SsmSpec{.conv_kernel = 4, .inner_size = 4096, .state_size = 128, .group_count = 16, .time_step_rank = 32};
  model.moe = MoeSpec{.expert_count = 256,
                      .expert_used_count = 8,
                      .expert_feed_forward_length = 512,
                      .shared_feed_forward_length = 512,
                      .shared_gate = true};
  for (int i = 0; i < 40; ++i) {
    const bool full = (i + 1) % 4 == 0;
    LayerSpec layer = full ? dense_layer(16, 2, 256, 0) : LayerSpec{};
    layer.attention = full ? AttentionKind::full : AttentionKind::gated_delta;
    layer.feed_forward = FeedForwardKind::moe;
    model.layers.push_back(layer);
  }
  return model;
}

/// Gemma 3 12B: five windows of 1024 to one full layer.
inline ModelSpec gemma_3_12b() {
  ModelSpec model;
  model.id = "gemma-3-12b";
  model.architecture = "gemma3";
  model.embedding_length = 3840;
  model.vocab_size = 262208;
  model.context_limit_tokens = 131072;
  model.sliding_window_tokens = 1024;
  model.tied_embeddings = true;
  model.qk_norm = QkNorm::per_head;
  for (int i = 0; i < 48; ++i) {
    LayerSpec layer = dense_layer(16, 8, 256, 15360);
    layer.attention = (i + 1) % 6 == 0 ? AttentionKind::full : AttentionKind::sliding_window;
    model.layers.push_back(layer);
  }
  return model;
}

}  // namespace canirun::test
