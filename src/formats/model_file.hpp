// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/model.hpp>
#include <canirun/projector.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace canirun::formats {

/// What a file is for.
enum class FileKind : std::uint8_t {
  model,
  adapter,     ///< a LoRA: changes a base model, runs with it
  projector,   ///< the vision or audio tower beside a model (mmproj)
  vocabulary,  ///< a tokenizer without weights
  other        ///< an importance matrix and the like
};
constexpr auto enum_names(FileKind) {
  return std::array<std::string_view, 5>{"model", "adapter", "projector", "vocabulary", "other"};
}

/// One tensor as its file lists it.
struct FileTensor {
  std::string name;
  std::vector<std::uint64_t> shape;      ///< as the file writes it: GGUF the row length first, safetensors last
  std::string type;                      ///< the format's own name ("Q4_K", "BF16"); "type 93" when nobody here knows it
  std::optional<TensorType> known_type;  ///< nothing: its size per element is unknown here
  std::uint64_t offset = 0;              ///< of its first byte, from the start of its file
  std::optional<std::uint64_t> bytes;
  std::uint32_t part = 0;  ///< index into ModelFile::parts
  TensorRole role = TensorRole::other;
  std::int32_t layer = -1;  ///< -1: not in a block
};

/// One file of a model.
struct FilePart {
  std::string name;                         ///< without folders
  std::optional<std::uint64_t> file_bytes;  ///< nothing: the server did not say
  std::uint64_t header_bytes = 0;           ///< everything before the first tensor's data
};

/// What a person wants to know about a file beside the network's dimensions. Words are the file's own, unescaped.
struct Description {
  std::string container;  ///< "GGUF v3, little endian", "safetensors", "config.json alone"
  std::string author, base_model, size_label, tokenizer;
  std::optional<std::uint64_t> tokenizer_size;  ///< tokens in its vocabulary
  bool chat_template = false;
  std::optional<double> rope_base;
  std::string rope_scaling;  ///< "yarn x4", empty when there is none
  std::string quantization;  ///< how the file says it is quantized: "Q4_K - Medium", "gptq 4 bit, groups of 128"
  std::string adapter_of;    ///< kind of adapter ("lora"), with what it is for
};

/// A model as its files describe it.
struct ModelFile {
  FileKind kind = FileKind::model;
  ModelSpec spec;  ///< `spec.stored` holds the weights; provenance says which file; id is a short name made from the file's
  Description about;
  std::optional<ProjectorSpec> projector;  ///< of a file of that kind
  std::vector<FileTensor> tensors;         ///< in the order of the files; empty for a config.json alone
  std::vector<FilePart> parts;
  std::vector<std::string> notes;  ///< what is odd about it, one sentence each
};

}  // namespace canirun::formats
