// SPDX-License-Identifier: MIT
#include "formats/hf_model.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "formats/gguf_about.hpp"
#include "formats/hf_config.hpp"
#include "formats/hf_tensors.hpp"
#include "formats/safetensors_types.hpp"

namespace canirun::formats {
namespace {

std::string base_name(const std::string& path) {
  const std::size_t end = path.find_last_not_of("/\\");
  if (end == std::string::npos) return {};
  const std::string whole = path.substr(0, end + 1);
  return whole.substr(whole.find_last_of("/\\") + 1);
}

bool is_coder(std::string_view name) {
  return name.find("code") != std::string_view::npos || name.find("Code") != std::string_view::npos;
}

/// Names, and where it comes from.
void describe_model(ModelFile& file, HfConfig& config, const std::string& name) {
  ModelSpec& spec = file.spec;
  spec = std::move(config.spec);
  file.about = std::move(config.about);
  file.notes = std::move(config.notes);
  const std::string title = base_name(config.name);
  spec.name = !title.empty() ? title : !base_name(name).empty() ? base_name(name) : spec.architecture;
  spec.id = short_name(spec.name);
  if (spec.id.empty()) spec.id = "model";
  spec.for_code = is_coder(spec.name);
  spec.provenance = {.basis = Basis::published, .source = name, .retrieved = {}};
}

bool is_expert(TensorRole role) {
  return role == TensorRole::expert_gate || role == TensorRole::expert_up || role == TensorRole::expert_gate_up ||
         role == TensorRole::expert_down || role == TensorRole::expert_bias;
}

struct Elements {
  std::uint64_t all = 0, in_experts = 0, side = 0;
  void add(std::uint64_t& sum, std::uint64_t count) {
    if (__builtin_add_overflow(sum, count, &sum)) sum = UINT64_MAX;
  }
};

void set_parameters(ModelSpec& spec, const Elements& elements) {
  spec.parameter_count = elements.all;
  if (elements.side > 0) spec.vision_parameter_count = elements.side;
  if (!spec.moe || spec.moe->expert_count == 0) return;
  spec.active_parameter_count =
      elements.all - elements.in_experts + elements.in_experts / spec.moe->expert_count * spec.moe->expert_used_count;
}

/// Counted over the tensors that the dimensions imply. Rope factors are no parameters, and those that predict further
/// tokens are not counted in a model's size.
void count_implied(ModelSpec& spec) {
  QuantScheme plain;
  plain.base = TensorType::f16;
  Elements elements;
  for (const Tensor& tensor : make_tensors(spec, plain)) {
    if (tensor.role == TensorRole::rope_factors || tensor.layer >= static_cast<std::int32_t>(spec.layers.size())) continue;
    elements.add(elements.all, tensor.elements());
    if (is_expert(tensor.role)) elements.add(elements.in_experts, tensor.elements());
  }
  set_parameters(spec, elements);
}

std::uint64_t elements_of(const HfMatrix& matrix) {
  std::uint64_t out = 1;
  for (const std::uint64_t length : matrix.shape) {
    if (__builtin_mul_overflow(out, length, &out)) return UINT64_MAX;
  }
  return out;
}

/// All shards' tensors in order, each name once.
Result<std::vector<const SafetensorsInfo*>> all_tensors(const std::vector<SafetensorsHeader>& headers) {
  std::vector<const SafetensorsInfo*> out;
  std::unordered_set<std::string_view> names;
  for (const SafetensorsHeader& header : headers) {
    for (const SafetensorsInfo& info : header.tensors) {
      if (!names.insert(info.name).second) {
        return fail(ErrorKind::malformed,
                    header.name + ": expected each tensor in one file, found \"" + info.name + "\" again",
                    "the folder may hold two copies of the model: keep one");
      }
      out.push_back(&info);
    }
  }
  return out;
}

bool is_adapter(const std::vector<const SafetensorsInfo*>& tensors) {
  return !tensors.empty() && std::all_of(tensors.begin(), tensors.end(), [](const SafetensorsInfo* tensor) {
    return tensor->name.find("lora_") != std::string::npos;
  });
}

void list_tensors(ModelFile& file, const std::vector<SafetensorsHeader>& headers, const HfMatrices& joined,
                  const std::vector<HfName>& names) {
  std::size_t index = 0;
  for (std::size_t part = 0; part < headers.size(); ++part) {
    const SafetensorsHeader& header = headers[part];
    file.parts.push_back({.name = header.name, .file_bytes = header.file_bytes, .header_bytes = header.data_offset});
    for (const SafetensorsInfo& info : header.tensors) {
      const std::size_t owner = joined.owner_of[index];
      const HfName& name = names[owner];
      const bool main = joined.matrices[owner].main == index;
      file.tensors.push_back({.name = info.name,
                              .shape = info.shape,
                              .type = info.dtype,
                              .known_type = main ? joined.matrices[owner].type : plain_type(info.dtype),
                              .offset = header.data_offset + info.begin_offset,
                              .bytes = info.end_offset - info.begin_offset,
                              .part = static_cast<std::uint32_t>(part),
                              .role = stored_role(name),
                              .layer = name.tower == HfTower::side ? -1 : name.layer});
      ++index;
    }
  }
}

/// Beside the language model: how much, in a sentence.
void note_side(ModelFile& file, std::uint64_t side_bytes) {
  if (side_bytes == 0) return;
  const std::string megabytes = std::to_string((side_bytes + 500'000) / 1'000'000);
  file.notes.push_back("Of the weights, " + megabytes + " MB belong to parts that see, hear or speak.");
}

}  // namespace

Result<ModelFile> model_from_config(const std::string& config_text, const std::string& name) {
  Result<HfConfig> config = read_hf_config(config_text);
  if (!config) return tl::unexpected(std::move(config).error());
  ModelFile file;
  describe_model(file, *config, name);
  file.about.container = "config.json alone";
  count_implied(file.spec);
  return file;
}

Result<ModelFile> model_from_safetensors(const std::string& config_text, std::vector<SafetensorsHeader> headers) {
  Result<HfConfig> read = read_hf_config(config_text);
  if (!read) return tl::unexpected(std::move(read).error());
  HfConfig& config = *read;
  const Result<std::vector<const SafetensorsInfo*>> tensors = all_tensors(headers);
  if (!tensors) return tl::unexpected(tensors.error());

  ModelFile file;
  const HfQuantization quantization = config.quantization;
  const std::string dtype = config.dtype;
  const bool known = config.family != nullptr;
  describe_model(file, config, headers.empty() ? std::string() : headers.front().name);
  ModelSpec& spec = file.spec;
  file.about.container = quantization.mlx ? "MLX safetensors" : "safetensors";
  if (is_adapter(*tensors)) {
    file.kind = FileKind::adapter;
    file.about.adapter_of = "lora";
  }

  // Matrices, each with the scales that belong to it, by their names in GGUF.
  const HfMatrices joined = join_packed(*tensors, quantization);
  std::vector<HfName> names;
  names.reserve(joined.matrices.size());
  for (const HfMatrix& matrix : joined.matrices) names.push_back(translate_name(matrix.name, spec));

  // What the network is.
  std::vector<NamedTensor> named;
  std::string stranger;
  std::size_t in_blocks = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    append_named(named, names[i], joined.matrices[i], spec);
    if (names[i].tower == HfTower::text && names[i].layer >= 0) ++in_blocks;
    const bool unknown =
        names[i].gguf.empty() && !names[i].ignored && names[i].tower == HfTower::text && names[i].layer >= 0;
    if (unknown && stranger.empty()) stranger = joined.matrices[i].name;
  }
  if (!spec.layers.empty() && in_blocks > 0 && file.kind == FileKind::model) {
    if (stranger.empty()) {
      apply_hf_tensors(spec, named, known);
    } else {
      const bool output = std::any_of(named.begin(), named.end(), [](const auto& t) { return t.name == "output.weight"; });
      spec.tied_embeddings = !output;
      file.notes.push_back("The tensor " + stranger +
                           " is not known here: the network is taken as config.json describes it.");
    }
  }

  // What it weighs.
  StoredWeights weights;
  weights.quant = quant_name(quantization, joined.matrices, dtype);
  weights.format = quantization.mlx ? QuantFormat::mlx : QuantFormat::safetensors;
  Elements elements;
  std::uint64_t side_bytes = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const HfMatrix& matrix = joined.matrices[i];
    const StoredTensor tensor = stored_tensor(names[i], matrix, spec);
    append_stored(weights.tensors, tensor);
    if (names[i].tower == HfTower::side) {
      side_bytes += matrix.bytes;
      elements.add(elements.side, elements_of(matrix));
    } else if (names[i].tower == HfTower::text && !names[i].ignored) {
      elements.add(elements.all, elements_of(matrix));
      if (is_expert(tensor.role)) elements.add(elements.in_experts, elements_of(matrix));
    }
  }
  set_parameters(spec, elements);
  list_tensors(file, headers, joined, names);
  note_side(file, side_bytes);
  spec.stored = std::make_shared<const StoredWeights>(std::move(weights));
  return file;
}

}  // namespace canirun::formats
