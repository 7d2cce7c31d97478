// SPDX-License-Identifier: MIT
// Keys: gguf.md of ggml and gguf-py's constants.py.
#include "formats/gguf_about.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "formats/file_name.hpp"
#include "formats/file_set.hpp"
#include "formats/ggml_types.hpp"

namespace canirun::formats {
namespace {

std::string first_of(const GgufMetadata& metadata, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (std::string text = metadata.text(key); !text.empty()) return text;
  }
  return {};
}

/// "https://huggingface.co/OWNER/REPO" -> "OWNER/REPO"; other addresses stay.
std::string repository(std::string address) {
  for (const std::string_view hub : {"https://huggingface.co/", "http://huggingface.co/", "https://hf.co/"}) {
    if (address.starts_with(hub)) return address.substr(hub.size());
  }
  return address;
}

std::string base_model(const GgufMetadata& metadata) {
  if (std::string address = metadata.text("general.base_model.0.repo_url"); !address.empty()) {
    return repository(std::move(address));
  }
  const std::string owner = metadata.text("general.base_model.0.organization");
  const std::string name = metadata.text("general.base_model.0.name");
  return owner.empty() || name.empty() ? name : owner + " " + name;
}

std::string rope_scaling(const GgufMetadata& metadata) {
  const std::string type = metadata.text(metadata.own("rope.scaling.type"));
  auto factor = metadata.number(metadata.own("rope.scaling.factor"));
  if (!factor) factor = metadata.number(metadata.own("rope.scale_linear"));
  if (type.empty() && !factor) return {};
  if (type == "none" || (factor && *factor == 1)) return {};
  const std::string name = type.empty() ? "linear" : type;
  return factor && *factor > 0 ? fmt::format("{} x{:g}", name, *factor) : name;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What the chat template has a place for.
void apply_template(ModelSpec& spec, std::string_view chat_template) {
  spec.tool_use = contains(chat_template, "tools");
  spec.reasoning = contains(chat_template, "<think>") || contains(chat_template, "reasoning_content") ||
                   contains(chat_template, "enable_thinking");
}

/// Names of stores that file by content say nothing: "sha256-6a0746a1...".
bool says_something(std::string_view stem) {
  if (stem.empty() || stem.starts_with("sha256")) return false;
  const bool digest =
      stem.size() >= 32 && std::all_of(stem.begin(), stem.end(), [](unsigned char c) { return std::isxdigit(c); });
  return !digest;
}

}  // namespace

FileKind kind_of(const GgufMetadata& metadata, bool has_tensors) {
  const std::string type = metadata.text("general.type");
  const std::string& architecture = metadata.architecture();
  if (type == "adapter" || metadata.has("adapter.type")) return FileKind::adapter;
  if (type == "mmproj" || architecture == "clip") return FileKind::projector;
  if (type == "imatrix" || metadata.has("imatrix.chunk_count")) return FileKind::other;
  // Heads that draft tokens for another model, and audio decoders
  constexpr std::array<std::string_view, 4> k_helpers{"dflash", "eagle3", "gemma4-assistant", "wavtokenizer-dec"};
  if (std::find(k_helpers.begin(), k_helpers.end(), architecture) != k_helpers.end()) return FileKind::other;
  return has_tensors ? FileKind::model : FileKind::vocabulary;
}

void describe_file(ModelFile& file, const GgufMetadata& metadata, const GgufHeader& first) {
  ModelSpec& spec = file.spec;
  const std::string stem = has_ending(first.name, ".gguf") ? stem_of(first.name) : first.name;
  const std::string title = metadata.text("general.name");
  if (spec.architecture.empty()) spec.architecture = metadata.architecture();
  spec.name = !title.empty() ? title : stem;
  spec.id = short_name(says_something(stem) ? stem : title);
  if (spec.id.empty()) spec.id = "model";
  spec.family = metadata.text("general.basename");
  spec.vendor = first_of(metadata, {"general.organization", "general.author", "general.base_model.0.organization"});
  spec.licence = first_of(metadata, {"general.license", "general.license.name"});
  const std::vector<std::string> tags = metadata.texts("general.tags");
  spec.for_code = std::find(tags.begin(), tags.end(), "code") != tags.end() || contains(lower_case(title), "coder");
  spec.provenance = {.basis = Basis::published, .source = first.name, .retrieved = {}};

  Description& about = file.about;
  about.container = fmt::format("GGUF v{}, {} endian", first.version, first.big_endian ? "big" : "little");
  about.author = first_of(metadata, {"general.author", "general.organization", "general.quantized_by"});
  about.base_model = base_model(metadata);
  about.size_label = metadata.text("general.size_label");
  about.tokenizer = metadata.text("tokenizer.ggml.model");
  if (const std::string pre = metadata.text("tokenizer.ggml.pre"); !pre.empty()) about.tokenizer += " (" + pre + ")";
  if (const GgufValue* tokens = metadata.find("tokenizer.ggml.tokens")) {
    if (tokens->type == GgufType::array) about.tokenizer_size = tokens->count;
  }
  const std::string chat_template = metadata.text("tokenizer.chat_template");
  about.chat_template = !chat_template.empty();
  apply_template(spec, chat_template);
  about.rope_base = metadata.number(metadata.own("rope.freq_base"));
  about.rope_scaling = rope_scaling(metadata);
  if (const auto number = metadata.count("general.file_type")) {
    const std::optional<GgufFileType> type = gguf_file_type(*number);
    about.quantization = type ? std::string(type->title) : "file type " + std::to_string(*number);
  }
  if (file.kind == FileKind::adapter) {
    const std::string kind = metadata.text("adapter.type");
    about.adapter_of = kind.empty() ? "adapter" : kind;
    if (!about.base_model.empty()) about.adapter_of += " for " + about.base_model;
  }
}

std::string quant_of(const ModelFile& file, const GgufMetadata& metadata) {
  std::string named = file.parts.empty() ? std::string{} : quant_in_name(file.parts.front().name);
  std::optional<GgufFileType> told;
  if (const auto number = metadata.count("general.file_type")) told = gguf_file_type(*number);
  // Recipes that differ per tensor have no number of their own: the file says what it started from, its name says more.
  const bool recipe = named.starts_with("UD-") || named.ends_with("_XL") || named.ends_with("_L");
  if (!named.empty() && (recipe || !told)) return named;
  if (told) return std::string(told->quant);
  std::map<std::string_view, std::uint64_t> bytes;
  for (const FileTensor& tensor : file.tensors) bytes[tensor.type] += tensor.bytes.value_or(0);
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most != bytes.end() ? std::string(most->first) : std::string{};
}

std::string short_name(std::string_view text) {
  std::string slug;
  for (const char c : lower_case(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    if (plain) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() >= 80) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

}  // namespace canirun::formats
