// SPDX-License-Identifier: MIT
// Keys and tensor names: clip-impl.h of llama.cpp.
#include "formats/gguf_projector.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace canirun::formats {
namespace {

/// "v.deepstack.8.fc1.weight" -> 8
std::optional<std::uint32_t> deepstack_layer(std::string_view name) {
  constexpr std::string_view k_prefix = "v.deepstack.";
  if (!name.starts_with(k_prefix)) return std::nullopt;
  std::uint32_t layer = 0;
  const char* begin = name.data() + k_prefix.size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), layer);
  return error == std::errc() && end != begin ? std::optional(layer) : std::nullopt;
}

}  // namespace

ProjectorSpec projector_of(const GgufMetadata& metadata, const std::vector<FileTensor>& tensors) {
  const auto count = [&](std::string_view key) { return metadata.count(key).value_or(0); };
  ProjectorSpec spec;
  spec.type = metadata.text("clip.vision.projector_type");
  if (spec.type.empty()) spec.type = metadata.text("clip.projector_type");
  spec.image_size = count("clip.vision.image_size");
  spec.patch_size = count("clip.vision.patch_size");
  spec.embedding_length = count("clip.vision.embedding_length");
  spec.feed_forward_length = count("clip.vision.feed_forward_length");
  spec.head_count = count("clip.vision.attention.head_count");
  spec.layer_count = count("clip.vision.block_count");
  spec.projection_length = count("clip.vision.projection_dim");
  spec.merge = count("clip.vision.spatial_merge_size");
  if (spec.merge == 0) spec.merge = count("clip.vision.projector.scale_factor");
  spec.window_pattern = count("clip.vision.n_wa_pattern");
  for (const FileTensor& tensor : tensors) {
    if (tensor.name == "v.blk.0.ffn_gate.weight") spec.gated = true;
    if (tensor.name == "v.blk.0.attn_out.weight" && tensor.known_type == TensorType::f32) spec.weight_bytes_per_element = 4;
    const std::optional<std::uint32_t> layer = deepstack_layer(tensor.name);
    auto& known = spec.deepstack_layers;
    if (layer && std::find(known.begin(), known.end(), *layer) == known.end()) known.push_back(*layer);
  }
  std::sort(spec.deepstack_layers.begin(), spec.deepstack_layers.end());
  return spec;
}

}  // namespace canirun::formats
