// SPDX-License-Identifier: MIT
#include "formats/hf_config.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/hf_keys.hpp"
#include "formats/hf_layers.hpp"
#include "formats/hf_quantization.hpp"
#include "json/text.hpp"

namespace canirun::formats {
namespace {

/// More than any config.json has.
constexpr std::size_t k_most_bytes = 4U << 20U;
constexpr std::uint32_t k_most_layers = 4096;

/// Python writes Infinity and NaN where JSON has no word for them: null does.
std::string without_infinities(std::string_view text) {
  std::string out(text);
  bool inside = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (inside && out[i] == '\\') {
      ++i;
    } else if (out[i] == '"') {
      inside = !inside;
    } else if (!inside) {
      for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
        if (std::string_view(out).substr(i, word.size()) != word) continue;
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(i), word.size(), ' ');
        // "NaN" has three letters: the place behind it is punctuation, a space or the end
        if (word.size() >= 4) {
          out.replace(i, 4, "null");
        } else {
          out.replace(i, 3, "0.0");
        }
        break;
      }
    }
  }
  return out;
}

struct Limit {
  std::string_view name;
  std::uint32_t most;
};
/// Numbers far beyond any network would only cost time and mean nothing.
constexpr std::array k_limits{
    Limit{"num_hidden_layers", k_most_layers},
    Limit{"n_layer", k_most_layers},
    Limit{"num_layers", k_most_layers},
    Limit{"n_layers", k_most_layers},
    Limit{"hidden_size", 1U << 20U},
    Limit{"n_embd", 1U << 20U},
    Limit{"d_model", 1U << 20U},
    Limit{"vocab_size", 1U << 28U},
    Limit{"padded_vocab_size", 1U << 28U},
    Limit{"num_attention_heads", 1U << 14U},
    Limit{"n_head", 1U << 14U},
    Limit{"n_heads", 1U << 14U},
    Limit{"num_key_value_heads", 1U << 14U},
    Limit{"head_dim", 1U << 16U},
    Limit{"intermediate_size", 1U << 26U},
    Limit{"num_experts", 1U << 16U},
    Limit{"num_local_experts", 1U << 16U},
    Limit{"n_routed_experts", 1U << 16U},
};

Result<void> check_limits(const HfKeys& keys) {
  for (const Limit& limit : k_limits) {
    const auto number = keys.find(limit.name).number();
    if (!number || (*number >= 0 && *number <= limit.most && std::floor(*number) == *number)) continue;
    return fail(ErrorKind::malformed, keys.pointer(limit.name) + ": expected a whole number up to " +
                                          std::to_string(limit.most) + ", found another");
  }
  return {};
}

void set_biases(ModelSpec& spec, const HfKeys& keys, const HfFamily* family) {
  const auto is = [&](FamilyTrait trait) { return family != nullptr && family->is(trait); };
  const bool all = !(is(k_ffn_bias) && !keys.flag({"use_bias"}, true));  // StarCoder 2 can do without
  const bool told = keys.flag({"attention_bias", "add_qkv_bias", "qkv_bias", "use_qkv_bias"});
  spec.qkv_bias = !spec.mla && ((is(k_qkv_bias) && all) || told);
  spec.output_bias = (is(k_output_bias) && all) || keys.flag({"attention_out_bias"}) || (told && is(k_bias_on_output));
  spec.ffn_bias = (is(k_ffn_bias) && all) || keys.flag({"mlp_bias"});
  spec.norm_bias = is(k_norm_bias);
  spec.head_bias = is(k_head_bias) && keys.flag({"lm_head_bias"}, true);
}

void set_traits(ModelSpec& spec, const HfKeys& keys, const HfFamily* family) {
  const auto is = [&](FamilyTrait trait) { return family != nullptr && family->is(trait); };
  spec.tied_embeddings = keys.flag({"tie_word_embeddings", "tie_embedding"}, is(k_tied));
  spec.gated_ffn = !is(k_plain_ffn);
  spec.attention_sinks = is(k_sinks);
  spec.fused_qkv = is(k_fused_qkv);
  spec.fused_gate_up = is(k_fused_gate_up);
  spec.query_gate = is(k_query_gate);
  spec.attention_gate = is(k_attention_gate);
  spec.head_gate = is(k_head_gate);
  spec.layer_output_scale = is(k_layer_scale);
  if (is(k_fixed_expert_type)) spec.expert_type = TensorType::mxfp4;
  if (spec.ssm) {
    spec.ssm->fused_beta_alpha = is(k_fused_beta_alpha);
    spec.ssm->inner_norms = is(k_inner_norms);
  }
  spec.norms_per_layer = family != nullptr ? family->norms_per_layer : 2;
  if (spec.architecture == "gemma4" && spec.moe) spec.norms_per_layer += 3;  // the experts' own
  spec.qk_norm = family != nullptr ? family->qk_norm : QkNorm::none;
  const json::View told = keys.find({"use_qk_norm", "qk_layernorm"});
  if (told.flag() == false) spec.qk_norm = QkNorm::none;
  if (told.flag() == true && spec.qk_norm == QkNorm::none && spec.architecture != "llama4") {  // there it has no weights
    spec.qk_norm = spec.architecture == "command-r" ? QkNorm::over_all_heads : QkNorm::per_head;
  }
  if (is(k_keeps_next_token)) {
    spec.next_token_layers = std::min(keys.count_or({"num_nextn_predict_layers"}, 0), 64U);
    // GLM 4.5 stored an embedding and an output matrix with them; the later ones, of longer context, share the model's.
    constexpr std::uint32_t k_context_of_glm45 = 131072;
    spec.next_token_embeddings =
        spec.architecture == "glm4moe" && spec.next_token_layers > 0 && spec.context_limit_tokens <= k_context_of_glm45;
  }
  set_biases(spec, keys, family);
}

/// Factors that the converter computes and stores.
void set_rope(HfConfig& config, const HfKeys& keys) {
  ModelSpec& spec = config.spec;
  json::View scaling = keys.find({"rope_scaling", "rope_parameters"});
  if (scaling.at("full_attention").is_object()) scaling = scaling.at("full_attention");
  std::string type = scaling.at("rope_type").text().value_or(scaling.at("type").text().value_or(""));
  const auto is = [&](FamilyTrait trait) { return config.family != nullptr && config.family->is(trait); };
  const auto with_heads =
      std::find_if(spec.layers.begin(), spec.layers.end(), [](const LayerSpec& layer) { return layer.key_length > 0; });
  const std::uint32_t length = with_heads != spec.layers.end() ? with_heads->key_length : 0;
  if (type == "llama3" && is(k_llama_rope)) spec.rope_factor_count = length / 2;
  if (is(k_long_rope)) {
    spec.rope_factor_count =
        static_cast<std::uint32_t>(scaling.at("long_factor").size() + scaling.at("short_factor").size());
  }
  if (spec.architecture == "gemma4") spec.rope_factor_count = keys.count_or({"global_head_dim"}, 0) / 2;

  config.about.rope_base = scaling.at("rope_theta").number();
  if (!config.about.rope_base) config.about.rope_base = keys.find({"rope_theta"}).number();
  if (type.empty() || type == "default" || type == "none") return;
  std::string factor;
  if (const auto number = scaling.at("factor").number()) {
    factor = std::to_string(*number);
    factor.erase(factor.find_last_not_of('0') + 1);
    if (factor.ends_with('.')) factor.pop_back();
  }
  config.about.rope_scaling = factor.empty() ? type : type + " x" + factor;
}

void set_side_paths(ModelSpec& spec, const HfKeys& keys) {
  spec.per_layer_embedding_length = keys.count_or({"hidden_size_per_layer_input"}, 0);
  if (const auto streams = keys.count("altup_num_inputs")) {
    spec.altup = AltupSpec{.stream_count = std::min(*streams, 64U), .laurel_rank = keys.count_or({"laurel_rank"}, 0)};
  }
}

std::string architecture_of(const HfKeys& keys, const HfFamily* family) {
  if (family == nullptr) return keys.model_type();
  const std::string_view name = family->architecture;
  if (name == "nemotron_h" && keys.count_or({"n_routed_experts"}, 0) > 0) return "nemotron_h_moe";
  if (name == "granitehybrid") {
    // Without a recurrent layer the converter writes a plain Granite.
    const std::vector<std::string> words = keys.words({"layer_types", "layers_block_type"});
    const bool plain = !words.empty() && std::find(words.begin(), words.end(), "mamba") == words.end();
    if (plain) return keys.count_or({"num_local_experts"}, 0) > 0 ? "granitemoe" : "granite";
  }
  return std::string(name);
}

Result<void> read_dimensions(HfConfig& config, const HfKeys& keys) {
  ModelSpec& spec = config.spec;
  auto layers = keys.count({"num_hidden_layers", "n_layer", "num_layers", "n_layers"});
  // Without the number, the list that has an entry a layer tells it.
  const std::size_t listed = keys.find({"layers_block_type", "layer_types"}).size();
  if (!layers && listed > 0 && listed <= k_most_layers) layers = static_cast<std::uint32_t>(listed);
  const auto width = keys.count({"hidden_size", "n_embd", "d_model"});
  const auto vocabulary = keys.count({"padded_vocab_size", "vocab_size"});
  if (!layers || *layers == 0) return missing_key(keys, "num_hidden_layers");
  if (!width || *width == 0) return missing_key(keys, "hidden_size");
  if (!vocabulary || *vocabulary == 0) return missing_key(keys, "vocab_size");
  spec.layers.resize(*layers);
  spec.embedding_length = *width;
  spec.vocab_size = *vocabulary;
  spec.context_limit_tokens = keys.count_or(
      {"max_position_embeddings", "max_sequence_length", "max_seq_len", "seq_length", "n_positions", "model_max_length"}, 0);
  read_experts(spec, keys, config.family);
  read_latent_attention(spec, keys);
  read_states(spec, keys);
  set_mixing(spec, keys, config.family);
  if (auto heads = set_heads(spec, keys); !heads) return heads;
  set_feed_forward(spec, keys);
  if (spec.architecture == "granite" || spec.architecture == "granitemoe") spec.ssm.reset();
  const bool lacks_width = std::any_of(spec.layers.begin(), spec.layers.end(), [](const LayerSpec& layer) {
    return layer.feed_forward == FeedForwardKind::dense && layer.feed_forward_length == 0;
  });
  if (lacks_width) return missing_key(keys, "intermediate_size");
  if (spec.moe && spec.moe->expert_used_count == 0) return missing_key(keys, "num_experts_per_tok");
  set_traits(spec, keys, config.family);
  set_side_paths(spec, keys);
  set_rope(config, keys);
  return {};
}

}  // namespace

Result<HfConfig> read_hf_config(std::string_view text) {
  const Result<json::Parsed> parsed = json::Parsed::parse(without_infinities(text), k_most_bytes);
  if (!parsed) return tl::unexpected(Error(parsed.error()).within("config.json"));
  const json::View root(parsed->root());
  if (!root.is_object()) return fail(ErrorKind::malformed, "config.json: expected an object");
  const HfKeys keys(root);

  HfConfig config;
  config.family = find_family(keys.model_type());
  ModelSpec& spec = config.spec;
  spec.architecture = architecture_of(keys, config.family);
  spec.vision = root.at("vision_config").is_object() || root.at("visual").is_object();
  config.quantization = read_quantization(keys);
  config.about.quantization = describe(config.quantization);
  config.dtype = keys.text({"dtype", "torch_dtype"});
  config.name = keys.text({"_name_or_path"});
  if (spec.architecture.empty()) {
    const std::vector<std::string> classes = keys.words({"architectures"});
    spec.architecture = classes.empty() ? "unknown" : classes.front();
  }
  if (const auto unmodelled = unmodelled_architecture(keys.model_type())) {
    spec.architecture = *unmodelled;
    spec.embedding_length = keys.count_or({"hidden_size", "d_model"}, 0);
    spec.vocab_size = keys.count_or({"vocab_size"}, 0);
    spec.context_limit_tokens = keys.count_or({"max_position_embeddings"}, 0);
    config.notes.push_back("What " + spec.architecture +
                           " keeps of earlier tokens is not modelled: memory beyond the weights is unknown.");
    return config;
  }
  if (auto sound = check_limits(keys); !sound) return tl::unexpected(std::move(sound).error().within("config.json"));
  if (auto read = read_dimensions(config, keys); !read) {
    return tl::unexpected(std::move(read).error().within("config.json"));
  }
  if (config.family == nullptr) {
    config.notes.push_back("The model type " + spec.architecture +
                           " was not known when this was built: it is taken for a plain transformer.");
  }
  config.about.tokenizer_size = spec.vocab_size;
  return config;
}

}  // namespace canirun::formats
