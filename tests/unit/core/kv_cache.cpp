// SPDX-License-Identifier: MIT
// Cache sizes as llama.cpp v0.5.0 prints them (2026-09-28), f16, 8192 tokens, one sequence, if not said otherwise.
#include <canirun/memory.hpp>
#include <catch2/catch.hpp>

#include "memory_cases.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

struct CacheSum {
  double full_mib = 0, window_mib = 0, state_mib = 0;
};

CacheSum caches_of(const ModelSpec& model, const EngineSettings& settings = {}) {
  CacheSum sum;
  const std::vector<LayerCache> caches = layer_caches(model, settings);
  REQUIRE(caches.size() == model.layers.size());
  for (std::size_t i = 0; i < caches.size(); ++i) {
    const bool windowed = model.layers[i].attention == AttentionKind::sliding_window;
    (windowed ? sum.window_mib : sum.full_mib) += in_mib(caches[i].kv_bytes);
    sum.state_mib += in_mib(caches[i].state_bytes);
  }
  return sum;
}

}  // namespace

TEST_CASE("grouped attention: K and V of every token") {
  CHECK(caches_of(llama_3_1_8b()).full_mib == 1024);
  EngineSettings settings;
  settings.kv_type_k = settings.kv_type_v = TensorType::q8_0;
  CHECK(caches_of(llama_3_1_8b(), settings).full_mib == 544);
}

TEST_CASE("sliding windows hold the window and one micro-batch, a slot each unless slots share") {
  CHECK(caches_of(gpt_oss_20b()).full_mib == 192);
  CHECK(caches_of(gpt_oss_20b()).window_mib == 18);
  CHECK(caches_of(gemma_3_12b()).full_mib == 512);
  CHECK(caches_of(gemma_3_12b()).window_mib == 480);

  EngineSettings settings;
  settings.swa_full = true;
  CHECK(caches_of(gpt_oss_20b(), settings).window_mib == 192);
  settings.swa_full = false;
  settings.context_tokens = 131072;
  CHECK(caches_of(gpt_oss_20b(), settings).full_mib == 3072);
  CHECK(caches_of(gpt_oss_20b(), settings).window_mib == 18);
  settings.ubatch = 2048;
  CHECK(caches_of(gpt_oss_20b(), settings).window_mib == Approx(18.0 * 2304 / 768));
}

TEST_CASE("latent attention: one row a token and no V") {
  CHECK(caches_of(deepseek_v3()).full_mib == Approx(549).margin(0.1));
  CHECK(caches_of(deepseek_v2_lite(true)).full_mib == Approx(60.75 * 4));
  // The same model as files were made before the engine knew the compressed cache: nine times as much.
  ModelSpec old = deepseek_v2_lite(false);
  for (LayerSpec& layer : old.layers) layer.value_length = 128;
  CHECK(caches_of(old).full_mib / caches_of(deepseek_v2_lite(true)).full_mib == Approx(8.9).margin(0.05));
}

TEST_CASE("recurrent state is f32, per sequence, and independent of context and cache type") {
  CHECK(caches_of(qwen3_6_35b_a3b()).full_mib == 160);
  CHECK(caches_of(qwen3_6_35b_a3b()).state_mib == Approx(62.81).margin(0.01));
  EngineSettings settings;
  settings.context_tokens = 65536;
  settings.parallel = 4;
  settings.kv_type_k = settings.kv_type_v = TensorType::q8_0;
  CHECK(caches_of(qwen3_6_35b_a3b(), settings).state_mib == Approx(4 * 62.81).margin(0.04));
}

TEST_CASE("layers that share a cache own none, and layers without attention have none") {
  ModelSpec model = llama_3_1_8b();
  for (std::size_t i = 16; i < 32; ++i) model.layers[i].owns_kv = false;
  CHECK(caches_of(model).full_mib == 512);
  for (std::size_t i = 0; i < 8; ++i) model.layers[i].attention = AttentionKind::none;
  CHECK(caches_of(model).full_mib == 256);
}

TEST_CASE("without flash attention every V row is as wide as the widest") {
  ModelSpec model = llama_3_1_8b();
  for (std::size_t i = 0; i < 16; ++i) model.layers[i].head_count_kv = 4;
  EngineSettings settings;
  const double with = caches_of(model, settings).full_mib;
  settings.flash_attn = false;
  CHECK(with == 768);
  CHECK(caches_of(model, settings).full_mib == 768 + 128);
}
