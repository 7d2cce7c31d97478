// SPDX-License-Identifier: MIT
// Sparse attention, latent attention that caches full heads, delta attention and models without a cache, in their true
// sizes, against what llama.cpp v0.5.0 (de3ff81) allocates: own runs of the engine without memory behind its buffers,
// 2026-11, kept in tests/reference/memory.json. 8192 tokens, f16 cache, batches of 512, logits for one; MiB.
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

struct Engine {
  double cache, state, on_cpu, on_gpu, beside_gpu;
};

MemoryEstimate estimate(const ModelSpec& model, bool gpu, bool flash) {
  constexpr std::uint64_t k_plenty = 4096 * k_gib;
  EngineSettings settings;
  settings.mode = EngineMode::server;
  settings.max_output_rows = 1;
  settings.parallel = 1;
  settings.context_tokens = 8192;
  settings.flash_attn = flash;
  const Machine machine = gpu ? gpu_machine(k_plenty, {k_plenty}) : host_machine(k_plenty);
  return place(machine, model, sum_weights(model, q4_k_m()), settings).memory;
}

void check(const ModelSpec& model, bool flash, const Engine& engine) {
  INFO(model.architecture << ", flash attention " << flash);
  const MemoryEstimate on_cpu = estimate(model, false, flash);
  CHECK(in_mib(on_cpu.parts.kv_cache_bytes) == Approx(engine.cache).margin(0.01));
  CHECK(in_mib(on_cpu.parts.recurrent_state_bytes) == Approx(engine.state).margin(0.01));
  CHECK(in_mib(on_cpu.parts.compute_bytes) == Approx(engine.on_cpu).margin(0.01));
  const MemoryEstimate on_gpu = estimate(model, true, flash);
  REQUIRE(on_gpu.pools.size() == 2);
  CHECK(in_mib(on_gpu.pools[1].parts.compute_bytes) == Approx(engine.on_gpu).margin(0.01));
  CHECK(in_mib(on_gpu.pools[0].parts.compute_bytes) == Approx(engine.beside_gpu).margin(0.01));
}

ModelSpec deepseek_v3_2() {
  ModelSpec model = deepseek_v3();
  model.architecture = "deepseek32";
  model.mla->indexer_head_count = 64;
  model.mla->indexer_key_length = 128;
  model.mla->indexer_top_k = 2048;
  for (std::size_t i = 0; i < 3; ++i) {
    model.layers[i].feed_forward = FeedForwardKind::dense;
    model.layers[i].feed_forward_length = 18432;
  }
  return model;
}

/// Layers 0 to 2 and then every fourth pick tokens; the others take over what was picked.
ModelSpec glm_5_2() {
  ModelSpec model = deepseek_v3_2();
  model.architecture = "glm-dsa";
  model.embedding_length = 6144;
  model.vocab_size = 154880;
  model.mla->q_lora_rank = 2048;
  model.mla->nope_length = 192;
  model.mla->value_length = 256;
  model.mla->indexer_head_count = 32;
  model.layers.resize(78, model.layers.back());
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    model.layers[i].head_count = 64;
    model.layers[i].indexes = i < 3 || i % 4 == 2;
    if (i < 3) model.layers[i].feed_forward_length = 12288;
  }
  return model;
}

ModelSpec minimax_m3() {
  ModelSpec model;
  model.id = model.architecture = "minimax-m3";
  model.embedding_length = 6144;
  model.vocab_size = 200064;
  model.qk_norm = QkNorm::per_head;
  model.block_indexer = BlockIndexerSpec{.head_count = 4, .key_length = 128, .block_length = 128, .top_blocks = 16};
  model.moe = MoeSpec{.expert_count = 128,
                      .expert_used_count = 4,
                      .expert_feed_forward_length = 3072,
                      .shared_feed_forward_length = 3072,
                      .router_bias = true};
  LayerSpec layer = dense_layer(64, 4, 128, 0);
  layer.feed_forward = FeedForwardKind::moe;
  model.layers.assign(60, layer);
  for (std::size_t i = 0; i < 3; ++i) {
    model.layers[i] = dense_layer(64, 4, 128, 12288);
    model.layers[i].indexes = false;
  }
  return model;
}

ModelSpec minicpm3() {
  ModelSpec model;
  model.id = model.architecture = "minicpm3";
  model.embedding_length = 2560;
  model.vocab_size = 73448;
  model.rope_factor_count = 32;
  model.mla = MlaSpec{.kv_lora_rank = 256, .q_lora_rank = 768, .rope_length = 32, .nope_length = 64, .value_length = 64};
  LayerSpec layer = dense_layer(40, 40, 96, 6400);
  layer.value_length = 64;
  model.layers.assign(62, layer);
  return model;
}

ModelSpec llada() {
  ModelSpec model;
  model.id = model.architecture = "llada";
  model.embedding_length = 4096;
  model.vocab_size = 126464;
  model.layers.assign(32, dense_layer(32, 32, 128, 12288));
  return model;
}

}  // namespace

TEST_CASE("an indexer's scores, picks and masks, and zeros for every layer from the start") {
  check(deepseek_v3_2(), true, {671.0, 0, 668.074, 627.072, 44.074});
  check(deepseek_v3_2(), false, {671.0, 0, 2724.074, 2683.072, 52.074});
}

TEST_CASE("layers that share a pick keep no keys for it") {
  check(glm_5_2(), true, {744.0, 0, 545.574, 544.072, 40.074});
  check(glm_5_2(), false, {744.0, 0, 1576.074, 1564.072, 48.074});
}

TEST_CASE("blocks of tokens are picked with flash attention only, the indexer's cache is there either way") {
  check(minimax_m3(), true, {1188.0, 0, 252.552, 266.573, 32.552});
  check(minimax_m3(), false, {1188.0, 0, 1138.758, 1126.756, 42.008});
}

TEST_CASE("sequences that share a cache are attended to in full") {
  EngineSettings settings;
  settings.mode = EngineMode::server;
  settings.max_output_rows = 4;
  settings.parallel = 4;
  settings.context_tokens = 8192;
  settings.flash_attn = true;
  const Machine machine = host_machine(4096 * k_gib);
  const ModelSpec sparse = minimax_m3();
  ModelSpec full = sparse;
  full.block_indexer.reset();
  const auto scratch = [&](const ModelSpec& model, bool unified) {
    settings.kv_unified = unified;
    return place(machine, model, sum_weights(model, q4_k_m()), settings).memory.parts.compute_bytes;
  };
  CHECK(scratch(sparse, true) == scratch(full, true));
  CHECK(scratch(sparse, false) > scratch(full, false));
}

TEST_CASE("latent attention that caches full heads") {
  check(minicpm3(), true, {6200.0, 0, 65.512, 60.510, 18.012});
  check(minicpm3(), false, {6200.0, 0, 697.508, 692.506, 36.008});
}

TEST_CASE("a model without a cache attends to what it computed") {
  check(llada(), true, {0, 0, 96.504, 88.502, 16.504});
  check(llada(), false, {0, 0, 105.004, 97.002, 17.004});
}
