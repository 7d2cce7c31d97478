// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "catalog/model_record.hpp"

using namespace canirun;
using namespace canirun::catalog;

namespace {

ModelRecord record(std::uint32_t layers) {
  ModelRecord record;
  record.spec.id = "test";
  Shape shape;
  shape.layer_count = layers;
  shape.embedding_length = 2048;
  shape.vocab_size = 32000;
  shape.head_count = 16;
  shape.head_count_kv = 4;
  shape.head_length = 128;
  shape.feed_forward_length = 8192;
  record.shape = shape;
  return record;
}

}  // namespace

TEST_CASE("one shape becomes as many layers as it says", "[expand]") {
  const ModelSpec spec = expand(record(24));
  REQUIRE(spec.layers.size() == 24);
  for (const LayerSpec& layer : spec.layers) {
    CHECK(layer == spec.layers.front());
    CHECK(layer.attention == AttentionKind::full);
    CHECK(layer.value_length == 128);
    CHECK(layer.feed_forward_length == 8192);
    CHECK(layer.owns_kv);
  }
}

TEST_CASE("a short pattern repeats", "[expand]") {
  ModelRecord gemma = record(8);
  gemma.shape->attention = "sssf";
  gemma.shape->sliding_window =
      WindowShape{.tokens = 1024, .head_count = std::nullopt, .head_count_kv = 8, .head_length = 64};
  const ModelSpec spec = expand(gemma);
  CHECK(spec.sliding_window_tokens == 1024);
  for (std::size_t i = 0; i < 8; ++i) {
    const bool full = i % 4 == 3;
    CHECK(spec.layers[i].attention == (full ? AttentionKind::full : AttentionKind::sliding_window));
    CHECK(spec.layers[i].head_count == 16);
    CHECK(spec.layers[i].head_count_kv == (full ? 4 : 8));
    CHECK(spec.layers[i].key_length == (full ? 128 : 64));
  }
}

TEST_CASE("leading layers are dense in a model of experts", "[expand]") {
  ModelRecord deepseek = record(6);
  deepseek.shape->attention = "l";
  deepseek.shape->leading_dense_layers = 2;
  deepseek.shape->moe = MoeSpec{.expert_count = 64, .expert_used_count = 6, .expert_feed_forward_length = 1408};
  deepseek.shape->mla = MlaSpec{.kv_lora_rank = 512, .rope_length = 64, .nope_length = 128, .value_length = 128};
  const ModelSpec spec = expand(deepseek);
  CHECK(spec.layers[1].feed_forward == FeedForwardKind::dense);
  CHECK(spec.layers[1].feed_forward_length == 8192);
  CHECK(spec.layers[2].feed_forward == FeedForwardKind::moe);
  CHECK(spec.layers[2].feed_forward_length == 0);
  CHECK(spec.layers[2].head_count_kv == 1);
  CHECK(spec.layers[2].key_length == 576);
}

TEST_CASE("layers that re-use a cache own none", "[expand]") {
  ModelRecord shared = record(10);
  shared.shape->shared_kv_layers = 4;
  const ModelSpec spec = expand(shared);
  CHECK(spec.layers[5].owns_kv);
  CHECK_FALSE(spec.layers[6].owns_kv);
}

TEST_CASE("recurrent layers and blocks without attention have no heads", "[expand]") {
  ModelRecord hybrid = record(3);
  hybrid.shape->attention = "2-f";
  hybrid.shape->feed_forward = "-d-";
  const ModelSpec spec = expand(hybrid);
  CHECK(spec.layers[0].head_count_kv == 0);
  CHECK(spec.layers[1].attention == AttentionKind::none);
  CHECK(spec.layers[1].feed_forward == FeedForwardKind::dense);
  CHECK(spec.layers[2].feed_forward == FeedForwardKind::none);
  CHECK(spec.layers[2].head_count == 16);
}

TEST_CASE("what cannot be read gives a model without layers", "[expand]") {
  CHECK(expand(ModelRecord{}).layers.empty());
  for (const char* pattern : {"", "fq", "full"}) {
    ModelRecord odd = record(4);
    odd.shape->attention = pattern;
    CHECK(expand(odd).layers.empty());
  }
  ModelRecord huge = record(4'000'000'000U);
  CHECK(expand(huge).layers.empty());
}

TEST_CASE("traits and abilities set the members of their names", "[expand]") {
  ModelRecord model = record(1);
  model.abilities = {Ability::tools, Ability::reasoning};
  model.shape->traits = {Trait::tied_embeddings, Trait::plain_ffn, Trait::query_gate};
  const ModelSpec spec = expand(model);
  CHECK(spec.tied_embeddings);
  CHECK_FALSE(spec.gated_ffn);
  CHECK(spec.query_gate);
  CHECK(spec.tool_use);
  CHECK(spec.reasoning);
  CHECK_FALSE(spec.vision);
}
