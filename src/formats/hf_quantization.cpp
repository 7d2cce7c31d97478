// SPDX-License-Identifier: MIT
// How a repository says that its weights are packed. Keys: the quantizers of transformers, compressed-tensors, ModelOpt
// and mlx-lm.
#include "formats/hf_quantization.hpp"

#include <algorithm>
#include <array>

namespace canirun::formats {
namespace {

HfPacking packing_of(json::View view) {
  const auto first = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (const auto count = view.at(name).count32()) return *count;
    }
    return 0U;
  };
  return {.bits = first({"bits", "num_bits", "w_bit"}), .group_size = first({"group_size", "q_group_size"})};
}

void read_groups(HfQuantization& quantization, json::View groups) {
  groups.each_member([&](const std::string&, json::View group) {
    const json::View weights = group.at("weights");
    if (quantization.packing.bits == 0) quantization.packing = packing_of(weights);
    if (quantization.format.empty() || quantization.format == "mixed-precision") {
      quantization.format = group.at("format").text().value_or(quantization.format);
    }
    if (quantization.format.empty()) quantization.format = weights.at("type").text().value_or("");
  });
}

HfQuantization read_mlx(json::View view) {
  HfQuantization quantization;
  quantization.mlx = true;
  quantization.method = "mlx";
  quantization.format = view.at("mode").text().value_or("affine");
  quantization.packing = packing_of(view);
  view.each_member([&](const std::string& module, json::View value) {
    if (value.is_object()) quantization.exceptions.emplace(module, packing_of(value));
  });
  return quantization;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

HfQuantization read_quantization(const HfKeys& keys) {
  if (const json::View mlx = keys.find({"quantization"}); mlx.is_object() && mlx.at("bits")) return read_mlx(mlx);
  HfQuantization quantization;
  const json::View view = keys.find({"quantization_config", "compression_config"});
  if (!view.is_object()) return quantization;
  quantization.method = lower(view.at("quant_method").text().value_or("unnamed"));
  quantization.format = view.at("quant_algo").text().value_or(view.at("format").text().value_or(""));
  quantization.packing = packing_of(view);
  read_groups(quantization, view.at("config_groups"));
  if (quantization.method == "bitsandbytes") {
    const bool four = view.at("load_in_4bit").flag().value_or(false) || view.at("_load_in_4bit").flag().value_or(false);
    quantization.packing.bits = four ? 4 : 8;
    quantization.format = four ? view.at("bnb_4bit_quant_type").text().value_or("nf4") : "int8";
  }
  return quantization;
}

std::string describe(const HfQuantization& quantization) {
  if (quantization.method.empty()) return {};
  std::string out = quantization.method;
  if (!quantization.format.empty() && lower(quantization.format) != out) out += " " + quantization.format;
  if (quantization.packing.bits > 0) out += ", " + std::to_string(quantization.packing.bits) + " bit";
  if (quantization.packing.group_size > 0) out += ", groups of " + std::to_string(quantization.packing.group_size);
  return out;
}

std::string quant_name(const HfQuantization& quantization, const std::vector<HfMatrix>& matrices, std::string_view dtype) {
  // The type of most bytes says what is there, whatever the config claims.
  std::array<std::uint64_t, k_tensor_type_count> by_type{};
  for (const HfMatrix& matrix : matrices) {
    if (matrix.type) by_type[static_cast<std::size_t>(*matrix.type)] += matrix.bytes;
  }
  const auto most = std::max_element(by_type.begin(), by_type.end());
  const bool known = !matrices.empty() && *most > 0;
  const auto type = static_cast<TensorType>(most - by_type.begin());
  const std::string format = lower(quantization.format);
  const std::uint32_t bits = quantization.packing.bits;
  if (quantization.mlx) {
    if (contains(format, "fp4") || contains(format, "fp8")) return "mlx-" + format;
    return "mlx-" + std::to_string(bits) + "bit";
  }
  const std::string& method = quantization.method;
  if (method == "awq") return "AWQ-" + std::to_string(bits == 0 ? 4U : bits) + "bit";
  if (method == "gptq") return "GPTQ-Int" + std::to_string(bits == 0 ? 4U : bits);
  if (method == "hqq") return "HQQ-" + std::to_string(bits == 0 ? 4U : bits) + "bit";
  if (method == "bitsandbytes") return bits == 8 ? "BNB-int8" : "BNB-" + std::string(format == "fp4" ? "FP4" : "NF4");
  if (method == "mxfp4" || (known && type == TensorType::mxfp4)) return "MXFP4";
  if (contains(format, "nvfp4") || (known && type == TensorType::nvfp4)) return "NVFP4-ModelOpt";
  if (method == "compressed-tensors" && bits == 4 && !contains(format, "float")) return "AWQ-4bit";
  if (contains(format, "int-quantized") || contains(format, "int8")) return "INT8";
  if (method == "fp8" || contains(format, "fp8") || contains(format, "float") || (known && type == TensorType::fp8)) {
    return "FP8";
  }
  if (!method.empty() && method != "unnamed") return bits > 0 ? method + "-" + std::to_string(bits) + "bit" : method;
  const std::string_view plain = known ? enum_names(TensorType{})[static_cast<std::size_t>(type)] : dtype;
  if (plain == "f16" || plain == "float16") return "F16";
  if (plain == "f32" || plain == "float32") return "F32";
  return "BF16";
}

}  // namespace canirun::formats
