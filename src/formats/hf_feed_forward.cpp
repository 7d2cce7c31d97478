// SPDX-License-Identifier: MIT
// Which layers have experts. Keys: the configuration classes of transformers and those that models bring along.
#include <algorithm>
#include <charconv>
#include <functional>

#include "formats/hf_layers.hpp"

namespace canirun::formats {
namespace {

using Kind = FeedForwardKind;

/// "3,4,5,...": layers with experts, as Step 3.5 lists them.
std::vector<std::uint32_t> listed_layers(const std::string& text) {
  std::vector<std::uint32_t> out;
  const char* at = text.data();
  const char* end = text.data() + text.size();
  while (at < end) {
    std::uint32_t layer = 0;
    const auto [next, problem] = std::from_chars(at, end, layer);
    if (problem == std::errc{}) out.push_back(layer);
    at = std::max(next, at + 1);
  }
  return out;
}

bool contains(const std::vector<std::uint32_t>& list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Does layer i have experts?
std::function<bool(std::size_t)> experts_by(const ModelSpec& spec, const HfKeys& keys) {
  const std::size_t layers = spec.layers.size();
  if (std::vector<std::string> words = keys.words({"mlp_layer_types"}); words.size() >= layers) {
    return [words = std::move(words)](std::size_t i) { return words[i] != "dense"; };
  }
  if (std::vector<std::uint32_t> flags = keys.counts({"moe_layer_freq", "is_moe_layer"}); flags.size() >= layers) {
    return [flags = std::move(flags)](std::size_t i) { return flags[i] == 1; };
  }
  std::vector<std::uint32_t> listed = keys.counts({"moe_layers"});
  if (listed.empty()) listed = listed_layers(keys.text({"moe_layers_enum"}));
  if (!listed.empty()) return [listed = std::move(listed)](std::size_t i) { return contains(listed, i); };
  if (spec.architecture == "jamba") {
    const std::uint32_t period = std::max(1U, keys.count_or({"expert_layer_period"}, 2));
    const std::uint32_t offset = keys.count_or({"expert_layer_offset"}, 1);
    return [=](std::size_t i) { return i % period == offset % period; };
  }
  const std::uint32_t dense =
      keys.count_or({"first_k_dense_replace", "num_dense_layers", "moe_layer_start_index", "first_k_dense_layers"}, 0);
  const std::uint32_t step = std::max(
      1U, keys.count_or({"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval", "moe_layer_freq"}, 1));
  return [=, only = keys.counts({"mlp_only_layers"})](std::size_t i) {
    return i >= dense && (i + 1) % step == 0 && !contains(only, i);
  };
}

/// LFM2 states the length before it is cut to two thirds and rounded.
std::uint32_t adjusted(const HfKeys& keys, std::uint32_t length) {
  if (!keys.flag({"block_auto_adjust_ff_dim"})) return length;
  double cut = static_cast<double>(std::uint64_t{length} * 2 / 3);
  cut *= keys.find("block_ffn_dim_multiplier").number().value_or(1.0);
  const std::uint64_t multiple = std::max(1U, keys.count_or({"block_multiple_of"}, 256));
  if (!(cut >= 0 && cut < 4e9)) return length;
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(cut) + multiple - 1) / multiple * multiple);
}

std::uint32_t dense_length(const ModelSpec& spec, const HfKeys& keys) {
  if (spec.architecture == "granitehybrid") {
    return keys.count_or({"shared_intermediate_size", "intermediate_size"}, 0);
  }
  if (const auto length = keys.count({"dense_intermediate_size", "intermediate_size_mlp"})) return *length;
  return adjusted(keys, keys.count_or({"intermediate_size", "ffn_hidden_size", "n_inner", "block_ff_dim"}, 0));
}

/// DeciLM: heads and widths of each block, some of which lack one half or the other.
void apply_block_configs(ModelSpec& spec, const HfKeys& keys) {
  const json::View blocks = keys.find("block_configs");
  const std::uint32_t heads = keys.count_or({"num_attention_heads"}, 0);
  for (std::size_t i = 0; i < spec.layers.size() && i < blocks.size(); ++i) {
    LayerSpec& layer = spec.layers[i];
    const json::View attention = blocks.at(i).at("attention");
    const json::View ffn = blocks.at(i).at("ffn");
    if (attention.at("no_op").flag().value_or(false) || attention.at("replace_with_linear").flag().value_or(false)) {
      layer.attention = AttentionKind::none;
      layer.head_count = layer.head_count_kv = layer.key_length = layer.value_length = 0;
    } else if (const auto group = attention.at("n_heads_in_group").count32(); group && *group > 0) {
      layer.head_count_kv = heads / *group;
    }
    if (ffn.at("no_op").flag().value_or(false)) {
      layer.feed_forward = Kind::none;
      layer.feed_forward_length = 0;
    } else if (const auto multiple = ffn.at("ffn_mult").number(); multiple && *multiple > 0 && *multiple < 100) {
      // Two thirds of it, rounded up to 256
      const auto wide = static_cast<std::uint64_t>(2 * *multiple * spec.embedding_length / 3);
      layer.feed_forward_length = static_cast<std::uint32_t>((wide + 255) / 256 * 256);
    }
  }
}

}  // namespace

void set_feed_forward(ModelSpec& spec, const HfKeys& keys) {
  const auto has_experts = experts_by(spec, keys);
  const std::uint32_t length = dense_length(spec, keys);
  const std::vector<std::uint32_t> lengths = keys.counts({"intermediate_size"});
  const bool beside = spec.architecture == "gemma4" || keys.flag({"enable_moe_block"});
  const bool half_blocks = spec.architecture.starts_with("nemotron_h");
  const std::string letters = keys.text({"hybrid_override_pattern"});
  const std::vector<std::string> words = keys.words({"layers_block_type"});
  const std::uint32_t shared = keys.flag({"use_double_wide_mlp"}) ? keys.count_or({"num_kv_shared_layers"}, 0) : 0;

  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    LayerSpec& layer = spec.layers[i];
    const bool experts = spec.moe && has_experts(i);
    layer.feed_forward = experts ? (beside ? Kind::moe_and_dense : Kind::moe) : Kind::dense;
    if (half_blocks) {
      const bool routed = i < letters.size() ? letters[i] == 'E' : i < words.size() && words[i] == "moe";
      layer.feed_forward = layer.attention != AttentionKind::none ? Kind::none : routed ? Kind::moe : Kind::dense;
    }
    if (layer.attention == AttentionKind::mamba && spec.architecture == "mamba") layer.feed_forward = Kind::none;
    if (layer.attention == AttentionKind::mamba2 && spec.architecture == "mamba2") layer.feed_forward = Kind::none;
    if (layer.feed_forward == Kind::dense || layer.feed_forward == Kind::moe_and_dense) {
      layer.feed_forward_length = i < lengths.size() ? lengths[i] : length;
      if (i + shared >= spec.layers.size()) layer.feed_forward_length *= 2;
    }
  }
  if (keys.find("block_configs").is_array()) apply_block_configs(spec, keys);
}

}  // namespace canirun::formats
