// SPDX-License-Identifier: MIT
// Which graph an architecture has, and which of its layers are worth recording.
#include <algorithm>
#include <array>
#include <string_view>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

using namespace std::string_view_literals;

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

ParallelSum parallel_sum(const ModelSpec& model) {
  const std::string_view arch = model.architecture;
  if (starts_with(arch, "cohere2") || arch == "command-r" || arch == "gptneox") return ParallelSum::residual_first;
  if (arch == "phi2") return ParallelSum::mixed_first;
  if (arch == "falcon" || arch == "plamo") return ParallelSum::fed_first;
  if (arch == "stablelm" && model.norms_per_layer == 1) return ParallelSum::mixed_residual;
  return ParallelSum::none;
}

}  // namespace

GraphTraits graph_traits(const ModelSpec& model) {
  const std::string_view arch = model.architecture;
  GraphTraits traits;
  const bool delta = arch == "qwen35" || arch == "qwen35moe" || arch == "qwen3next";
  const bool nemotron = arch == "nemotron_h" || arch == "nemotron_h_moe";
  traits.rows_at_end = delta || arch == "cohere2moe" || arch == "hy_v3" || nemotron || arch == "gemma4" ||
                       arch == "gpt-oss" || arch == "step35";
  traits.keeps_hidden = traits.rows_at_end;
  traits.norm_after_rows = arch == "gpt-oss" || arch == "step35";
  traits.early_norm = delta || arch == "kimi-linear";
  traits.scales_embedding = starts_with(arch, "gemma") || starts_with(arch, "granite");
  traits.scales_output = arch == "minicpm3";
  traits.parallel = parallel_sum(model);
  traits.parallel_norm = arch == "gptneox";
  // The same for all models of the family so far.
  traits.deep_visual_layers = arch == "qwen3vl" || arch == "qwen3vlmoe" ? 3 : 0;
  traits.residual_first = starts_with(arch, "lfm2") || arch == "jamba";
  traits.norms_each_head = arch == "stablelm";
  traits.norms_embedding = arch == "bloom" || arch == "rwkv7";
  traits.scales_weights = arch == "step35";
  traits.norm_after_rope = starts_with(arch, "hunyuan");
  traits.fed_residual_first = traits.residual_first || starts_with(arch, "phi3");
  traits.norm_after = starts_with(arch, "olmo2") || arch == "exaone4";
  traits.norms_results = traits.norm_after || model.norms_per_layer >= 4;
  traits.norms_values = arch == "gemma4" || arch == "gemma3n";
  constexpr std::array k_layer_norms{"bloom"sv, "codeshell"sv, "cohere2"sv, "command-r"sv, "dbrx"sv,      "falcon"sv,
                                     "gpt2"sv,  "gptneox"sv,   "jais"sv,    "mpt"sv,       "nemotron"sv,  "olmo"sv,
                                     "rwkv7"sv, "orion"sv,     "phi2"sv,    "stablelm"sv,  "starcoder"sv, "starcoder2"sv};
  traits.layer_norm = std::find(k_layer_norms.begin(), k_layer_norms.end(), arch) != k_layer_norms.end();
  traits.weighs_before = traits.scales_unrotated = arch == "llama4";
  traits.positions_of_four =
      arch == "qwen35" || arch == "qwen35moe" || starts_with(arch, "qwen2vl") || starts_with(arch, "qwen3vl");
  traits.has_windows = std::any_of(model.layers.begin(), model.layers.end(), [](const LayerSpec& layer) {
    return layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
  });
  traits.factors_only_full = arch == "gemma4";
  traits.fused_delta = model.ssm && model.ssm->fused_beta_alpha;
  constexpr std::array k_without_rope{"bloom"sv, "gpt2"sv, "jais"sv, "jamba"sv, "mpt"sv, "refact"sv, "starcoder"sv};
  traits.no_rope = nemotron || arch == "kimi-linear" ||
                   std::find(k_without_rope.begin(), k_without_rope.end(), arch) != k_without_rope.end();
  if (arch == "smollm3" || arch == "llama4") traits.rope_except_every = 4;
  traits.rope_only_windowed = starts_with(arch, "cohere2") || arch == "exaone4" || arch == "afmoe";
  traits.rope_only_windowed = traits.rope_only_windowed && traits.has_windows;
  traits.rows_after_sum = arch == "falcon-h1";
  return traits;
}

bool ForwardRecorder::alike(std::size_t a, std::size_t b) const {
  const Layout& layout = q_.layout;
  if (!model_.layers[a].owns_kv && cache_site(a) != layout.layer_site[a]) return false;  // each brings another copy
  if (layout.layer_site[a] != layout.layer_site[b] || layout.expert_site[a] != layout.expert_site[b]) return false;
  if (!q_.coarse && fetches(a) && q_.weights.layers[a].kind != q_.weights.layers[b].kind) return false;
  const std::uint32_t step = traits_.rope_except_every;
  if (step != 0 && ((a + 1) % step == 0) != ((b + 1) % step == 0)) return false;
  return model_.layers[a] == model_.layers[b];
}

/// Does a layer have weights that come to the GPU for the prompt only?
bool ForwardRecorder::fetches(std::size_t layer) const {
  return offloads_ && (q_.layout.layer_site[layer] == k_host_site || q_.layout.expert_site[layer] == k_host_site);
}

/// The layers worth recording: of a long run of equal periods only the first and the last few, because in between every
/// period takes the same memory at the same places. Weights that are fetched lie in more ways than one, so more of those
/// are kept. Periods alternate between two or three ways of lying: as many are left out as make whole rounds of both.
std::vector<std::size_t> ForwardRecorder::typical_layers() const {
  constexpr std::size_t k_longest_period = 12;
  const std::size_t count = model_.layers.size();
  std::vector<std::size_t> kept;
  kept.reserve(count);
  if (!q_.coarse && (model_.block_indexer || (model_.mla && model_.mla->indexer_head_count != 0))) {
    // Each layer has scratch memory of its own, held from the start: none may be left out.
    for (std::size_t i = 0; i < count; ++i) kept.push_back(i);
    return kept;
  }
  for (std::size_t i = 0; i < count;) {
    std::size_t period = 0, length = 0, keep_periods = 0, keep_first = 0;
    for (std::size_t p = 1; p <= k_longest_period && period == 0; ++p) {
      std::size_t end = i + p;
      while (end < count && alike(end, end - p)) ++end;
      keep_periods = q_.coarse ? 2 : fetches(i) || p == 1 ? 6 : 3;
      keep_first = q_.coarse ? 1 : keep_periods == 6 ? 4 : 2;
      if (end - i > (keep_periods + 1) * p) {
        period = p;
        length = end - i;
      }
    }
    if (period == 0) {
      kept.push_back(i++);
      continue;
    }
    const std::size_t spare = length / period - keep_periods;
    const std::size_t cycle = q_.coarse ? 1 : keep_periods == 6 ? 6 : 2;
    const std::size_t skipped = spare / cycle * cycle * period;
    for (std::size_t k = 0; k < keep_first * period; ++k) kept.push_back(i + k);
    for (std::size_t k = keep_first * period + skipped; k < length; ++k) kept.push_back(i + k);
    i += length;
  }
  return kept;
}

}  // namespace canirun
