// SPDX-License-Identifier: MIT
// Graphs of other shapes, against what llama.cpp v0.5.0 (de3ff81) reserves for small models of these architectures: own
// runs of the engine without memory behind its buffers, 2026-11; f16 cache, 2048 tokens, batches of 512, logits for all.
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

ModelSpec small_model(const char* architecture, std::uint32_t layers, std::uint32_t vocabulary, const LayerSpec& layer) {
  ModelSpec model;
  model.id = model.architecture = architecture;
  model.embedding_length = 1024;
  model.vocab_size = vocabulary;
  model.layers.assign(layers, layer);
  return model;
}

/// Scratch bytes in MiB: of the host, then of each GPU.
std::vector<double> scratch_of(const ModelSpec& model, std::uint32_t gpus, bool flash) {
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  EngineSettings settings;
  settings.mode = EngineMode::library;
  settings.context_tokens = 2048;
  settings.flash_attn = flash;
  Machine machine = host_machine(k_plenty);
  if (gpus == 1) machine = gpu_machine(k_plenty, {k_plenty});
  if (gpus == 2) machine = gpu_machine(k_plenty, {k_plenty, k_plenty});
  std::vector<double> mib;
  for (const PoolMemory& pool : place(machine, model, sum_weights(model, q4_k_m()), settings).memory.pools) {
    mib.push_back(in_mib(pool.parts.compute_bytes));
  }
  return mib;
}

void check(const ModelSpec& model, bool flash, std::initializer_list<std::initializer_list<double>> by_gpu_count) {
  std::uint32_t gpus = 0;
  for (const std::initializer_list<double>& expected : by_gpu_count) {
    INFO(model.architecture << " on " << gpus << " GPUs, flash attention " << flash);
    const std::vector<double> found = scratch_of(model, gpus++, flash);
    REQUIRE(found.size() == expected.size());
    std::size_t i = 0;
    for (const double mib : expected) CHECK(found[i++] == Approx(mib).margin(0.01));
  }
}

}  // namespace

TEST_CASE("a state space: its state is cleared, gathered and written back") {
  LayerSpec layer;
  layer.attention = AttentionKind::mamba;
  layer.feed_forward = FeedForwardKind::none;
  ModelSpec model = small_model("mamba", 8, 50280, layer);
  model.tied_embeddings = true;
  model.norms_per_layer = 1;
  model.ssm = SsmSpec{.conv_kernel = 4, .inner_size = 2048, .state_size = 16, .time_step_rank = 64};
  check(model, true, {{104.207}, {4.004, 102.205}, {4.016, 48.172, 150.203}});
}

TEST_CASE("feed-forward beside attention, with norms that do not overwrite what they read") {
  ModelSpec model = small_model("falcon", 8, 65024, dense_layer(16, 1, 64, 4096));
  model.fused_qkv = true;
  model.gated_ffn = false;
  model.norms_per_layer = 1;
  check(model, true, {{131.002}, {6.014, 131.0}, {12.055, 30.039, 153.047}});
  check(model, false, {{131.002}, {8.26, 131.0}, {21.039, 97.273, 162.031}});
}

TEST_CASE("queries and keys that are rotated first and normed then") {
  ModelSpec model = small_model("hunyuan-dense", 8, 120818, dense_layer(8, 2, 128, 3584));
  model.tied_embeddings = true;
  model.qk_norm = QkNorm::per_head;
  check(model, true, {{239.975}, {6.014, 237.973}, {12.055, 43.039, 262.02}});
  check(model, false, {{239.975}, {9.01, 237.973}, {24.039, 68.023, 274.004}});
}

TEST_CASE("attention and a state space side by side in each layer") {
  LayerSpec layer = dense_layer(8, 2, 64, 2048);
  layer.attention = AttentionKind::parallel_mamba2;
  ModelSpec model = small_model("falcon-h1", 8, 32784, layer);
  model.ssm = SsmSpec{.conv_kernel = 4, .inner_size = 1536, .state_size = 128, .group_count = 1, .time_step_rank = 24};
  model.ssm->gated_norm = false;
  check(model, true, {{70.033}, {6.014, 68.031}, {12.055, 40.357, 92.078}});
  check(model, false, {{74.541}, {8.51, 68.031}, {22.039, 74.024, 102.063}});
}

TEST_CASE("several residual streams") {
  ModelSpec model = small_model("gemma3n", 25, 262144, dense_layer(4, 2, 256, 4096));
  model.tied_embeddings = true;
  model.qk_norm = QkNorm::per_head;
  model.norms_per_layer = 4;
  model.sliding_window_tokens = 512;
  model.per_layer_embedding_length = 256;
  model.altup = AltupSpec{.stream_count = 4, .laurel_rank = 64};
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    if (i % 5 != 4) model.layers[i].attention = AttentionKind::sliding_window;
    model.layers[i].owns_kv = i < 20;
  }
  check(model, true, {{519.023}, {19.523, 524.0}});
  check(model, false, {{524.002}, {26.516, 514.0}});
}
