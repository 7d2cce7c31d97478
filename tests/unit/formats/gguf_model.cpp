// SPDX-License-Identifier: MIT
#include "gguf_models.hpp"

using namespace canirun;
using namespace canirun::formats;
using namespace canirun::test;

TEST_CASE("Llama 3.1 8B is read as it is published", "[gguf]") {
  const GgufBytes bytes = llama_3_1_8b_file();
  const Result<ModelFile> file = model_of(bytes, "Meta-Llama-3.1-8B-Instruct-F16.gguf");
  REQUIRE(file);
  CHECK(file->kind == FileKind::model);
  CHECK(file->notes.empty());
  const ModelSpec& spec = file->spec;
  CHECK(spec.id == "meta-llama-3.1-8b-instruct-f16");
  CHECK(spec.name == "Meta Llama 3.1 8B Instruct");
  CHECK(spec.architecture == "llama");
  CHECK(spec.vendor == "Meta Llama");
  CHECK(spec.licence == "llama3.1");
  CHECK(spec.parameter_count == 8'030'261'248 + 64);
  CHECK(!spec.active_parameter_count);
  CHECK(spec.vocab_size == 128256);
  CHECK(spec.context_limit_tokens == 4096);
  CHECK(spec.rope_factor_count == 64);
  CHECK(!spec.tied_embeddings);
  CHECK(spec.norms_per_layer == 2);
  CHECK(spec.tool_use);
  REQUIRE(spec.layers.size() == 32);
  const LayerSpec layer{
      .head_count = 32, .head_count_kv = 8, .key_length = 128, .value_length = 128, .feed_forward_length = 14336};
  CHECK(spec.layers.front() == layer);
  CHECK(spec.layers.back() == layer);
  REQUIRE(spec.stored);
  CHECK(spec.stored->quant == "F16");
  CHECK(spec.stored->tensors.size() == file->tensors.size());
  CHECK(spec.provenance.source == "Meta-Llama-3.1-8B-Instruct-F16.gguf");

  const WeightTable table = sum_weights(spec, f16_scheme());
  CHECK(table.file_bytes == 2 * spec.parameter_count + 2 * (64 + 65 * 4096));  // vectors take 4 bytes
  CHECK(table.layers[3].attention_bytes == 2 * (2 * 4096 * 4096 + 2 * 4096 * 1024) + 2 * 4 * 4096);
  CHECK(table.layers[3].dense_ffn_bytes == 3ULL * 2 * 4096 * 14336);
  CHECK(table.token_embedding_bytes == 2ULL * 4096 * 128256);

  CHECK(file->about.container == "GGUF v3, little endian");
  CHECK(file->about.tokenizer == "gpt2 (llama-bpe)");
  CHECK(file->about.chat_template);
  CHECK(file->about.quantization == "F16");
  CHECK(file->about.size_label == "8B");
  CHECK(file->about.rope_base == 500000.0);
  REQUIRE(file->parts.size() == 1);
  CHECK(file->parts[0].header_bytes == bytes.header().size());
  CHECK(file->parts[0].file_bytes == bytes.size());
  CHECK(file->tensors[1].name == "token_embd.weight");
  CHECK(file->tensors[1].offset == bytes.header().size() + 256);
  CHECK(file->tensors[1].bytes == 2ULL * 4096 * 128256);
  CHECK(file->tensors[1].type == "F16");
}

TEST_CASE("latent attention caches one compressed row, or whole heads in older files", "[gguf]") {
  for (const bool split : {true, false}) {
    const Result<ModelFile> file = model_of(deepseek_v2_lite_file(split));
    REQUIRE(file);
    const ModelSpec& spec = file->spec;
    CHECK(spec.parameter_count == 15'706'484'224);
    CHECK(*spec.active_parameter_count < 2'700'000'000);
    REQUIRE(spec.mla);
    CHECK(spec.mla->kv_lora_rank == 512);
    CHECK(spec.mla->q_lora_rank == 0);
    CHECK(spec.mla->rope_length == 64);
    CHECK(spec.mla->nope_length == 128);
    CHECK(spec.mla->value_length == 128);
    const LayerSpec& layer = spec.layers.back();
    CHECK(layer.attention == (split ? AttentionKind::mla : AttentionKind::full));
    CHECK(layer.head_count == 16);
    CHECK(layer.head_count_kv == (split ? 1 : 16));
    CHECK(layer.key_length == (split ? 576 : 192));
    CHECK(layer.value_length == (split ? 512 : 128));
    CHECK(spec.layers[0].feed_forward == FeedForwardKind::dense);
    CHECK(spec.layers[0].feed_forward_length == 10944);
    CHECK(layer.feed_forward == FeedForwardKind::moe);
    CHECK(layer.feed_forward_length == 0);
    REQUIRE(spec.moe);
    CHECK(spec.moe->expert_count == 64);
    CHECK(spec.moe->expert_used_count == 6);
    CHECK(spec.moe->expert_feed_forward_length == 1408);
    CHECK(spec.moe->shared_feed_forward_length == 2816);
    // What the rules of this quant give for the spec weighs what the file weighs.
    ModelSpec ruled = spec;
    ruled.stored.reset();
    CHECK(file->spec.stored->quant == "F16");
    CHECK(sum_weights(spec, f16_scheme()).file_bytes == sum_weights(ruled, f16_scheme()).file_bytes);
  }
}

TEST_CASE("files that are no whole model are told apart", "[gguf]") {
  const auto kind = [](GgufBytes file) { return model_of(file)->kind; };
  CHECK(kind(GgufBytes().text("general.architecture", "llama").u32("llama.block_count", 2)) == FileKind::vocabulary);
  CHECK(kind(GgufBytes().text("general.architecture", "clip").tensor("v.patch_embd.weight", {14, 14, 3, 64})) ==
        FileKind::projector);
  CHECK(kind(GgufBytes().text("general.type", "mmproj").tensor("v.blk.0.attn_q.weight", {64, 64})) == FileKind::projector);
  CHECK(kind(GgufBytes().text("general.type", "imatrix").tensor("blk.0.attn_q.weight.in_sum2", {64, 1}, 0)) ==
        FileKind::other);

  GgufBytes lora;
  lora.text("general.type", "adapter").text("general.architecture", "llama").text("adapter.type", "lora");
  lora.text("general.base_model.0.repo_url", "https://huggingface.co/meta-llama/Llama-3.1-8B");
  lora.tensor("blk.0.attn_q.weight.lora_a", {4096, 16}).tensor("blk.0.attn_q.weight.lora_b", {16, 4096});
  const Result<ModelFile> adapter = model_of(lora);
  REQUIRE(adapter);
  CHECK(adapter->kind == FileKind::adapter);
  CHECK(adapter->about.adapter_of == "lora for meta-llama/Llama-3.1-8B");
  CHECK(adapter->spec.layers.empty());
  CHECK(adapter->spec.parameter_count == 2 * 16 * 4096);
}

TEST_CASE("the quant is what the file says, unless its name says more", "[gguf]") {
  const auto quant = [](std::optional<std::uint32_t> type, const std::string& name, std::uint32_t tensor_type = 1) {
    GgufBytes file = transformer("llama", 1, 256, 4, 2);
    if (type) file.u32("general.file_type", *type);
    file.tensor("token_embd.weight", {256, 100}, tensor_type).tensor(in_block(0, "attn_q.weight"), {256, 256}, tensor_type);
    file.tensor(in_block(0, "attn_k.weight"), {256, 128}, tensor_type);
    return model_of(file, name)->spec.stored->quant;
  };
  CHECK(quant(15, "anything.gguf") == "Q4_K_M");
  CHECK(quant(15, "Qwen3-8B-UD-Q4_K_XL.gguf") == "UD-Q4_K_XL");
  CHECK(quant(15, "Qwen3-8B-Q4_K_S.gguf") == "Q4_K_M");
  CHECK(quant(std::nullopt, "Qwen3-8B-Q5_K_M.gguf") == "Q5_K_M");
  CHECK(quant(std::nullopt, "anything.gguf", 8) == "Q8_0");
  CHECK(quant(77, "anything.gguf", 12) == "Q4_K");
}

TEST_CASE("ids come from the file's name, or from the title where that says nothing", "[gguf]") {
  const auto id = [](const std::string& name) {
    GgufBytes file = two_blocks(transformer("llama", 2, 64, 4, 2).text("general.name", "Tiny Model (v2)"));
    return model_of(file, name)->spec.id;
  };
  CHECK(id("Tiny Model-Q8_0.GGUF") == "tiny-model-q8_0");
  CHECK(id("sha256-6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa") == "tiny-model-v2");
  CHECK(id("6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa") == "tiny-model-v2");
  CHECK(id("\x1b[31m.gguf") == "31m");
}

TEST_CASE("tensors of unknown types are shown, counted and left out of sums", "[gguf]") {
  GgufBytes file = two_blocks("llama");
  file.tensor("blk.1.ffn_mystery.weight", {64, 64}, 93).tensor("blk.1.ids", {64}, 26);
  const Result<ModelFile> model = model_of(file);
  REQUIRE(model);
  CHECK(model->spec.stored->unsized_count == 1);
  const FileTensor& unknown = model->tensors[model->tensors.size() - 2];
  CHECK(unknown.type == "type 93");
  CHECK(!unknown.bytes);
  CHECK(!unknown.known_type);
  CHECK(model->tensors.back().type == "I32");
  CHECK(model->tensors.back().bytes == 256U);
  REQUIRE(model->notes.size() == 1);
  CHECK_THAT(model->notes[0], Catch::Contains("type 93"));
  GgufBytes removed = two_blocks("llama");
  removed.tensor("blk.1.old.weight", {32, 4}, 31);
  CHECK_THAT(model_of(removed)->notes.at(0), Catch::Contains("Q4_0_4_4") && Catch::Contains("no longer loads"));
}

TEST_CASE("architectures nobody knew are taken for what their tensors look like", "[gguf]") {
  const Result<ModelFile> model = model_of(two_blocks("llama9"));
  REQUIRE(model);
  CHECK(model->spec.layers.size() == 2);
  CHECK(model->spec.layers[0].head_count_kv == 2);
  REQUIRE(model->notes.size() == 1);
  CHECK_THAT(model->notes[0], Catch::Contains("llama9"));
}

TEST_CASE("models that do not write token by token are noted", "[gguf]") {
  const Result<ModelFile> model =
      model_of(two_blocks(transformer("bert", 2, 64, 4, 4).flag("bert.attention.causal", false)));
  REQUIRE(model);
  REQUIRE(model->notes.size() == 1);
  CHECK_THAT(model->notes[0], Catch::Contains("not causal"));
  CHECK(model_of(two_blocks(transformer("llama", 2, 64, 4, 2).flag("llama.attention.causal", true)))->notes.empty());
}

TEST_CASE("states that are not modelled leave the layers unknown, not wrong", "[gguf]") {
  GgufBytes file = transformer("rwkv6", 1, 64, 0, 0);
  file.tensor("token_embd.weight", {64, 100}).tensor(in_block(0, "time_mix_key.weight"), {64, 64});
  const Result<ModelFile> model = model_of(file);
  REQUIRE(model);
  CHECK(model->spec.layers.empty());
  CHECK(model->spec.stored->tensors.size() == 2);
  CHECK_THAT(model->notes.at(0), Catch::Contains("rwkv6"));
}

TEST_CASE("RWKV 7 remembers a state and two tokens", "[gguf]") {
  GgufBytes file =
      transformer("rwkv7", 1, 64, 0, 0).u32("rwkv7.wkv.head_size", 16).u32("rwkv7.token_shift_count", 4'000'000'000);
  file.tensor("token_embd.weight", {64, 100}).tensor(in_block(0, "time_mix_key.weight"), {64, 64});
  file.tensor(in_block(0, "channel_mix_key.weight"), {64, 256}).tensor(in_block(0, "channel_mix_value.weight"), {256, 64});
  const Result<ModelFile> model = model_of(file);
  REQUIRE(model);
  REQUIRE(model->spec.layers.size() == 1);
  CHECK(model->spec.layers[0].attention == AttentionKind::wkv);
  CHECK(model->spec.layers[0].feed_forward_length == 256);
  REQUIRE(model->spec.ssm);
  CHECK(model->spec.ssm->state_size == 16);
  CHECK(model->spec.ssm->time_step_rank == 4);
  CHECK(model->spec.ssm->conv_kernel <= 65);  // a count no model has is not believed
}

TEST_CASE("keys that are missing or cannot be are named", "[gguf]") {
  GgufBytes nothing;
  nothing.tensor("token_embd.weight", {64, 100});
  CHECK_THAT(model_error(nothing), Catch::Contains("general.architecture"));
  CHECK_THAT(model_error(nothing.text("general.architecture", "llama")), Catch::Contains("llama.block_count"));
  CHECK_THAT(model_error(nothing.u32("llama.block_count", 1)), Catch::Contains("llama.embedding_length"));
  CHECK_THAT(model_error(two_blocks(transformer("llama", 2, 64, 0, 2))), Catch::Contains("llama.attention.head_count"));
  CHECK_THAT(model_error(two_blocks(transformer("llama", 0, 64, 4, 2))), Catch::Contains("block_count: expected 1 to"));
  CHECK_THAT(model_error(two_blocks(transformer("llama", 4'000'000'000, 64, 4, 2))), Catch::Contains("found 4000000000"));
  CHECK_THAT(model_error(two_blocks(transformer("llama", 3, 64, 4, 2))), Catch::Contains("none after block 1"));

  GgufBytes short_array = transformer("llama", 2, 64, 4, 0);
  short_array.counts("llama.attention.head_count_kv", {2});
  CHECK_THAT(model_error(two_blocks(short_array)), Catch::Contains("each of 2 layers, found an array of 1"));
  GgufBytes experts = transformer("llama", 2, 64, 4, 2);
  experts.u32("llama.expert_count", 8).u32("llama.expert_used_count", 9);
  CHECK_THAT(model_error(two_blocks(experts)), Catch::Contains("at most 8"));
  GgufBytes unused = two_blocks(transformer("llama", 2, 64, 4, 2).u32("llama.expert_count", 8));
  for (const char* matrix : {"ffn_up_exps.weight", "ffn_gate_exps.weight", "ffn_down_exps.weight"}) {
    unused.tensor(in_block(1, matrix), {64, 64, 8});
  }
  CHECK_THAT(model_error(unused), Catch::Contains("llama.expert_used_count"));
}

TEST_CASE("files of Ollama's own converter are read like llama.cpp's", "[gguf]") {
  GgufBytes file = transformer("gptoss", 2, 64, 4, 2);
  file.u32("general.file_type", 4).u32("gptoss.attention.sliding_window", 128).u32("gptoss.attention.key_length", 16);
  file.u32("gptoss.attention.value_length", 16).u32("gptoss.expert_count", 4).u32("gptoss.expert_used_count", 2);
  file.tensor("token_embd.weight", {64, 100}, 30)
      .tensor("output_norm.weight", {64}, 0)
      .tensor("output.weight", {64, 100}, 30);
  for (std::uint32_t i = 0; i < 2; ++i) {
    file.tensor(in_block(i, "attn_norm.weight"), {64}, 0).tensor(in_block(i, "attn_qkv.weight"), {64, 128}, 30);
    file.tensor(in_block(i, "attn_qkv.bias"), {128}, 30).tensor(in_block(i, "attn_out.weight"), {64, 64}, 30);
    file.tensor(in_block(i, "attn_out.bias"), {64}, 30).tensor(in_block(i, "attn_sinks"), {4}, 30);
    file.tensor(in_block(i, "ffn_norm.weight"), {64}, 0).tensor(in_block(i, "ffn_gate_inp.weight"), {64, 4}, 30);
    file.tensor(in_block(i, "ffn_gate_up_exps.weight"), {64, 64, 4}, 4);
    file.tensor(in_block(i, "ffn_down_exps.weight"), {32, 64, 4}, 4);
  }
  const Result<ModelFile> model = model_of(file, "sha256-00");
  REQUIRE(model);
  CHECK(model->notes.empty());
  const ModelSpec& spec = model->spec;
  CHECK(spec.architecture == "gpt-oss");
  CHECK(spec.stored->quant == "MXFP4_MOE");
  CHECK(spec.expert_type == TensorType::mxfp4);
  CHECK(spec.layers[0].attention == AttentionKind::sliding_window);
  CHECK(spec.layers[1].attention == AttentionKind::full);
  CHECK(spec.fused_qkv);
  CHECK(spec.qkv_bias);
  CHECK(spec.output_bias);
  CHECK(spec.attention_sinks);
  CHECK(spec.moe->fused_gate_up);
  CHECK(spec.norms_per_layer == 2);
}

TEST_CASE("a tower for images in the model's own file is told, and is no part of a block", "[gguf]") {
  GgufBytes file = two_blocks("gemma3");
  file.tensor("v.blk.0.attn_q.weight", {64, 64}).tensor("mm.input_projection.weight", {64, 64});
  const Result<ModelFile> model = model_of(file);
  REQUIRE(model);
  CHECK(model->spec.vision);
  CHECK(model->spec.vision_parameter_count == 2U * 64 * 64);
  CHECK(model->tensors.back().layer == -1);
}

TEST_CASE("layers that attend to an image keep no cache that grows with text", "[gguf]") {
  GgufBytes file = transformer("mllama", 2, 64, 4, 2);
  file.tensor("token_embd.weight", {64, 100});
  add_plain_block(file, 0, 64, 64, 32, 128);
  for (const char* matrix : {"cross_attn_q_proj.weight", "cross_attn_k_proj.weight", "cross_attn_v_proj.weight"}) {
    file.tensor(in_block(1, matrix), {64, 64});
  }
  const Result<ModelFile> model = model_of(file);
  REQUIRE(model);
  CHECK(model->spec.layers[0].owns_kv);
  CHECK(model->spec.layers[1].attention == AttentionKind::full);
  CHECK(!model->spec.layers[1].owns_kv);
}
