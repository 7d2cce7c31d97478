// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>
#include <vector>

#include "core/mixture.hpp"
#include "weights_models.hpp"

using namespace canirun;
using namespace canirun::test;

namespace {

/// The layers whose tensor of this role got the type.
std::vector<int> layers_with(const ModelSpec& model, const QuantScheme& quant, TensorRole role, TensorType type) {
  std::vector<int> found;
  for (const Tensor& tensor : make_tensors(model, quant)) {
    if (tensor.role == role && tensor.type == type) found.push_back(tensor.layer);
  }
  return found;
}

TensorType only_type(const ModelSpec& model, const QuantScheme& quant, TensorRole role) {
  for (const Tensor& tensor : make_tensors(model, quant)) {
    if (tensor.role == role) return tensor.type;
  }
  return TensorType::f32;
}

QuantScheme with_rule(TensorType base, MixtureRule rule) {
  QuantScheme quant = plain(base);
  quant.rules = {rule};
  return quant;
}

}  // namespace

TEST_CASE("Q4_K_M spends six bits where llama-quantize does", "[mixture]") {
  const std::vector<int> expected = {0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31};
  CHECK(layers_with(llama_3_1_8b(), q4_k_m(), TensorRole::attn_v, TensorType::q6_k) == expected);
  CHECK(layers_with(llama_3_1_8b(), q4_k_m(), TensorRole::ffn_down, TensorType::q6_k) == expected);
  CHECK(layers_with(llama_3_1_8b(), q4_k_m(), TensorRole::ffn_up, TensorType::q6_k).empty());
}

TEST_CASE("positions count from the start of each kind of tensor", "[mixture]") {
  const auto first = [](MixtureWhen when) {
    return layers_with(llama_3_1_8b(), with_rule(TensorType::q4_k, {TensorRole::attn_v, when, TensorType::q8_0}),
                       TensorRole::attn_v, TensorType::q8_0)
        .size();
  };
  CHECK(first(MixtureWhen::first_two) == 2);
  CHECK(first(MixtureWhen::first_four) == 4);
  CHECK(first(MixtureWhen::first_sixteenth) == 2);
  CHECK(first(MixtureWhen::first_eighth) == 4);
  CHECK(first(MixtureWhen::middle_three_quarters) == 24);

  ModelSpec every_second = llama_3_1_8b();
  for (std::size_t i = 0; i < every_second.layers.size(); i += 2) every_second.layers[i].value_is_key = true;
  const QuantScheme two = with_rule(TensorType::q4_k, {TensorRole::attn_v, MixtureWhen::first_two, TensorType::q8_0});
  CHECK(layers_with(every_second, two, TensorRole::attn_v, TensorType::q8_0) == std::vector<int>{1, 3});
}

TEST_CASE("rules about the model apply to the whole of it or not at all", "[mixture]") {
  const auto applies = [](const ModelSpec& model, MixtureWhen when) {
    return only_type(model, with_rule(TensorType::q4_k, {TensorRole::attn_v, when, TensorType::q8_0}), TensorRole::attn_v) ==
           TensorType::q8_0;
  };
  ModelSpec full_heads = llama_3_1_8b();
  for (LayerSpec& layer : full_heads.layers) layer.head_count_kv = 32;
  ModelSpec seventy = llama_3_1_8b();
  seventy.layers.assign(80, dense_layer(64, 8, 128, 28672));
  ModelSpec eighty_other = seventy;
  eighty_other.architecture = "apertus";

  CHECK(applies(llama_3_1_8b(), MixtureWhen::gqa_at_least_4));
  CHECK_FALSE(applies(full_heads, MixtureWhen::gqa_at_least_4));
  CHECK(applies(full_heads, MixtureWhen::gqa_below_4));
  CHECK(applies(mixtral_8x7b(), MixtureWhen::eight_experts));
  CHECK_FALSE(applies(llama_3_1_8b(), MixtureWhen::eight_experts));
  CHECK(applies(seventy, MixtureWhen::seventy_b));
  CHECK_FALSE(applies(eighty_other, MixtureWhen::seventy_b));
  CHECK_FALSE(applies(llama_3_1_8b(), MixtureWhen::seventy_b));
}

TEST_CASE("a rule covers the tensors that stand in for its own", "[mixture]") {
  const QuantScheme down = with_rule(TensorType::q4_k, {TensorRole::ffn_down, MixtureWhen::always, TensorType::q6_k});
  CHECK(only_type(mixtral_8x7b(), down, TensorRole::expert_down) == TensorType::q6_k);
  CHECK(only_type(mixtral_8x7b(), down, TensorRole::expert_up) == TensorType::q4_k);
  const QuantScheme narrow = with_rule(TensorType::q8_0, {TensorRole::expert_down, MixtureWhen::always, TensorType::mxfp4});
  CHECK(only_type(deepseek_v2_lite(true), narrow, TensorRole::expert_down) == TensorType::mxfp4);
  CHECK(only_type(deepseek_v2_lite(true), narrow, TensorRole::shared_down) == TensorType::q8_0);
  const QuantScheme v = with_rule(TensorType::q4_k, {TensorRole::attn_v, MixtureWhen::always, TensorType::q6_k});
  CHECK(only_type(deepseek_v2_lite(false), v, TensorRole::mla_kv_b) == TensorType::q6_k);
}

TEST_CASE("a row that blocks do not divide gets the engine's substitute", "[mixture]") {
  ModelSpec narrow = llama_3_1_8b();  // Qwen2.5-0.5B's width: 896 = 3.5 x 256
  narrow.embedding_length = 896;
  const std::vector<std::pair<TensorType, TensorType>> substitutes = {
      {TensorType::q2_k, TensorType::q4_0},      {TensorType::q3_k, TensorType::q4_0},
      {TensorType::q4_k, TensorType::q5_0},      {TensorType::q5_k, TensorType::q5_1},
      {TensorType::q6_k, TensorType::q8_0},      {TensorType::iq4_xs, TensorType::iq4_nl},
      {TensorType::iq2_xxs, TensorType::iq4_nl}, {TensorType::tq1_0, TensorType::q4_0},
      {TensorType::q8_0, TensorType::q8_0}};
  for (const auto& [asked, given] : substitutes) {
    CAPTURE(name_of(asked));
    CHECK(only_type(narrow, plain(asked), TensorRole::attn_q) == given);
  }
  narrow.embedding_length = 900;  // not even a multiple of 32
  CHECK(only_type(narrow, plain(TensorType::q4_k), TensorRole::attn_q) == TensorType::f16);
  CHECK(only_type(narrow, plain(TensorType::q4_k), TensorRole::output) == TensorType::f16);
}

TEST_CASE("tied embeddings are quantized as the output they are", "[mixture]") {
  ModelSpec tied = llama_3_1_8b();
  CHECK(only_type(tied, q4_k_m(), TensorRole::token_embedding) == TensorType::q4_k);
  tied.tied_embeddings = true;
  CHECK(only_type(tied, q4_k_m(), TensorRole::token_embedding) == TensorType::q6_k);
}

TEST_CASE("small tensors stay f32 in GGUF and 16 bit elsewhere", "[mixture]") {
  QuantScheme mlx = plain(TensorType::int4_g64);
  mlx.format = QuantFormat::mlx;
  for (const TensorRole role : {TensorRole::attn_norm, TensorRole::router, TensorRole::output_norm}) {
    CHECK(only_type(mixtral_8x7b(), q4_k_m(), role) == TensorType::f32);
    CHECK(only_type(mixtral_8x7b(), mlx, role) == TensorType::bf16);
  }
}

TEST_CASE("experts that ship in a type of their own keep it at every quant", "[mixture]") {
  ModelSpec model = mixtral_8x7b();
  model.expert_type = TensorType::mxfp4;
  CHECK(only_type(model, q4_k_m(), TensorRole::expert_up) == TensorType::mxfp4);
  CHECK(only_type(model, plain(TensorType::f16), TensorRole::expert_down) == TensorType::mxfp4);
}

TEST_CASE("IQ1 and IQ2 count the shared experts' matrices too", "[mixture]") {
  const QuantScheme quant =
      with_rule(TensorType::iq2_xxs, {TensorRole::ffn_down, MixtureWhen::first_eighth_of_tensors, TensorType::q2_k});
  ModelSpec model = deepseek_v2_lite(true);
  model.moe->expert_feed_forward_length = 1536;  // a multiple of 256, so that no substitute is needed
  model.moe->shared_feed_forward_length = 3072;
  // 27 / 8 = 3 tensors: the dense block's, then the routed and the shared ones of block 1
  CHECK(layers_with(model, quant, TensorRole::expert_down, TensorType::q2_k) == std::vector<int>{1});
  CHECK(layers_with(model, quant, TensorRole::shared_down, TensorType::q2_k) == std::vector<int>{1});
}
