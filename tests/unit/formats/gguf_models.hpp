// SPDX-License-Identifier: MIT
#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../../support/gguf_bytes.hpp"
#include "../../support/memory_source.hpp"
#include "formats/gguf_model.hpp"

/// Headers of true shape, and small ones that show one thing.
namespace canirun::test {

inline std::string in_block(std::uint32_t block, std::string_view tensor) {
  return "blk." + std::to_string(block) + "." + std::string(tensor);
}

inline Result<formats::GgufHeader> header_of(const GgufBytes& file, std::string name = "model.gguf") {
  MemorySource source(file.header(), file.size(), std::move(name));
  return formats::read_gguf_header(source);
}

inline Result<formats::ModelFile> model_of(const GgufBytes& file, std::string name = "model.gguf") {
  Result<formats::GgufHeader> header = header_of(file, std::move(name));
  if (!header) return tl::unexpected(header.error());
  return formats::model_from_gguf({*std::move(header)});
}

inline std::string model_error(const GgufBytes& file) {
  const auto model = model_of(file);
  return model ? "no error" : model.error().text();
}

/// The keys every transformer has.
inline GgufBytes transformer(const std::string& architecture, std::uint32_t blocks, std::uint32_t width, std::uint32_t heads,
                             std::uint32_t kv_heads) {
  GgufBytes file;
  file.text("general.architecture", architecture);
  file.u32(architecture + ".block_count", blocks).u32(architecture + ".context_length", 4096);
  file.u32(architecture + ".embedding_length", width).u32(architecture + ".attention.head_count", heads);
  if (kv_heads > 0) file.u32(architecture + ".attention.head_count_kv", kv_heads);
  return file;
}

/// A block with plain heads and a gated feed-forward; `norms` beside the two that all have.
inline void add_plain_block(GgufBytes& file, std::uint32_t block, std::uint64_t width, std::uint64_t query,
                            std::uint64_t key, std::uint64_t inner, const std::vector<std::string>& norms = {}) {
  file.tensor(in_block(block, "attn_norm.weight"), {width}, 0);
  file.tensor(in_block(block, "attn_q.weight"), {width, query}).tensor(in_block(block, "attn_k.weight"), {width, key});
  file.tensor(in_block(block, "attn_v.weight"), {width, key}).tensor(in_block(block, "attn_output.weight"), {query, width});
  file.tensor(in_block(block, "ffn_norm.weight"), {width}, 0);
  file.tensor(in_block(block, "ffn_gate.weight"), {width, inner}).tensor(in_block(block, "ffn_up.weight"), {width, inner});
  file.tensor(in_block(block, "ffn_down.weight"), {inner, width});
  for (const std::string& norm : norms) file.tensor(in_block(block, norm), {width}, 0);
}

/// Llama 3.1 8B in 16 bits, as it is published.
inline GgufBytes llama_3_1_8b_file() {
  GgufBytes file = transformer("llama", 32, 4096, 32, 8);
  file.text("general.type", "model").text("general.name", "Meta Llama 3.1 8B Instruct").u32("general.file_type", 1);
  file.text("general.license", "llama3.1").text("general.organization", "Meta Llama").text("general.size_label", "8B");
  file.u32("llama.vocab_size", 128256).f32("llama.rope.freq_base", 500000).u32("llama.rope.dimension_count", 128);
  file.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "llama-bpe");
  file.text("tokenizer.chat_template", "{% if tools %}{{ tools }}{% endif %}");
  file.tensor("rope_freqs.weight", {64}, 0).tensor("token_embd.weight", {4096, 128256});
  file.tensor("output_norm.weight", {4096}, 0).tensor("output.weight", {4096, 128256});
  for (std::uint32_t i = 0; i < 32; ++i) add_plain_block(file, i, 4096, 4096, 1024, 14336);
  return file;
}

/// Everything in 16 bits but the vectors.
inline QuantScheme f16_scheme() {
  QuantScheme quant;
  quant.id = "F16";
  quant.base = TensorType::f16;
  return quant;
}

/// Two blocks of a small transformer of any architecture.
inline GgufBytes two_blocks(GgufBytes file) {
  file.tensor("token_embd.weight", {64, 100}).tensor("output_norm.weight", {64}, 0);
  for (std::uint32_t i = 0; i < 2; ++i) add_plain_block(file, i, 64, 64, 32, 128);
  return file;
}
inline GgufBytes two_blocks(const std::string& architecture) { return two_blocks(transformer(architecture, 2, 64, 4, 2)); }

/// DeepSeek V2 Lite: with the up-projection split by head (for the compressed cache), or whole (older files).
inline GgufBytes deepseek_v2_lite_file(bool split) {
  GgufBytes file = transformer("deepseek2", 27, 2048, 16, split ? 1 : 16);
  file.u32("deepseek2.attention.kv_lora_rank", 512).u32("deepseek2.expert_count", 64).u32("deepseek2.expert_used_count", 6);
  file.u32("deepseek2.attention.key_length", split ? 576 : 192).u32("deepseek2.attention.value_length", split ? 512 : 128);
  if (split) file.u32("deepseek2.attention.key_length_mla", 192).u32("deepseek2.attention.value_length_mla", 128);
  file.tensor("token_embd.weight", {2048, 102400}).tensor("output_norm.weight", {2048}, 0);
  file.tensor("output.weight", {2048, 102400});
  for (std::uint32_t i = 0; i < 27; ++i) {
    const auto add = [&](std::string_view name, const std::vector<std::uint64_t>& shape, std::uint32_t type = 1) {
      file.tensor(in_block(i, name), shape, type);
    };
    add("attn_norm.weight", {2048}, 0);
    add("attn_q.weight", {2048, 3072});
    add("attn_kv_a_mqa.weight", {2048, 576});
    add("attn_kv_a_norm.weight", {512}, 0);
    if (split) {
      add("attn_k_b.weight", {128, 512, 16});
      add("attn_v_b.weight", {512, 128, 16});
    } else {
      add("attn_kv_b.weight", {512, 4096});
    }
    add("attn_output.weight", {2048, 2048});
    add("ffn_norm.weight", {2048}, 0);
    if (i == 0) {
      add("ffn_gate.weight", {2048, 10944});
      add("ffn_up.weight", {2048, 10944});
      add("ffn_down.weight", {10944, 2048});
      continue;
    }
    add("ffn_gate_inp.weight", {2048, 64}, 0);
    add("ffn_gate_exps.weight", {2048, 1408, 64});
    add("ffn_up_exps.weight", {2048, 1408, 64});
    add("ffn_down_exps.weight", {1408, 2048, 64});
    add("ffn_gate_shexp.weight", {2048, 2816});
    add("ffn_up_shexp.weight", {2048, 2816});
    add("ffn_down_shexp.weight", {2816, 2048});
  }
  return file;
}

}  // namespace canirun::test
