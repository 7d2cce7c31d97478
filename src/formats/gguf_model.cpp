// SPDX-License-Identifier: MIT
#include "formats/gguf_model.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>

#include "formats/ggml_types.hpp"
#include "formats/gguf_about.hpp"
#include "formats/gguf_layout.hpp"
#include "formats/gguf_metadata.hpp"
#include "formats/gguf_projector.hpp"
#include "formats/gguf_spec.hpp"

namespace canirun::formats {
namespace {

/// Parts are numbered from 0 in the file, from 1 in its name and here.
Result<void> check_parts(const std::vector<GgufHeader>& parts) {
  std::optional<std::uint32_t> tensors_told;
  std::size_t tensors = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const GgufMetadata metadata(parts[i]);
    const std::uint32_t count = metadata.count("split.count").value_or(1);
    const std::uint32_t number = metadata.count("split.no").value_or(0);
    tensors += parts[i].tensors.size();
    if (i == 0) tensors_told = metadata.count("split.tensors.count");
    if (count <= 1 && parts.size() == 1) return {};
    const std::string which = "part " + std::to_string(number + 1ULL) + " of " + std::to_string(count);
    if (number != i) {
      return tl::unexpected(Error{.kind = ErrorKind::malformed,
                                  .message = "expected part " + std::to_string(i + 1) + ", found " + which,
                                  .context = {parts[i].name},
                                  .hint = "name the first part; the others are looked for beside it"});
    }
    if (count != parts.size()) {
      return tl::unexpected(Error{.kind = ErrorKind::not_found,
                                  .message = "it is " + which + "; only " + std::to_string(parts.size()) + " there",
                                  .context = {parts[i].name},
                                  .hint = "all parts have to lie in one folder under their own names"});
    }
  }
  if (tensors_told && *tensors_told != tensors) {
    return fail(ErrorKind::malformed,
                "expected " + std::to_string(*tensors_told) + " tensors in all parts, found " + std::to_string(tensors));
  }
  return {};
}

Result<void> add_part(ModelFile& file, const GgufHeader& header, std::unordered_set<std::string>& names) {
  const auto part = static_cast<std::uint32_t>(file.parts.size());
  file.parts.push_back({.name = header.name, .file_bytes = header.file_bytes, .header_bytes = header.data_offset});
  Result<std::vector<FileTensor>> tensors = list_tensors(header, part);
  if (!tensors) return tl::unexpected(std::move(tensors).error().within(header.name));
  for (FileTensor& tensor : *tensors) {
    if (!names.insert(tensor.name).second) {
      return fail(ErrorKind::malformed,
                  header.name + ": expected each tensor in one part, found \"" + tensor.name + "\" again");
    }
    file.tensors.push_back(std::move(tensor));
  }
  return {};
}

std::uint64_t elements_of(const FileTensor& tensor) {
  std::uint64_t elements = 1;
  for (const std::uint64_t length : tensor.shape) elements *= length;
  return elements;
}

bool is_expert(TensorRole role) {
  return role == TensorRole::expert_gate || role == TensorRole::expert_up || role == TensorRole::expert_gate_up ||
         role == TensorRole::expert_down || role == TensorRole::expert_bias;
}

/// A tower for images that Ollama keeps in the model's own file.
bool is_tower(std::string_view name) { return name.starts_with("v.") || name.starts_with("mm."); }

/// Every element counts once; of the experts, a token touches only those in use.
void count_parameters(ModelFile& file) {
  std::uint64_t all = 0;
  std::uint64_t in_experts = 0;
  std::uint64_t in_towers = 0;
  for (const FileTensor& tensor : file.tensors) {
    if (__builtin_add_overflow(all, elements_of(tensor), &all)) return;
    if (is_expert(tensor.role)) in_experts += elements_of(tensor);
    if (is_tower(tensor.name)) in_towers += elements_of(tensor);
  }
  file.spec.parameter_count = all;
  if (in_towers > 0 && file.kind == FileKind::model) {
    file.spec.vision = true;
    file.spec.vision_parameter_count = in_towers;
  }
  if (!file.spec.moe || file.spec.moe->expert_count == 0) return;
  file.spec.active_parameter_count =
      all - in_experts + in_experts / file.spec.moe->expert_count * file.spec.moe->expert_used_count;
}

StoredWeights weights_of(const ModelFile& file, const GgufMetadata& metadata) {
  StoredWeights weights;
  weights.quant = quant_of(file, metadata);
  weights.format = QuantFormat::gguf;
  weights.tensors.reserve(file.tensors.size());
  for (const FileTensor& tensor : file.tensors) {
    if (!tensor.known_type || !tensor.bytes) {
      ++weights.unsized_count;
      continue;
    }
    const auto length = [&](std::size_t d) { return d < tensor.shape.size() ? tensor.shape[d] : 1; };
    const std::uint64_t outer = std::min<std::uint64_t>(length(2) * length(3), std::numeric_limits<std::uint32_t>::max());
    weights.tensors.push_back({.role = tensor.role,
                               .layer = tensor.layer,
                               .type = *tensor.known_type,
                               .bytes = *tensor.bytes,
                               .ne0 = static_cast<std::uint32_t>(length(0)),
                               .ne1 = static_cast<std::uint32_t>(length(1)),
                               .ne2 = static_cast<std::uint32_t>(outer)});
  }
  return weights;
}

void note_types(ModelFile& file, const std::vector<GgufHeader>& parts) {
  std::unordered_set<std::uint32_t> seen;
  for (const GgufHeader& part : parts) {
    for (const GgufTensorInfo& tensor : part.tensors) {
      if (!seen.insert(tensor.type).second || seen.size() > 64) continue;
      const std::optional<GgmlType> type = ggml_type(tensor.type);
      if (!type) {
        file.notes.push_back("Tensors of " + ggml_type_name(tensor.type) +
                             " are in it; their size is not known here, so the sums lack them.");
      } else if (type->removed) {
        file.notes.push_back("Tensors of type " + std::string(type->name) + " are in it, which llama.cpp no longer loads.");
      }
    }
  }
}

}  // namespace

Result<ModelFile> model_from_gguf(const std::vector<GgufHeader>& parts) {
  if (parts.empty()) return fail(ErrorKind::internal, "no part of a GGUF file was read");
  if (auto complete = check_parts(parts); !complete) return tl::unexpected(std::move(complete).error());

  ModelFile file;
  std::unordered_set<std::string> names;
  for (const GgufHeader& header : parts) {
    if (auto added = add_part(file, header, names); !added) return tl::unexpected(std::move(added).error());
  }
  const GgufHeader& first = parts.front();
  const GgufMetadata metadata(first);
  file.kind = kind_of(metadata, !file.tensors.empty());
  if (file.kind == FileKind::projector) file.projector = projector_of(metadata, file.tensors);

  if (file.kind == FileKind::model) {
    std::vector<NamedTensor> tensors;
    tensors.reserve(file.tensors.size());
    for (const FileTensor& tensor : file.tensors) tensors.push_back({tensor.name, tensor.shape, tensor.known_type});
    Result<ModelSpec> spec = spec_from_gguf(metadata, tensors, file.notes);
    if (!spec) return tl::unexpected(std::move(spec).error().within(first.name));
    file.spec = *std::move(spec);
  }
  describe_file(file, metadata, first);
  count_parameters(file);
  file.spec.stored = std::make_shared<const StoredWeights>(weights_of(file, metadata));
  note_types(file, parts);
  return file;
}

}  // namespace canirun::formats
