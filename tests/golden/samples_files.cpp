// SPDX-License-Identifier: MIT
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "samples.hpp"

namespace canirun::samples {

report::FileSource repository() {
  report::FileSource source;
  source.place = "hf.co/someone/Coder-7B-GGUF";
  source.files = {"Coder-7B-Q4_K_M-00001-of-00002.gguf", "Coder-7B-Q4_K_M-00002-of-00002.gguf"};
  source.notes = {"the name says \"Q4_K_M\"\x1b[2J, the tensors say Q4_K - Medium"};
  source.requests = 4;
  source.received_bytes = 6'300'000;
  source.offers = {{.quant = "Q2_K",
                    .file = "a.gguf",
                    .bytes = 3'000'000'000,
                    .status = FitStatus::fits,
                    .decode_tokens_per_s = Range{120, 140, 160}},
                   {.quant = "Q4_K_M",
                    .file = "b.gguf",
                    .bytes = 4'700'000'000,
                    .status = FitStatus::fits,
                    .decode_tokens_per_s = Range{100, 118, 130},
                    .chosen = true},
                   {.quant = "Odd\x07-Name", .file = "c.gguf", .bytes = std::nullopt},
                   {.quant = "BF16", .file = "d.gguf", .bytes = 15'200'000'000, .status = FitStatus::does_not_fit}};
  return source;
}

formats::ModelFile header() {
  formats::ModelFile file;
  ModelSpec& spec = file.spec;
  spec.id = "coder-7b";
  spec.name = "Coder\x1b]0;x\x07 7B";
  spec.architecture = "qwen2";
  spec.parameter_count = 7'615'616'512;
  spec.context_limit_tokens = 131072;
  spec.embedding_length = 3584;
  spec.vocab_size = 152064;
  spec.licence = "apache-2.0";
  spec.layers.assign(
      28,
      LayerSpec{.head_count = 28, .head_count_kv = 4, .key_length = 128, .value_length = 128, .feed_forward_length = 18944});
  file.about = {.container = "GGUF v3, little endian",
                .author = "someone",
                .base_model = "someone/Coder-7B",
                .tokenizer = "gpt2",
                .tokenizer_size = 152064,
                .chat_template = true,
                .rope_base = 1e6,
                .rope_scaling = "yarn x4",
                .quantization = "Q4_K - Medium"};
  file.tensors = {{.name = "token_embd.weight",
                   .shape = {3584, 152064},
                   .type = "Q4_K",
                   .known_type = TensorType::q4_k,
                   .offset = 5'954'368,
                   .bytes = 306'561'024,
                   .role = TensorRole::token_embedding},
                  {.name = "blk.0.attn_q\x1b[31m.weight",
                   .shape = {3584, 3584},
                   .type = "type 93",
                   .offset = 312'515'392,
                   .role = TensorRole::attn_q,
                   .layer = 0}};
  file.parts = {{.name = "Coder-7B-Q4_K_M.gguf", .file_bytes = 4'683'073'536, .header_bytes = 5'954'368}};
  file.notes = {"one tensor is of a type this program does not know (93): its size is missing from every sum"};
  return file;
}

}  // namespace canirun::samples
