// SPDX-License-Identifier: MIT
// Source: load_arch_hparams of each architecture in src/models/ of llama.cpp.
#include "formats/gguf_windows.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace canirun::formats {
namespace {

struct WindowRule {
  std::string_view architecture;
  std::uint32_t period;       ///< one layer in so many sees everything, unless the file has a pattern; 0: none does
  bool first_is_full;         ///< the first of a period; else the last
  std::uint32_t tokens;       ///< when the file has no sliding_window; 0: then there are no windows
  bool tokens_fixed = false;  ///< whatever the file says
};
constexpr std::array k_rules{
    WindowRule{"afmoe", 4, false, 0},           WindowRule{"cohere2", 4, false, 0},
    WindowRule{"cohere2moe", 4, true, 0},       WindowRule{"exaone-moe", 4, false, 128},
    WindowRule{"exaone4", 4, false, 4096},      WindowRule{"gemma-embedding", 6, false, 0},
    WindowRule{"gemma2", 2, false, 4096},       WindowRule{"gemma3", 6, false, 0},
    WindowRule{"gemma3n", 5, false, 0},         WindowRule{"gpt-oss", 2, false, 0},
    WindowRule{"laguna", 4, true, 0},           WindowRule{"lfm2", 0, false, 0},
    WindowRule{"llama4", 4, false, 8192, true}, WindowRule{"mellum", 4, false, 0},
    WindowRule{"modern-bert", 3, true, 0},      WindowRule{"muse-glimmer", 4, false, 0},
    WindowRule{"olmo2", 4, false, 0},           WindowRule{"plamo3", 8, false, 0},
    WindowRule{"smallthinker", 4, true, 0},
};

/// EXAONE 4's large model alone has windows: it is known by its depth.
constexpr std::size_t k_exaone4_window_layers = 64;
/// Gemma 3n: only so many layers from the start have a cache of their own.
constexpr std::size_t k_gemma3n_cached_layers = 20;
constexpr std::uint32_t k_smallthinker_window_tokens = 4096;

const WindowRule* rule_of(std::string_view architecture) {
  const auto* at = std::find_if(k_rules.begin(), k_rules.end(),
                                [&](const WindowRule& rule) { return rule.architecture == architecture; });
  return at != k_rules.end() ? at : nullptr;
}

bool has_window(std::size_t layer, std::uint32_t period, bool first_is_full) {
  if (period == 0) return true;
  return first_is_full ? layer % period != 0 : layer % period < period - 1;
}

std::uint32_t window_tokens(const ModelSpec& spec, const WindowRule* rule, std::optional<std::uint32_t> told) {
  if (told && *told == 0) return 0;
  if (spec.architecture == "exaone4" && spec.layers.size() != k_exaone4_window_layers) return 0;
  if (spec.architecture == "smallthinker" && told) return k_smallthinker_window_tokens;
  if (rule != nullptr && rule->tokens_fixed) return rule->tokens;
  return told.value_or(rule != nullptr ? rule->tokens : 0);
}

/// One flag a layer; empty when nothing says which.
std::vector<bool> windowed_layers(const ModelSpec& spec, const WindowRule* rule, const GgufMetadata& metadata) {
  std::vector<bool> windowed(spec.layers.size());
  const std::string key = metadata.own("attention.sliding_window_pattern");
  const GgufValue* pattern = metadata.find(key);
  if (pattern != nullptr && pattern->type == GgufType::array && !pattern->numbers.empty()) {
    for (std::size_t i = 0; i < windowed.size(); ++i) windowed[i] = i < pattern->numbers.size() && pattern->numbers[i] != 0;
    return windowed;
  }
  const std::optional<std::uint32_t> told = metadata.count(key);
  const bool obeyed = rule != nullptr || !is_known_architecture(spec.architecture);
  if (!obeyed || (rule == nullptr && !told)) return {};
  const std::uint32_t period = told.value_or(rule != nullptr ? rule->period : 0);
  for (std::size_t i = 0; i < windowed.size(); ++i)
    windowed[i] = has_window(i, period, rule != nullptr && rule->first_is_full);
  return windowed;
}

void apply_shared_caches(ModelSpec& spec, const GgufMetadata& metadata) {
  std::size_t own = spec.layers.size();
  if (spec.architecture == "gemma3n") own = k_gemma3n_cached_layers;
  if (const auto shared = metadata.count(metadata.own("attention.shared_kv_layers"))) {
    own = spec.layers.size() - std::min<std::size_t>(*shared, spec.layers.size());
  }
  for (std::size_t i = own; i < spec.layers.size(); ++i) spec.layers[i].owns_kv = false;
}

}  // namespace

void apply_windows(ModelSpec& spec, const GgufMetadata& metadata) {
  apply_shared_caches(spec, metadata);
  const WindowRule* rule = rule_of(spec.architecture);
  const std::uint32_t tokens = window_tokens(spec, rule, metadata.count(metadata.own("attention.sliding_window")));
  if (tokens == 0) return;
  const std::vector<bool> windowed = windowed_layers(spec, rule, metadata);
  if (std::find(windowed.begin(), windowed.end(), true) == windowed.end()) return;

  spec.sliding_window_tokens = tokens;
  const auto key_length = metadata.count(metadata.own("attention.key_length_swa"));
  const auto value_length = metadata.count(metadata.own("attention.value_length_swa"));
  for (std::size_t i = 0; i < windowed.size(); ++i) {
    if (!windowed[i]) continue;
    LayerSpec& layer = spec.layers[i];
    layer.attention = spec.architecture == "llama4" ? AttentionKind::chunked : AttentionKind::sliding_window;
    layer.key_length = key_length.value_or(layer.key_length);
    layer.value_length = value_length.value_or(layer.value_length);
  }
}

}  // namespace canirun::formats
