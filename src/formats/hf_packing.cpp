// SPDX-License-Identifier: MIT
// Which tensors are one matrix together, and how large it is unpacked. Layouts: AutoAWQ, AutoGPTQ, bitsandbytes,
// compressed-tensors, ModelOpt, MLX, and OpenAI's MXFP4.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "formats/hf_quantization.hpp"
#include "formats/safetensors_types.hpp"

namespace canirun::formats {
namespace {

/// What a tensor is to its matrix.
enum class Part { main, scale, companion };

struct Ending {
  std::string_view text;
  Part part;
  std::string_view plain;  ///< what stands there in the name of the matrix
};
/// The first that fits wins: longer ones come before their own endings.
constexpr std::array k_endings{
    Ending{".weight_scale_inv", Part::scale, ".weight"},
    Ending{".weight_scale_2", Part::companion, ".weight"},
    Ending{".weight_scale", Part::scale, ".weight"},
    Ending{".weight_global_scale", Part::companion, ".weight"},
    Ending{".weight_zero_point", Part::companion, ".weight"},
    Ending{".weight_shape", Part::companion, ".weight"},
    Ending{".weight_g_idx", Part::companion, ".weight"},
    Ending{".input_global_scale", Part::companion, ".weight"},
    Ending{".input_scale", Part::companion, ".weight"},
    Ending{".weight_packed", Part::main, ".weight"},
    Ending{".weight.absmax", Part::scale, ".weight"},
    Ending{".weight.nested_absmax", Part::companion, ".weight"},
    Ending{".weight.quant_map", Part::companion, ".weight"},
    Ending{".weight.nested_quant_map", Part::companion, ".weight"},
    Ending{".weight_format", Part::companion, ".weight"},
    Ending{".SCB", Part::scale, ".weight"},
    Ending{".SCBt", Part::companion, ".weight"},
    Ending{".qweight", Part::main, ".weight"},
    Ending{".qzeros", Part::companion, ".weight"},
    Ending{".scales", Part::scale, ".weight"},
    Ending{".g_idx", Part::companion, ".weight"},
    Ending{".biases", Part::companion, ".weight"},
    Ending{"_blocks", Part::main, ""},
    Ending{"_scales", Part::scale, ""},
    Ending{"_weight_scale_inv", Part::scale, ""},
    Ending{"_weight_scale_2", Part::companion, ""},
    Ending{"_weight_scale", Part::scale, ""},
    Ending{"_input_scale", Part::companion, ""},
    Ending{"_scale_inv", Part::scale, ""},
};
constexpr std::string_view k_quant_state = ".weight.quant_state.";

struct Named {
  std::string matrix;
  Part part = Part::main;
};

Named split_name(const std::string& name) {
  if (const std::size_t at = name.find(k_quant_state); at != std::string::npos) {
    return {name.substr(0, at) + ".weight", Part::companion};
  }
  for (const Ending& ending : k_endings) {
    if (!std::string_view(name).ends_with(ending.text)) continue;
    return {name.substr(0, name.size() - ending.text.size()) + std::string(ending.plain), ending.part};
  }
  return {name, Part::main};
}

TensorType grouped(std::uint32_t bits, std::uint64_t group) {
  switch (bits) {
    case 2:
      return TensorType::int2_g64;
    case 3:
      return TensorType::int3_g64;
    case 4:
      return group > 64 || group == 0 ? TensorType::int4_g128 : group > 32 ? TensorType::int4_g64 : TensorType::int4_g32;
    case 5:
      return TensorType::int5_g64;
    case 6:
      return TensorType::int6_g64;
    default:
      return TensorType::int8_g64;
  }
}

std::uint64_t last(const std::vector<std::uint64_t>& shape) { return shape.empty() ? 1 : shape.back(); }
bool is_word(std::string_view dtype) { return dtype == "I32" || dtype == "U32"; }
bool is_byte(std::string_view dtype) { return dtype == "U8" || dtype == "I8"; }

/// The settings of one module: MLX lists exceptions by name.
HfPacking packing_for(const HfQuantization& quantization, std::string_view matrix) {
  HfPacking packing = quantization.packing;
  if (matrix.ends_with(".weight")) matrix.remove_suffix(7);
  if (const auto at = quantization.exceptions.find(matrix); at != quantization.exceptions.end()) {
    if (at->second.bits > 0) packing.bits = at->second.bits;
    if (at->second.group_size > 0) packing.group_size = at->second.group_size;
  }
  return packing;
}

/// Multiplies the last dimension by `times`, or leaves the matrix as it is when that overflows.
void widen(HfMatrix& matrix, std::uint64_t times) {
  std::uint64_t wide = 0;
  if (!matrix.shape.empty() && !__builtin_mul_overflow(matrix.shape.back(), times, &wide)) matrix.shape.back() = wide;
}

/// Words of 32 bits: AWQ and GPTQ lay inputs outermost, and pack outputs or inputs; others pack each row of inputs.
void unpack_words(HfMatrix& matrix, const SafetensorsInfo& main, const SafetensorsInfo* scale,
                  const HfQuantization& quantization) {
  HfPacking packing = packing_for(quantization, matrix.name);
  const bool inputs_first = main.name.ends_with(".qweight");
  if (inputs_first && main.shape.size() == 2) {
    const std::uint64_t outputs = scale != nullptr ? last(scale->shape) : main.shape[1];
    const bool packs_outputs = outputs != main.shape[1];
    if (packs_outputs && outputs > 0)
      packing.bits = static_cast<std::uint32_t>(std::min<std::uint64_t>(main.shape[1] * 32 / outputs, 8));
    if (packing.bits == 0) packing.bits = 4;
    std::uint64_t inputs = main.shape[0];
    if (!packs_outputs && inputs < (std::uint64_t{1} << 32U)) inputs = inputs * 32 / packing.bits;
    matrix.shape = {outputs, inputs};
    if (packing.group_size == 0 && scale != nullptr && !scale->shape.empty() && scale->shape[0] > 0) {
      packing.group_size = static_cast<std::uint32_t>(std::min<std::uint64_t>(inputs / scale->shape[0], 1U << 20U));
    }
  } else {
    // Scales tell the row's length where config.json does not tell the bits.
    const std::uint64_t groups = scale != nullptr ? last(scale->shape) : 0;
    if (quantization.mlx && groups > 0 && packing.group_size > 0 && last(main.shape) > 0) {
      const std::uint64_t row = groups * std::min<std::uint64_t>(packing.group_size, 1U << 16U);
      if (row > 0) packing.bits = static_cast<std::uint32_t>(std::min<std::uint64_t>(last(main.shape) * 32 / row, 8));
    }
    if (packing.bits == 0) packing.bits = 4;
    widen(matrix, 32);
    if (!matrix.shape.empty()) matrix.shape.back() /= packing.bits;
  }
  const bool floats = scale != nullptr && (is_byte(scale->dtype) || scale->dtype.starts_with("F8"));
  if (floats && packing.bits == 4) {
    matrix.type = packing.group_size == 16 ? TensorType::nvfp4 : TensorType::mxfp4;
  } else {
    matrix.type = floats ? TensorType::fp8 : grouped(packing.bits, packing.group_size);
  }
}

/// Bytes: two elements of four bits, or one of eight.
void unpack_bytes(HfMatrix& matrix, const SafetensorsInfo& main, const SafetensorsInfo* scale,
                  const HfQuantization& quantization) {
  if (main.name.ends_with("_blocks") && main.shape.size() >= 2) {
    // [experts, rows, blocks, 16 bytes]: a block is 32 elements
    matrix.shape.pop_back();
    widen(matrix, 2 * last(main.shape));
    matrix.type = TensorType::mxfp4;
  } else if (scale == nullptr) {
    matrix.type.reset();
  } else if (scale->name.ends_with(".absmax")) {
    widen(matrix, 1);
    std::uint64_t elements = 2;
    for (const std::uint64_t length : main.shape) {
      if (__builtin_mul_overflow(elements, length, &elements)) elements = 0;
    }
    matrix.shape = {elements};
    matrix.flattened = true;
    matrix.type = TensorType::nf4;
  } else if (main.dtype == "I8") {
    matrix.type = TensorType::fp8;  // the same bytes: eight bits and a scale a channel
  } else {
    widen(matrix, 2);
    const bool sixteen = scale->dtype.starts_with("F8_E4M3") || quantization.packing.group_size == 16;
    matrix.type = sixteen ? TensorType::nvfp4 : TensorType::mxfp4;
  }
}

}  // namespace

HfMatrices join_packed(const std::vector<const SafetensorsInfo*>& tensors, const HfQuantization& quantization) {
  HfMatrices out;
  out.owner_of.resize(tensors.size());
  std::unordered_map<std::string, std::size_t> mains;
  std::vector<Named> names;
  names.reserve(tensors.size());
  for (const SafetensorsInfo* tensor : tensors) names.push_back(split_name(tensor->name));

  // Main tensors first; then what belongs to one; the rest stands for itself.
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (names[i].part == Part::main) mains.emplace(names[i].matrix, i);
  }
  std::unordered_map<std::size_t, std::size_t> matrix_of;  // by index of the main tensor
  std::vector<const SafetensorsInfo*> scales;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto found = mains.find(names[i].matrix);
    const std::size_t main = found != mains.end() ? found->second : i;
    const auto [at, added] = matrix_of.emplace(main, out.matrices.size());
    if (added) {
      const std::string& name = main == i && names[i].part != Part::main ? tensors[i]->name : names[main].matrix;
      out.matrices.push_back(
          {.name = name, .shape = tensors[main]->shape, .type = plain_type(tensors[main]->dtype), .main = main});
      scales.push_back(nullptr);
    }
    out.owner_of[i] = at->second;
    HfMatrix& matrix = out.matrices[at->second];
    matrix.bytes += tensors[i]->end_offset - tensors[i]->begin_offset;
    if (names[i].part == Part::scale && main != i) scales[at->second] = tensors[i];
  }
  for (std::size_t i = 0; i < out.matrices.size(); ++i) {
    const SafetensorsInfo& main = *tensors[out.matrices[i].main];
    if (is_word(main.dtype) && (scales[i] != nullptr || main.name.ends_with(".qweight"))) {
      unpack_words(out.matrices[i], main, scales[i], quantization);
    } else if (is_byte(main.dtype)) {
      unpack_bytes(out.matrices[i], main, scales[i], quantization);
    }
  }
  return out;
}

}  // namespace canirun::formats
