// SPDX-License-Identifier: MIT
// Traits that nothing but the tensors tells.
#include "formats/spec_from_tensors.hpp"

#include <catch2/catch.hpp>

using namespace canirun;
using namespace canirun::formats;

namespace {

struct List {
  std::vector<NamedTensor> tensors;

  List& add(const std::string& name, std::vector<std::uint64_t> shape, TensorType type = TensorType::f16) {
    tensors.push_back({name, std::move(shape), type});
    return *this;
  }
  List& heads(const std::string& block = "blk.0.", std::uint64_t query = 64) {
    add(block + "attn_norm.weight", {64}).add(block + "attn_q.weight", {64, query}).add(block + "attn_k.weight", {64, 32});
    return add(block + "attn_v.weight", {64, 32}).add(block + "attn_output.weight", {64, 64});
  }
  List& feed_forward(const std::string& block = "blk.0.") {
    add(block + "ffn_norm.weight", {64}).add(block + "ffn_gate.weight", {64, 128});
    return add(block + "ffn_up.weight", {64, 128}).add(block + "ffn_down.weight", {128, 64});
  }
  List& experts(const std::string& block = "blk.0.") {
    add(block + "ffn_gate_inp.weight", {64, 8}).add(block + "ffn_gate_exps.weight", {64, 32, 8});
    return add(block + "ffn_up_exps.weight", {64, 32, 8}).add(block + "ffn_down_exps.weight", {32, 64, 8});
  }
};

ModelSpec with(const List& list, std::size_t layers = 1) {
  ModelSpec spec;
  spec.embedding_length = 64;
  spec.layers.assign(layers, {.head_count = 4, .head_count_kv = 2, .key_length = 16, .value_length = 16});
  apply_tensors(spec, list.tensors);
  return spec;
}
List plain() { return List().heads().feed_forward(); }

}  // namespace

TEST_CASE("a plain block has no traits", "[tensors]") {
  const ModelSpec spec = with(plain().add("token_embd.weight", {64, 1000}).add("output.weight", {64, 1000}));
  CHECK(spec.layers[0] ==
        LayerSpec{.head_count = 4, .head_count_kv = 2, .key_length = 16, .value_length = 16, .feed_forward_length = 128});
  CHECK(spec.vocab_size == 1000);
  CHECK(spec.norms_per_layer == 2);
  CHECK(spec.gated_ffn);
  CHECK(spec.qk_norm == QkNorm::none);
  CHECK(!spec.tied_embeddings);
  CHECK(!(spec.qkv_bias || spec.output_bias || spec.ffn_bias || spec.norm_bias || spec.head_bias || spec.attention_sinks));
  CHECK(!(spec.fused_qkv || spec.fused_gate_up || spec.query_gate || spec.attention_gate || spec.head_gate));
  CHECK(!spec.moe);
  CHECK(spec.next_token_layers == 0);
}

TEST_CASE("each trait is read off its tensor", "[tensors]") {
  CHECK(with(plain().add("token_embd.weight", {64, 1000})).tied_embeddings);
  CHECK(with(plain().add("blk.0.attn_q.bias", {64})).qkv_bias);
  CHECK(with(plain().add("blk.0.attn_output.bias", {64})).output_bias);
  CHECK(with(plain().add("blk.0.ffn_up.bias", {128})).ffn_bias);
  CHECK(with(plain().add("blk.0.attn_norm.bias", {64})).norm_bias);
  CHECK(with(plain().add("output.bias", {1000})).head_bias);
  CHECK(with(plain().add("blk.0.attn_sinks.weight", {4})).attention_sinks);
  CHECK(with(plain().add("blk.0.attn_gate.weight", {64, 64})).attention_gate);
  CHECK(with(plain().add("blk.0.attn_gate.weight", {64, 4})).head_gate);
  CHECK(with(plain().add("blk.0.layer_output_scale.weight", {1})).layer_output_scale);
  CHECK(with(List().heads("blk.0.", 128).feed_forward()).query_gate);
  CHECK(with(plain().add("rope_freqs.weight", {8})).rope_factor_count == 8);
  CHECK(with(plain().add("rope_factors_long.weight", {8}).add("rope_factors_short.weight", {8})).rope_factor_count == 16);
  CHECK(
      with(plain().add("blk.0.post_attention_norm.weight", {64}).add("blk.0.post_ffw_norm.weight", {64})).norms_per_layer ==
      4);
  CHECK(with(plain().add("per_layer_token_embd.weight", {256, 1000})).per_layer_embedding_length == 256);
  const ModelSpec altup = with(plain().add("blk.0.altup_router.weight", {64, 4}).add("blk.0.laurel_l.weight", {64, 16}));
  REQUIRE(altup.altup);
  CHECK(altup.altup->stream_count == 4);
  CHECK(altup.altup->laurel_rank == 16);
}

TEST_CASE("norms of queries and keys are one a head length, or over all heads", "[tensors]") {
  CHECK(with(plain().add("blk.0.attn_q_norm.weight", {16})).qk_norm == QkNorm::per_head);
  CHECK(with(plain().add("blk.0.attn_q_norm.weight", {64})).qk_norm == QkNorm::over_all_heads);
  CHECK(with(plain().add("blk.0.attn_q_norm.weight", {16, 4})).qk_norm == QkNorm::over_all_heads);
}

TEST_CASE("fused and ungated matrices are told from plain ones", "[tensors]") {
  List fused;
  fused.add("blk.0.attn_qkv.weight", {64, 128})
      .add("blk.0.ffn_up.weight", {64, 256})
      .add("blk.0.ffn_down.weight", {128, 64});
  const ModelSpec phi = with(fused);
  CHECK(phi.fused_qkv);
  CHECK(phi.fused_gate_up);
  CHECK(phi.gated_ffn);
  CHECK(!phi.layers[0].value_is_key);
  List two;
  two.heads().add("blk.0.ffn_up.weight", {64, 128}).add("blk.0.ffn_down.weight", {128, 64});
  CHECK(!with(two).gated_ffn);
  List shared;
  shared.add("blk.0.attn_q.weight", {64, 64}).add("blk.0.attn_k.weight", {64, 32}).feed_forward();
  CHECK(with(shared).layers[0].value_is_key);
}

TEST_CASE("experts: their number, lengths and what stands beside them", "[tensors]") {
  ModelSpec spec = with(List().heads().experts());
  REQUIRE(spec.moe);
  CHECK(spec.moe->expert_count == 8);
  CHECK(spec.moe->expert_feed_forward_length == 32);
  CHECK(spec.moe->shared_feed_forward_length == 0);
  CHECK(spec.layers[0].feed_forward == FeedForwardKind::moe);
  CHECK(spec.layers[0].feed_forward_length == 0);
  CHECK(spec.gated_ffn);
  spec = with(List().heads().experts().feed_forward());
  CHECK(spec.layers[0].feed_forward == FeedForwardKind::moe_and_dense);
  CHECK(spec.layers[0].feed_forward_length == 128);
  spec = with(
      List().heads().experts().add("blk.0.ffn_down_shexp.weight", {48, 64}).add("blk.0.ffn_gate_inp_shexp.weight", {64}));
  CHECK(spec.moe->shared_feed_forward_length == 48);
  CHECK(spec.moe->shared_gate);
  CHECK(with(List().heads().experts().add("blk.0.exp_probs_b.bias", {8})).moe->router_bias);
  CHECK(with(List().heads().experts().add("blk.0.ffn_gate_inp.bias", {8})).moe->router_bias);
  CHECK(with(List().heads().experts().add("blk.0.ffn_gate_inp.scale", {64})).moe->scaled);
  CHECK(with(List().heads().experts().add("blk.0.ffn_latent_down.weight", {64, 24})).moe->latent_length == 24);
  CHECK(with(List().heads().experts().add("blk.0.ffn_up_exps.bias", {32, 8})).ffn_bias);
  List fused;
  fused.heads().add("blk.0.ffn_gate_inp.weight", {64, 8}).add("blk.0.ffn_gate_up_exps.weight", {64, 64, 8});
  spec = with(fused.add("blk.0.ffn_down_exps.weight", {32, 64, 8}));
  CHECK(spec.moe->fused_gate_up);
  CHECK(spec.gated_ffn);
}

TEST_CASE("experts that were not stacked yet", "[tensors]") {
  List list;
  list.heads().add("blk.0.ffn_gate_inp.weight", {64, 2});
  for (const char* expert : {"0", "1"}) {
    for (const char* matrix : {"ffn_gate.", "ffn_up."}) {
      list.add("blk.0." + std::string(matrix) + expert + ".weight", {64, 32});
    }
    list.add("blk.0.ffn_down." + std::string(expert) + ".weight", {32, 64});
  }
  const ModelSpec spec = with(list);
  REQUIRE(spec.moe);
  CHECK(spec.moe->expert_count == 2);
  CHECK(spec.moe->expert_feed_forward_length == 32);
  CHECK(spec.layers[0].feed_forward == FeedForwardKind::moe);
}

TEST_CASE("metadata of experts without any is dropped", "[tensors]") {
  ModelSpec spec;
  spec.embedding_length = 64;
  spec.layers.resize(1);
  spec.moe = MoeSpec{.expert_count = 1, .expert_used_count = 1};
  apply_tensors(spec, plain().tensors);
  CHECK(!spec.moe);
}

TEST_CASE("gpt-oss keeps its experts in four bits at every quant", "[tensors]") {
  ModelSpec spec;
  spec.architecture = "gpt-oss";
  spec.embedding_length = 64;
  spec.layers.assign(1, {.head_count = 4, .head_count_kv = 2, .key_length = 16, .value_length = 16});
  List list;
  for (const char* matrix : {"ffn_gate_exps.weight", "ffn_up_exps.weight", "ffn_down_exps.weight"}) {
    list.add("blk.0." + std::string(matrix), {64, 64, 8}, TensorType::mxfp4);
  }
  apply_tensors(spec, list.tensors);
  CHECK(spec.expert_type == TensorType::mxfp4);
}

TEST_CASE("recurrent layers are known by their tensors, and have no heads", "[tensors]") {
  const auto kind = [](const List& list) { return with(list).layers[0]; };
  const LayerSpec mamba = kind(List().add("blk.0.ssm_in.weight", {64, 256}).add("blk.0.ssm_x.weight", {128, 40}));
  CHECK(mamba.attention == AttentionKind::mamba);
  CHECK(mamba.head_count == 0);
  CHECK(mamba.feed_forward == FeedForwardKind::none);
  CHECK(kind(List().add("blk.0.ssm_in.weight", {64, 256})).attention == AttentionKind::mamba2);
  const LayerSpec parallel = kind(List().heads().add("blk.0.ssm_in.weight", {64, 256}));
  CHECK(parallel.attention == AttentionKind::parallel_mamba2);
  CHECK(parallel.head_count == 4);
  List delta;
  delta.add("blk.0.attn_qkv.weight", {64, 256}).add("blk.0.attn_gate.weight", {64, 64}).add("blk.0.ssm_ba.weight", {64, 16});
  CHECK(kind(delta).attention == AttentionKind::gated_delta);
  CHECK(kind(List().add("blk.0.ffn_up.weight", {64, 8}).add("blk.0.ffn_down.weight", {8, 64})).attention ==
        AttentionKind::none);
  const ModelSpec conv =
      with(List().add("blk.0.shortconv.conv.weight", {3, 64}).add("blk.0.shortconv.in_proj.weight", {64, 192}));
  CHECK(conv.layers[0].attention == AttentionKind::short_conv);
  CHECK(conv.short_conv_cache_length == 3);
}

TEST_CASE("Kimi delta attention tells its sizes by its shapes", "[tensors]") {
  List list;
  list.add("blk.0.attn_q.weight", {64, 128}).add("blk.0.attn_k.weight", {64, 128}).add("blk.0.attn_v.weight", {64, 128});
  list.add("blk.0.ssm_conv1d_q.weight", {4, 1, 128}).add("blk.0.ssm_beta.weight", {64, 4});
  const ModelSpec spec = with(list);
  CHECK(spec.layers[0].attention == AttentionKind::kda);
  REQUIRE(spec.ssm);
  CHECK(spec.ssm->conv_kernel == 4);
  CHECK(spec.ssm->inner_size == 128);
  CHECK(spec.ssm->state_size == 32);
  CHECK(spec.ssm->time_step_rank == 4);
}

TEST_CASE("flags of state space layers", "[tensors]") {
  const auto ssm = [](const List& list) {
    ModelSpec spec;
    spec.embedding_length = 64;
    spec.layers.resize(1);
    spec.ssm = SsmSpec{.conv_kernel = 4, .inner_size = 128, .state_size = 16};
    apply_tensors(spec, list.tensors);
    return *spec.ssm;
  };
  const List mamba2 = List().add("blk.0.ssm_in.weight", {64, 256});
  CHECK(!ssm(mamba2).gated_norm);
  CHECK(ssm(List(mamba2).add("blk.0.ssm_norm.weight", {128})).gated_norm);
  const List jamba = List().add("blk.0.ssm_in.weight", {64, 256}).add("blk.0.ssm_x.weight", {128, 40});
  CHECK(!ssm(jamba).inner_norms);
  CHECK(ssm(List(jamba).add("blk.0.ssm_dt_norm.weight", {8})).inner_norms);
  const List delta = List().add("blk.0.attn_qkv.weight", {64, 256}).add("blk.0.ssm_ba.weight", {64, 16});
  CHECK(ssm(delta).fused_beta_alpha);
}

TEST_CASE("blocks beyond the network's own predict further tokens", "[tensors]") {
  List list = plain();
  list.heads("blk.1.").add("blk.1.nextn.eh_proj.weight", {128, 64});
  CHECK(with(list).next_token_layers == 1);
  CHECK(!with(list).next_token_embeddings);
  CHECK(with(list.add("blk.1.nextn.embed_tokens.weight", {64, 1000})).next_token_embeddings);
  CHECK(with(list).layers.size() == 1);
}
