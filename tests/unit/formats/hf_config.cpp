// SPDX-License-Identifier: MIT
#include "formats/hf_config.hpp"

#include <catch2/catch.hpp>

#include "formats/hf_model.hpp"

using namespace canirun;
using namespace canirun::formats;
using Catch::Matchers::Contains;

namespace {

ModelSpec spec_of(const std::string& config) {
  const auto file = model_from_config(config, "folder");
  INFO((file ? "" : file.error().text()));
  REQUIRE(file);
  return file->spec;
}
std::string error_of(const std::string& config) {
  const auto file = model_from_config(config, "folder");
  return file ? "no error" : file.error().text();
}
/// One letter a layer, as the catalog writes them.
std::string pattern(const ModelSpec& spec) {
  std::string out;
  for (const LayerSpec& layer : spec.layers) out += "fscldk12pv-"[static_cast<std::size_t>(layer.attention)];
  return out;
}
std::string feed_forward(const ModelSpec& spec) {
  std::string out;
  for (const LayerSpec& layer : spec.layers) out += "deb-"[static_cast<std::size_t>(layer.feed_forward)];
  return out;
}

}  // namespace

TEST_CASE("Llama 3.1 8B from its config.json alone") {
  const ModelSpec spec =
      spec_of(R"({"model_type":"llama","num_hidden_layers":32,"hidden_size":4096,"intermediate_size":14336,
    "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,"max_position_embeddings":131072,
    "rope_scaling":{"rope_type":"llama3","factor":8.0},"tie_word_embeddings":false})");
  CHECK(spec.architecture == "llama");
  CHECK(spec.parameter_count == 8030261248);  // published
  CHECK(spec.context_limit_tokens == 131072);
  CHECK(spec.rope_factor_count == 64);
  CHECK_FALSE(spec.tied_embeddings);
  CHECK(
      spec.layers[31] ==
      LayerSpec{.head_count = 32, .head_count_kv = 8, .key_length = 128, .value_length = 128, .feed_forward_length = 14336});
}

TEST_CASE("Windows: by a word a layer, by a period, by flags, and not where the engine ignores them") {
  const std::string base = R"("num_hidden_layers":8,"hidden_size":64,"intermediate_size":128,"num_attention_heads":4,
    "num_key_value_heads":2,"head_dim":16,"vocab_size":1000,"sliding_window":512,)";
  CHECK(pattern(spec_of("{" + base + R"("model_type":"gemma2"})")) == "sfsfsfsf");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"gemma3_text"})")) == "sssssfss");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"cohere2","sliding_window_pattern":2})")) == "sfsfsfsf");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"exaone4","sliding_window_pattern":"LLG"})")) == "ssfssfss");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"mimo_v2_flash","hybrid_layer_pattern":[0,1,1,0,0,1,1,1]})")) ==
        "fssffsss");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"mistral"})")) == "ffffffff");
  CHECK(pattern(spec_of("{" + base + R"("model_type":"qwen2","use_sliding_window":true})")) == "ffffffff");
  const ModelSpec llama4 =
      spec_of("{" + base + R"("model_type":"llama4_text","attention_chunk_size":8192,"num_local_experts":4,
    "num_experts_per_tok":1,"interleave_moe_layer_step":2,"intermediate_size_mlp":256})");
  CHECK(pattern(llama4) == "cccfcccf");
  CHECK(feed_forward(llama4) == "dededede");
  CHECK(llama4.sliding_window_tokens == 8192);
  CHECK(llama4.layers[0].feed_forward_length == 256);
  CHECK(llama4.moe->shared_feed_forward_length == 128);
}

TEST_CASE("Latent attention, leading dense layers, shared experts and the layer that predicts further") {
  const std::string config = R"("num_hidden_layers":4,"hidden_size":64,"intermediate_size":256,"num_attention_heads":4,
    "num_key_value_heads":4,"vocab_size":1000,"kv_lora_rank":32,"q_lora_rank":null,"qk_rope_head_dim":8,
    "qk_nope_head_dim":16,"v_head_dim":16,"first_k_dense_replace":1,"n_routed_experts":8,"num_experts_per_tok":2,
    "n_shared_experts":2,"moe_intermediate_size":24,"num_nextn_predict_layers":1,)";
  const ModelSpec v3 = spec_of("{" + config + R"("model_type":"deepseek_v3","topk_method":"noaux_tc"})");
  CHECK(v3.architecture == "deepseek2");
  CHECK(pattern(v3) == "llll");
  CHECK(feed_forward(v3) == "deee");
  CHECK(v3.layers[0].key_length == 40);
  CHECK(v3.layers[0].head_count_kv == 1);
  CHECK(v3.moe->shared_feed_forward_length == 48);
  CHECK(v3.moe->router_bias);
  CHECK(v3.next_token_layers == 0);  // the converter leaves it out
  const ModelSpec v32 = spec_of("{" + config + R"("model_type":"deepseek_v32","index_n_heads":4,"index_head_dim":8})");
  CHECK(v32.next_token_layers == 1);
  CHECK(v32.mla->indexer_key_length == 8);
}

TEST_CASE("Recurrent and hybrid networks") {
  const ModelSpec next =
      spec_of(R"({"model_type":"qwen3_next","num_hidden_layers":8,"hidden_size":64,"intermediate_size":128,
    "num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"vocab_size":1000,"num_experts":16,"num_experts_per_tok":4,
    "moe_intermediate_size":32,"shared_expert_intermediate_size":32,"linear_num_value_heads":8,"linear_num_key_heads":4,
    "linear_key_head_dim":16,"linear_value_head_dim":16,"linear_conv_kernel_dim":4})");
  CHECK(pattern(next) == "dddfdddf");
  CHECK(next.ssm->inner_size == 128);
  CHECK(next.ssm->fused_beta_alpha);
  CHECK(next.query_gate);
  CHECK(next.moe->shared_gate);

  const ModelSpec nemotron = spec_of(R"({"model_type":"nemotron_h","hybrid_override_pattern":"M-M*E","num_hidden_layers":5,
    "hidden_size":64,"intermediate_size":128,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"vocab_size":1000,
    "mamba_num_heads":8,"mamba_head_dim":16,"ssm_state_size":32,"n_groups":2,"conv_kernel":4,"n_routed_experts":4,
    "num_experts_per_tok":2,"moe_intermediate_size":32,"moe_shared_expert_intermediate_size":64,"n_shared_experts":1,
    "time_step_limit":[0.0,Infinity]})");
  CHECK(nemotron.architecture == "nemotron_h_moe");
  CHECK(pattern(nemotron) == "2-2f-");
  CHECK(feed_forward(nemotron) == "-d--e");
  CHECK(nemotron.ssm->inner_size == 128);

  const ModelSpec granite = spec_of(R"({"model_type":"granitemoehybrid","layer_types":["mamba","attention","mamba"],
    "num_hidden_layers":3,"hidden_size":64,"shared_intermediate_size":256,"intermediate_size":32,"num_local_experts":0,
    "num_attention_heads":4,"num_key_value_heads":2,"vocab_size":1000,"mamba_n_heads":8,"mamba_d_head":16,
    "mamba_d_state":32,"mamba_n_groups":1,"mamba_d_conv":4})");
  CHECK(pattern(granite) == "2f2");
  CHECK(granite.layers[0].feed_forward_length == 256);

  const ModelSpec kimi =
      spec_of(R"({"model_type":"kimi_linear","num_hidden_layers":4,"hidden_size":64,"intermediate_size":128,
    "num_attention_heads":4,"num_key_value_heads":4,"vocab_size":1000,"kv_lora_rank":32,"qk_rope_head_dim":8,
    "qk_nope_head_dim":16,"v_head_dim":16,"num_experts":4,"num_experts_per_token":2,"moe_intermediate_size":16,
    "num_shared_experts":1,"first_k_dense_replace":1,
    "linear_attn_config":{"kda_layers":[1,2,3],"full_attn_layers":[4],"num_heads":4,"head_dim":16,"short_conv_kernel_size":4}})");
  CHECK(pattern(kimi) == "kkkl");
  CHECK(kimi.ssm->inner_size == 64);

  CHECK(pattern(spec_of(R"({"model_type":"lfm2","num_hidden_layers":3,"hidden_size":64,"intermediate_size":100,
    "block_auto_adjust_ff_dim":true,"block_multiple_of":32,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":99,
    "layer_types":["conv","full_attention","conv"],"conv_L_cache":3})")) == "vfv");
}

TEST_CASE("Gemma 4: two lengths of heads, no values of their own, experts beside the feed-forward") {
  const ModelSpec spec = spec_of(R"({"model_type":"gemma4","text_config":{"model_type":"gemma4_text","num_hidden_layers":6,
    "hidden_size":64,"intermediate_size":96,"num_attention_heads":4,"num_key_value_heads":2,"num_global_key_value_heads":1,
    "head_dim":16,"global_head_dim":32,"attention_k_eq_v":true,"vocab_size":1000,"sliding_window":512,"num_experts":8,
    "top_k_experts":2,"moe_intermediate_size":24,"enable_moe_block":true}})");
  CHECK(pattern(spec) == "sssssf");
  CHECK(feed_forward(spec) == "bbbbbb");
  CHECK(spec.layers[5].key_length == 32);
  CHECK(spec.layers[5].head_count_kv == 1);
  CHECK(spec.layers[5].value_is_key);
  CHECK_FALSE(spec.layers[0].value_is_key);
  CHECK(spec.rope_factor_count == 16);
  CHECK(spec.norms_per_layer == 7);
  CHECK(spec.tied_embeddings);
}

TEST_CASE("A model type nobody knows is a plain transformer, and says so") {
  const auto file = model_from_config(R"({"model_type":"unheard_of","num_hidden_layers":2,"hidden_size":64,
    "intermediate_size":128,"num_attention_heads":4,"vocab_size":1000})",
                                      "folder");
  REQUIRE(file);
  CHECK(file->spec.layers.size() == 2);
  CHECK(file->spec.layers[0].head_count_kv == 4);
  REQUIRE(file->notes.size() == 1);
  CHECK_THAT(file->notes[0], Contains("unheard_of"));
  const auto unmodelled = model_from_config(R"({"model_type":"rwkv7","hidden_size":64,"vocab_size":99})", "folder");
  REQUIRE(unmodelled);
  CHECK(unmodelled->spec.layers.empty());
  CHECK_FALSE(unmodelled->notes.empty());
}

TEST_CASE("What a config.json lacks or cannot mean is named by its pointer") {
  CHECK_THAT(error_of("{}"), Contains("/num_hidden_layers"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":2,"vocab_size":9})"), Contains("/hidden_size"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":2,"hidden_size":64})"), Contains("/vocab_size"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":2,"hidden_size":64,"vocab_size":9})"), Contains("/num_attention_heads"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":2,"hidden_size":64,"vocab_size":9,"num_attention_heads":4})"),
             Contains("/intermediate_size"));
  CHECK_THAT(error_of(R"({"text_config":{"num_hidden_layers":2}})"), Contains("/text_config/hidden_size"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":4000000000})"), Contains("/num_hidden_layers") && Contains("4096"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":-1})"), Contains("/num_hidden_layers"));
  CHECK_THAT(error_of(R"({"num_hidden_layers":2,"hidden_size":1e300})"), Contains("/hidden_size"));
  CHECK_THAT(error_of("[]"), Contains("expected an object"));
  CHECK_THAT(error_of("<html>"), Contains("not valid JSON"));
  CHECK_THAT(error_of(std::string(100000, '[')), Contains("levels"));
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += R"({"text_config":)";
  CHECK_THAT(error_of(nested), Contains("levels"));
}
