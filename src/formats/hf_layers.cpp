// SPDX-License-Identifier: MIT
// What a config.json says of each layer: how it mixes tokens and what its feed-forward is.
#include "formats/hf_layers.hpp"

#include <algorithm>
#include <charconv>

namespace canirun::formats {

tl::unexpected<Error> missing_key(const HfKeys& keys, std::string_view name) {
  return fail(ErrorKind::malformed, keys.pointer(name) + ": expected a whole number, found none",
              "config.json has to be the one of a language model, as its repository holds it");
}

namespace {

using Kind = AttentionKind;

/// The word of `layer_types` (or layers_block_type) for one layer.
std::optional<Kind> kind_of_word(std::string_view word, bool windows) {
  if (word == "full_attention" || word == "attention" || word == "global_attention") return Kind::full;
  if (word == "sliding_attention" || word == "local_attention" || word == "sliding_window_attention") {
    return windows ? Kind::sliding_window : Kind::full;
  }
  if (word == "chunked_attention") return windows ? Kind::chunked : Kind::full;
  if (word == "linear_attention") return Kind::gated_delta;
  if (word == "mamba" || word == "mamba2") return Kind::mamba2;
  if (word == "conv" || word == "short_conv") return Kind::short_conv;
  if (word == "moe" || word == "mlp") return Kind::none;
  return std::nullopt;
}

bool apply_words(ModelSpec& spec, const std::vector<std::string>& words, bool windows) {
  if (words.size() < spec.layers.size()) return false;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const std::optional<Kind> kind = kind_of_word(words[i], windows);
    if (!kind) return false;
    spec.layers[i].attention = *kind;
  }
  return true;
}

/// Nemotron-H: one letter a layer.
bool apply_letters(ModelSpec& spec, std::string_view letters) {
  if (letters.size() < spec.layers.size()) return false;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    spec.layers[i].attention = letters[i] == 'M' ? Kind::mamba2 : letters[i] == '*' ? Kind::full : Kind::none;
  }
  return true;
}

void all(ModelSpec& spec, Kind kind) {
  for (LayerSpec& layer : spec.layers) layer.attention = kind;
}

/// Layers that are told apart by a number.
void every(ModelSpec& spec, std::uint32_t period, std::uint32_t offset, Kind rare, Kind usual) {
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    spec.layers[i].attention = period > 0 && i % period == offset % period ? rare : usual;
  }
}

void apply_list(ModelSpec& spec, const std::vector<std::uint32_t>& listed, std::uint32_t first, Kind kind) {
  for (const std::uint32_t layer : listed) {
    if (layer >= first && layer - first < spec.layers.size()) spec.layers[layer - first].attention = kind;
  }
}

/// Recurrent networks that need no word a layer. True: done.
bool set_recurrent(ModelSpec& spec, const HfKeys& keys) {
  const std::string_view architecture = spec.architecture;
  if (architecture == "mamba") return all(spec, Kind::mamba), true;
  if (architecture == "mamba2") return all(spec, Kind::mamba2), true;
  if (architecture == "falcon-h1") return all(spec, Kind::parallel_mamba2), true;
  if (architecture == "jamba") {
    const std::uint32_t period = keys.count_or({"attn_layer_period"}, 8);
    return every(spec, period, keys.count_or({"attn_layer_offset"}, 4), Kind::full, Kind::mamba), true;
  }
  if (architecture == "kimi-linear") {
    std::vector<std::uint32_t> linear;
    keys.find("linear_attn_config").at("kda_layers").each_element([&](json::View value) {
      linear.push_back(value.count32().value_or(0));
    });
    return apply_list(spec, linear, 1, Kind::kda), true;  // counted from 1
  }
  if (architecture.starts_with("nemotron_h") && apply_letters(spec, keys.text({"hybrid_override_pattern"}))) return true;
  if (architecture.starts_with("lfm2") && !keys.find("layer_types")) {
    all(spec, Kind::short_conv);
    return apply_list(spec, keys.counts({"full_attn_idxs"}), 0, Kind::full), true;
  }
  return false;
}

std::uint32_t window_tokens(const ModelSpec& spec, const HfKeys& keys, const HfFamily* family) {
  if (family != nullptr && !family->is(k_windows)) return 0;
  if (!keys.flag({"use_sliding_window"}, true)) return 0;
  if (spec.architecture == "llama4") return keys.count_or({"attention_chunk_size"}, 0);
  return keys.count_or({"sliding_window", "sliding_window_size"}, 0);
}

/// Where no word a layer says it: a pattern of letters, of flags, or a period.
void set_windows(ModelSpec& spec, const HfKeys& keys, const HfFamily* family, Kind windowed) {
  const std::string letters = keys.text({"sliding_window_pattern"});
  const std::vector<std::uint32_t> flags = keys.counts({"hybrid_layer_pattern", "sliding_window_layout", "no_rope_layers"});
  std::uint32_t period =
      keys.count_or({"sliding_window_pattern", "_sliding_window_pattern", "global_attn_every_n_layers"}, 0);
  if (period == 0 && family != nullptr) period = family->window_period;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    bool window = false;
    if (flags.size() >= spec.layers.size()) {
      window = flags[i] == 1;
    } else if (!letters.empty()) {
      window = letters[i % letters.size()] == 'L';
    } else if (period > 0) {
      window = i % period < period - 1;
    }
    if (window) spec.layers[i].attention = windowed;
  }
}

bool any(const ModelSpec& spec, Kind kind) {
  return std::any_of(spec.layers.begin(), spec.layers.end(),
                     [&](const LayerSpec& layer) { return layer.attention == kind; });
}

}  // namespace

void set_mixing(ModelSpec& spec, const HfKeys& keys, const HfFamily* family) {
  const std::uint32_t tokens = window_tokens(spec, keys, family);
  const Kind windowed = spec.architecture == "llama4" ? Kind::chunked : Kind::sliding_window;
  if (!set_recurrent(spec, keys)) {
    const bool told = apply_words(spec, keys.words({"layer_types", "layers_block_type"}), tokens > 0);
    if (!told) all(spec, Kind::full);
    if (!told && spec.ssm && keys.count("full_attention_interval")) {
      const std::uint32_t interval = std::max(1U, keys.count_or({"full_attention_interval"}, 4));
      every(spec, interval, interval - 1, Kind::full, Kind::gated_delta);
    } else if (!told && tokens > 0) {
      set_windows(spec, keys, family, windowed);
    }
  }
  if (any(spec, Kind::sliding_window) || any(spec, Kind::chunked)) spec.sliding_window_tokens = tokens;
  // The engine compresses what latent attention caches; for MiniCPM3 it does not.
  if (spec.mla && spec.architecture != "minicpm3") {
    for (LayerSpec& layer : spec.layers) {
      if (layer.attention == Kind::full) layer.attention = Kind::mla;
    }
  }
}

Result<void> set_heads(ModelSpec& spec, const HfKeys& keys) {
  const std::uint32_t heads = keys.count_or({"num_attention_heads", "n_head", "n_heads"}, 0);
  const std::uint32_t kv = keys.count_or(
      {"num_key_value_heads", "num_kv_heads", "n_head_kv", "kv_n_heads", "multi_query_group_num", "num_attention_groups"},
      heads);
  const std::uint32_t length =
      keys.count_or({"head_dim", "attention_head_dim", "kv_channels"}, heads > 0 ? spec.embedding_length / heads : 0);
  const std::uint32_t value_length = spec.mla ? length : keys.count_or({"v_head_dim"}, length);
  const json::View other = keys.find("attention_other_setting");
  const auto windowed = [&](HfKeys::Names names, std::string_view inner, std::uint32_t otherwise) {
    return keys.find(names).count32().value_or(other.at(inner).count32().value_or(otherwise));
  };
  // Gemma 4 names the lengths of its windowed layers first, and those of the others apart.
  const std::uint32_t global_length = keys.count_or({"global_head_dim"}, length);
  const std::uint32_t global_kv = keys.count_or({"num_global_key_value_heads"}, kv);
  const std::vector<std::uint32_t> without_cache = keys.counts({"cross_attention_layers"});
  const std::uint32_t shared = keys.count_or({"num_kv_shared_layers"}, 0);

  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    LayerSpec& layer = spec.layers[i];
    layer.owns_kv =
        i + shared < spec.layers.size() && std::find(without_cache.begin(), without_cache.end(), i) == without_cache.end();
    switch (layer.attention) {
      case Kind::kda:
      case Kind::mamba:
      case Kind::mamba2:
      case Kind::short_conv:
      case Kind::none:
        continue;
      case Kind::mla:
        layer.head_count = heads;
        layer.head_count_kv = 1;
        layer.key_length = spec.mla->kv_lora_rank + spec.mla->rope_length;
        layer.value_length = spec.mla->kv_lora_rank;
        break;
      case Kind::sliding_window:
        layer.head_count = windowed({"swa_num_attention_heads"}, "num_attention_heads", heads);
        layer.head_count_kv = windowed({"swa_num_key_value_heads"}, "num_attention_groups", kv);
        layer.key_length = windowed({"swa_head_dim"}, "head_dim", length);
        layer.value_length = windowed({"swa_v_head_dim"}, "head_dim", value_length);
        break;
      default:
        layer.head_count = heads;
        layer.head_count_kv = global_kv;
        layer.key_length = global_length;
        layer.value_length = global_length != length ? global_length : value_length;
        layer.value_is_key = layer.attention == Kind::full && keys.flag({"attention_k_eq_v"});
        if (spec.mla) {
          layer.head_count_kv = heads;
          layer.key_length = spec.mla->nope_length + spec.mla->rope_length;
          layer.value_length = spec.mla->value_length;
        }
    }
    if (layer.head_count == 0) return missing_key(keys, "num_attention_heads");
    if (layer.head_count_kv == 0) return missing_key(keys, "num_key_value_heads");
    if (layer.key_length == 0 || layer.value_length == 0) return missing_key(keys, "head_dim");
  }
  return {};
}

}  // namespace canirun::formats
