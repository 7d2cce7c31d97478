// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "formats/ggml_types.hpp"
#include "formats/tensor_names_gguf.hpp"

using namespace canirun;
using namespace canirun::formats;

namespace {

TensorRole role(std::string_view name) { return place_of(name).role; }

}  // namespace

TEST_CASE("a tensor's name tells block, part and ending", "[names]") {
  const TensorPlace place = place_of("blk.12.attn_q.weight");
  CHECK(place.layer == 12);
  CHECK(place.role == TensorRole::attn_q);
  CHECK(place.stem == "attn_q");
  CHECK(place.ending == "weight");
  CHECK(place_of("blk.3.ssm_a").stem == "ssm_a");
  CHECK(place_of("blk.3.ssm_a").ending.empty());
  CHECK(place_of("token_embd.weight").layer == -1);
  CHECK(place_of("token_embd.weight").stem == "token_embd");
}

TEST_CASE("roles are those that rules and placement use", "[names]") {
  CHECK(role("token_embd.weight") == TensorRole::token_embedding);
  CHECK(role("output.weight") == TensorRole::output);
  CHECK(role("output.bias") == TensorRole::output_norm);
  CHECK(role("token_embd_norm.weight") == TensorRole::output_norm);
  CHECK(role("rope_factors_long.weight") == TensorRole::rope_factors);
  CHECK(role("per_layer_token_embd.weight") == TensorRole::per_layer_embedding);
  CHECK(role("blk.0.ffn_norm.weight") == TensorRole::attn_norm);
  CHECK(role("blk.0.attn_norm.bias") == TensorRole::attn_norm);
  CHECK(role("blk.0.attn_qkv.bias") == TensorRole::attn_bias);
  CHECK(role("blk.0.attn_q_norm.weight") == TensorRole::qk_norm);
  CHECK(role("blk.0.attn_kv_a_norm.weight") == TensorRole::qk_norm);
  CHECK(role("blk.0.attn_k_b.weight") == TensorRole::mla_k_b);
  CHECK(role("blk.0.indexer.attn_q_b.weight") == TensorRole::indexer);
  CHECK(role("blk.0.ffn_down.weight") == TensorRole::ffn_down);
  CHECK(role("blk.0.ffn_up.bias") == TensorRole::ffn_bias);
  CHECK(role("blk.0.ffn_gate.7.weight") == TensorRole::expert_gate);
  CHECK(role("blk.0.ffn_down_exps.weight") == TensorRole::expert_down);
  CHECK(role("blk.0.ffn_down_exps.bias") == TensorRole::expert_bias);
  CHECK(role("blk.0.ffn_down_exps.scale") == TensorRole::router_bias);
  CHECK(role("blk.0.exp_probs_b.bias") == TensorRole::router_bias);
  CHECK(role("blk.0.ffn_gate_inp.weight") == TensorRole::router);
  CHECK(role("blk.0.ffn_gate_inp_shexp.weight") == TensorRole::router_bias);
  CHECK(role("blk.0.ffn_up_shexp.weight") == TensorRole::shared_up);
  CHECK(role("blk.0.ssm_dt.weight") == TensorRole::ssm_dt);
  CHECK(role("blk.0.ssm_dt.bias") == TensorRole::ssm_small);
  CHECK(role("blk.0.ssm_conv1d.weight") == TensorRole::ssm_conv);
  CHECK(role("blk.0.ssm_conv1d.bias") == TensorRole::ssm_small);
  CHECK(role("blk.0.shortconv.in_proj.weight") == TensorRole::short_conv);
  CHECK(role("blk.0.altup_router.weight") == TensorRole::per_layer_small);
  CHECK(role("altup_proj.weight") == TensorRole::other);
  CHECK(role("blk.46.nextn.eh_proj.weight") == TensorRole::next_token_prediction);
}

TEST_CASE("names nobody knows are other, however odd", "[names]") {
  for (const char* name : {"", ".", "blk.", "blk.x.attn_q.weight", "blk.-1.attn_q.weight", "blk.99999999999.attn_q.weight",
                           "weight", ".weight", "blk.1", "blk.1.", "v.blk.0.attn_q.weight", "BLK.0.ATTN_Q.WEIGHT"}) {
    CHECK(role(name) == TensorRole::other);
    CHECK(place_of(name).layer == -1);
  }
  CHECK(place_of("blk.1.mystery.weight").layer == 1);
  CHECK(role("blk.1.ffn_up.x.weight") == TensorRole::other);
}

TEST_CASE("blocks of ggml's types are those of the same types in the vocabulary", "[names]") {
  int known = 0;
  for (std::uint32_t number = 0; number < 64; ++number) {
    const auto type = ggml_type(number);
    if (!type) continue;
    ++known;
    CHECK(type->number == number);
    if (!type->exact) continue;
    CHECK(traits(type->type).block_elements == type->block_elements);
    CHECK(traits(type->type).block_bytes == type->block_bytes);
  }
  CHECK(known == 42);
  CHECK(ggml_type_name(12) == "Q4_K");
  CHECK(ggml_type_name(5) == "type 5");
  CHECK(ggml_type_name(UINT32_MAX) == "type 4294967295");
  CHECK(gguf_file_type(15)->quant == "Q4_K_M");
  CHECK(!gguf_file_type(6));
}
