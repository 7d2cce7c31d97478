// SPDX-License-Identifier: MIT
// Which layers see a window: from the file, or from what the engine does for an architecture whose file does not say.
#include "formats/gguf_windows.hpp"

#include <catch2/catch.hpp>

#include "gguf_models.hpp"

using namespace canirun;
using namespace canirun::formats;
using namespace canirun::test;

namespace {

/// One letter a layer, as catalog records write it; '.' for a layer that re-uses another's cache.
std::string pattern_of(GgufBytes file, std::uint32_t layers) {
  file.tensor("token_embd.weight", {64, 100});
  for (std::uint32_t i = 0; i < layers; ++i) add_plain_block(file, i, 64, 64, 32, 128);
  const Result<ModelFile> model = model_of(file);
  if (!model) return model.error().text();
  std::string letters;
  for (const LayerSpec& layer : model->spec.layers) {
    const bool window = layer.attention == AttentionKind::sliding_window;
    letters += layer.attention == AttentionKind::chunked ? 'c' : window ? 's' : 'f';
    if (!layer.owns_kv) letters += '.';
  }
  return letters + " " + std::to_string(model->spec.sliding_window_tokens);
}
GgufBytes with_window(const std::string& architecture, std::uint32_t layers, std::uint32_t tokens) {
  return transformer(architecture, layers, 64, 4, 2).u32(architecture + ".attention.sliding_window", tokens);
}
GgufBytes plain(const std::string& architecture, std::uint32_t layers) {
  return transformer(architecture, layers, 64, 4, 2);
}

}  // namespace

TEST_CASE("patterns that are in the engine, not in the file", "[gguf]") {
  CHECK(pattern_of(with_window("gemma2", 4, 4096), 4) == "sfsf 4096");
  CHECK(pattern_of(plain("gemma2", 4), 4) == "sfsf 4096");
  CHECK(pattern_of(with_window("gemma3", 7, 512), 7) == "sssssfs 512");
  CHECK(pattern_of(plain("gemma3", 7), 7) == "fffffff 0");
  CHECK(pattern_of(with_window("gpt-oss", 4, 128), 4) == "sfsf 128");
  CHECK(pattern_of(with_window("cohere2", 5, 4096), 5) == "sssfs 4096");
  CHECK(pattern_of(with_window("olmo2", 4, 4096), 4) == "sssf 4096");
  CHECK(pattern_of(plain("olmo2", 4), 4) == "ffff 0");
  CHECK(pattern_of(with_window("laguna", 5, 512), 5) == "fsssf 512");
  CHECK(pattern_of(with_window("afmoe", 4, 2048), 4) == "sssf 2048");
  CHECK(pattern_of(plain("exaone-moe", 4), 4) == "sssf 128");
  CHECK(pattern_of(with_window("plamo3", 9, 2048), 9) == "sssssssfs 2048");
}

TEST_CASE("windows that the engine sets, scales or switches off", "[gguf]") {
  CHECK(pattern_of(plain("llama4", 5), 5) == "cccfc 8192");
  CHECK(pattern_of(with_window("llama4", 4, 100), 4) == "cccf 8192");
  CHECK(pattern_of(with_window("llama4", 4, 0), 4) == "ffff 0");
  CHECK(pattern_of(with_window("smallthinker", 5, 100), 5) == "fsssf 4096");
  CHECK(pattern_of(with_window("phi3", 2, 2047), 2) == "ff 0");
  CHECK(pattern_of(with_window("llama", 2, 4096), 2) == "ff 0");
  CHECK(pattern_of(with_window("qwen2", 2, 4096), 2) == "ff 0");
  CHECK(pattern_of(with_window("exaone4", 4, 4096), 4) == "ffff 0");
  CHECK(pattern_of(plain("exaone4", 64), 64).substr(0, 8) == "sssfsssf");
}

TEST_CASE("a pattern in the file is obeyed", "[gguf]") {
  GgufBytes flags = with_window("gemma4", 4, 1024);
  flags.flags("gemma4.attention.sliding_window_pattern", {true, true, false, true});
  flags.u32("gemma4.attention.key_length", 16).u32("gemma4.attention.key_length_swa", 8);
  flags.u32("gemma4.attention.value_length_swa", 8).u32("gemma4.attention.shared_kv_layers", 2);
  CHECK(pattern_of(flags, 4) == "ssf.s. 1024");

  GgufBytes numbers = with_window("mimo2", 4, 128).counts("mimo2.attention.sliding_window_pattern", {0, 1, 1, 0});
  CHECK(pattern_of(numbers, 4) == "fssf 128");
  CHECK(pattern_of(with_window("gemma3", 4, 512).u32("gemma3.attention.sliding_window_pattern", 2), 4) == "sfsf 512");
  CHECK(pattern_of(with_window("llama9", 4, 512).u32("llama9.attention.sliding_window_pattern", 2), 4) == "sfsf 512");
  CHECK(pattern_of(with_window("llama9", 2, 512), 2) == "ff 0");
}

TEST_CASE("windowed layers have heads of their own length", "[gguf]") {
  GgufBytes file = with_window("gemma4", 2, 1024).flags("gemma4.attention.sliding_window_pattern", {true, false});
  file.u32("gemma4.attention.key_length", 32).u32("gemma4.attention.value_length", 32);
  file.u32("gemma4.attention.key_length_swa", 16).u32("gemma4.attention.value_length_swa", 16);
  const Result<ModelFile> model = model_of(two_blocks(file));
  REQUIRE(model);
  CHECK(model->spec.layers[0].key_length == 16);
  CHECK(model->spec.layers[0].value_length == 16);
  CHECK(model->spec.layers[1].key_length == 32);
}

TEST_CASE("Gemma 3n caches its first twenty layers only", "[gguf]") {
  const std::string pattern = pattern_of(with_window("gemma3n", 22, 512), 22);
  CHECK(pattern == "ssssfssssfssssfssssfs.s. 512");
}

TEST_CASE("the engine's architectures are known by name", "[gguf]") {
  CHECK(is_known_architecture("llama"));
  CHECK(is_known_architecture("qwen3moe"));
  CHECK(is_known_architecture("gpt-oss"));
  CHECK(!is_known_architecture("llama9"));
  CHECK(!is_known_architecture(""));
}
