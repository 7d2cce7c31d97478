// SPDX-License-Identifier: MIT
#include "formats/hf_model.hpp"

#include <catch2/catch.hpp>

#include "../../support/safetensors_bytes.hpp"

using namespace canirun;
using namespace canirun::formats;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t k_width = 256;

std::string config(const std::string& more) {
  return R"({"model_type":"llama","num_hidden_layers":1,"hidden_size":256,"intermediate_size":512,"num_attention_heads":4,
    "num_key_value_heads":2,"vocab_size":1000,"torch_dtype":"bfloat16")" +
         more + "}";
}

/// A model of one matrix that is packed, and the rest in BF16.
struct OneMatrix {
  test::HeaderOf tensors;
  std::uint64_t plain_bytes = 0;
  OneMatrix() {
    tensors.add("model.embed_tokens.weight", "BF16", 2, {1000, k_width});
    tensors.add("model.layers.0.input_layernorm.weight", "BF16", 2, {k_width});
    plain_bytes = tensors.bytes();
  }
  OneMatrix& add(const std::string& ending, const std::string& dtype, std::uint64_t bytes,
                 std::vector<std::uint64_t> shape) {
    tensors.add("model.layers.0.mlp.up_proj" + ending, dtype, bytes, std::move(shape));
    return *this;
  }
  [[nodiscard]] StoredTensor read(const std::string& more) const {
    const auto file = model_from_safetensors(config(more), {tensors.header()});
    INFO((file ? "" : file.error().text()));
    REQUIRE(file);
    REQUIRE(file->spec.stored->tensors.size() == 3);
    std::uint64_t sum = 0;
    for (const StoredTensor& tensor : file->spec.stored->tensors) sum += tensor.bytes;
    CHECK(sum == tensors.bytes());
    CHECK(file->tensors.size() == tensors.header().tensors.size());
    const StoredTensor packed = file->spec.stored->tensors[2];
    CHECK(packed.role == TensorRole::ffn_up);
    CHECK(packed.layer == 0);
    CHECK(packed.ne0 == 256);
    CHECK(packed.ne1 == 512);
    CHECK(packed.bytes == tensors.bytes() - plain_bytes);
    quant = file->spec.stored->quant;
    return packed;
  }
  mutable std::string quant;
};

}  // namespace

TEST_CASE("Every way to pack a matrix: its true shape, its type, and all bytes that belong to it") {
  SECTION("8-bit floats with scales of blocks") {
    OneMatrix m;
    m.add(".weight", "F8_E4M3", 1, {512, 256}).add(".weight_scale_inv", "F32", 4, {4, 2});
    CHECK(m.read(R"(,"quantization_config":{"quant_method":"fp8"})").type == TensorType::fp8);
    CHECK(m.quant == "FP8");
  }
  SECTION("AWQ packs outputs") {
    OneMatrix m;
    m.add(".qweight", "I32", 4, {256, 64}).add(".qzeros", "I32", 4, {2, 64}).add(".scales", "F16", 2, {2, 512});
    CHECK(m.read(R"(,"quantization_config":{"quant_method":"awq","bits":4,"group_size":128})").type ==
          TensorType::int4_g128);
    CHECK(m.quant == "AWQ-4bit");
  }
  SECTION("GPTQ packs inputs") {
    OneMatrix m;
    m.add(".qweight", "I32", 4, {32, 512})
        .add(".qzeros", "I32", 4, {8, 64})
        .add(".scales", "F16", 2, {8, 512})
        .add(".g_idx", "I32", 4, {256});
    CHECK(m.read(R"(,"quantization_config":{"quant_method":"gptq","bits":4,"group_size":32})").type == TensorType::int4_g32);
    CHECK(m.quant == "GPTQ-Int4");
  }
  SECTION("compressed-tensors packs words") {
    OneMatrix m;
    m.add(".weight_packed", "I32", 4, {512, 32})
        .add(".weight_scale", "BF16", 2, {512, 8})
        .add(".weight_shape", "I64", 8, {2});
    const StoredTensor packed =
        m.read(R"(,"quantization_config":{"quant_method":"compressed-tensors","format":"pack-quantized",
          "config_groups":{"group_0":{"weights":{"num_bits":4,"group_size":32,"type":"int"}}}})");
    CHECK(packed.type == TensorType::int4_g32);
  }
  SECTION("NVFP4") {
    OneMatrix m;
    m.add(".weight", "U8", 1, {512, 128}).add(".weight_scale", "F8_E4M3", 1, {512, 16}).add(".weight_scale_2", "F32", 4, {});
    CHECK(m.read(R"(,"quantization_config":{"quant_method":"modelopt","quant_algo":"NVFP4"})").type == TensorType::nvfp4);
    CHECK(m.quant == "NVFP4-ModelOpt");
  }
  SECTION("bitsandbytes flattens") {
    OneMatrix m;
    m.add(".weight", "U8", 1, {65536, 1})
        .add(".weight.absmax", "U8", 1, {2048})
        .add(".weight.quant_map", "F32", 4, {16})
        .add(".weight.quant_state.bitsandbytes__nf4", "U8", 1, {84});
    CHECK(m.read(R"(,"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true})").type == TensorType::nf4);
    CHECK(m.quant == "BNB-NF4");
  }
  SECTION("MLX, with one module in more bits") {
    OneMatrix m;
    m.add(".weight", "U32", 4, {512, 64}).add(".scales", "BF16", 2, {512, 4}).add(".biases", "BF16", 2, {512, 4});
    const StoredTensor packed =
        m.read(R"(,"quantization":{"bits":4,"group_size":64,"model.layers.0.mlp.up_proj":{"bits":8,"group_size":64}})");
    CHECK(packed.type == TensorType::int8_g64);
    CHECK(m.quant == "mlx-4bit");
  }
}

TEST_CASE("MXFP4 experts of gpt-oss are one matrix a stack") {
  test::HeaderOf tensors;
  tensors.add("model.embed_tokens.weight", "BF16", 2, {1000, 64});
  tensors.add("model.layers.0.mlp.experts.gate_up_proj_blocks", "U8", 1, {4, 96, 2, 16});
  tensors.add("model.layers.0.mlp.experts.gate_up_proj_scales", "U8", 1, {4, 96, 2});
  const auto file = model_from_safetensors(
      R"({"model_type":"gpt_oss","num_hidden_layers":1,"hidden_size":64,"intermediate_size":48,"num_attention_heads":4,
      "num_key_value_heads":2,"head_dim":16,"vocab_size":1000,"num_local_experts":4,"num_experts_per_tok":2,
      "quantization_config":{"quant_method":"mxfp4"}})",
      {tensors.header()});
  REQUIRE(file);
  const StoredTensor& experts = file->spec.stored->tensors.at(1);
  CHECK(experts.role == TensorRole::expert_gate_up);
  CHECK(experts.type == TensorType::mxfp4);
  CHECK(experts.ne0 == 64);
  CHECK(experts.ne1 == 96);
  CHECK(experts.ne2 == 4);
  CHECK(experts.bytes == 4 * 96 * 2 * 17);
  CHECK(file->spec.parameter_count == 1000 * 64 + 4 * 96 * 64);
  CHECK(file->spec.stored->quant == "MXFP4");
}

TEST_CASE("Experts stored one by one are one entry a layer; a vision tower is kept apart") {
  test::HeaderOf tensors;
  tensors.add("model.embed_tokens.weight", "BF16", 2, {1000, k_width});
  for (int e = 0; e < 4; ++e) {
    const std::string at = "model.layers.0.mlp.experts." + std::to_string(e) + ".";
    tensors.add(at + "gate_proj.weight", "BF16", 2, {32, k_width});
    tensors.add(at + "up_proj.weight", "BF16", 2, {32, k_width});
    tensors.add(at + "down_proj.weight", "BF16", 2, {k_width, 32});
  }
  tensors.add("visual.blocks.0.attn.qkv.weight", "BF16", 2, {30, 10});
  const auto file = model_from_safetensors(
      R"({"model_type":"qwen3_moe","num_hidden_layers":1,"hidden_size":256,"intermediate_size":512,"num_attention_heads":4,
      "num_key_value_heads":2,"head_dim":64,"vocab_size":1000,"num_experts":4,"num_experts_per_tok":1,
      "moe_intermediate_size":32})",
      {tensors.header()});
  REQUIRE(file);
  const auto& stored = file->spec.stored->tensors;
  REQUIRE(stored.size() == 5);
  CHECK(stored[1].role == TensorRole::expert_gate);
  CHECK(stored[1].ne2 == 4);
  CHECK(stored[1].bytes == 4 * 32 * k_width * 2);
  CHECK(stored[4].role == TensorRole::other);
  CHECK(stored[4].layer == -1);
  CHECK(file->spec.vision_parameter_count == 300U);
  CHECK(file->spec.parameter_count == 1000 * k_width + 4 * 3 * 32 * k_width);
  CHECK(*file->spec.active_parameter_count == 1000 * k_width + 3 * 32 * k_width);
  REQUIRE(file->notes.size() == 1);
}

TEST_CASE("Tensors know better than config.json: biases, an output of its own, the vocabulary") {
  test::HeaderOf tensors;
  tensors.add("model.embed_tokens.weight", "BF16", 2, {1024, k_width});
  tensors.add("lm_head.weight", "BF16", 2, {1024, k_width});
  for (const std::string part : {"q", "k", "v"}) {
    tensors.add("model.layers.0.self_attn." + part + "_proj.weight", "BF16", 2, {part == "q" ? 256U : 128U, k_width});
    tensors.add("model.layers.0.self_attn." + part + "_proj.bias", "BF16", 2, {part == "q" ? 256U : 128U});
  }
  const auto file = model_from_safetensors(config(R"(,"tie_word_embeddings":true)"), {tensors.header()});
  REQUIRE(file);
  CHECK(file->spec.qkv_bias);
  CHECK_FALSE(file->spec.output_bias);
  CHECK_FALSE(file->spec.tied_embeddings);
  CHECK(file->spec.vocab_size == 1024);
}

TEST_CASE("A name in two shards is an error; a strange one leaves the network to config.json") {
  test::HeaderOf one("model-1.safetensors");
  one.add("model.layers.0.mlp.surprise.weight", "BF16", 2, {4, 4});
  test::HeaderOf two("model-2.safetensors");
  two.add("model.layers.0.mlp.surprise.weight", "BF16", 2, {4, 4});
  const auto twice = model_from_safetensors(config(""), {one.header(), two.header()});
  REQUIRE_FALSE(twice);
  CHECK_THAT(twice.error().text(), Contains("model-2.safetensors") && Contains("again"));
  const auto strange = model_from_safetensors(config(""), {one.header()});
  REQUIRE(strange);
  CHECK_THAT(strange->notes.at(0), Contains("surprise"));
  CHECK(strange->spec.layers[0].feed_forward_length == 512);
}
