// SPDX-License-Identifier: MIT
#include <canirun/projector.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/compute_buffer_schedule.hpp"
#include "core/projector_graph.hpp"

namespace canirun {
namespace {

using namespace std::string_view_literals;

/// Tokens per side of the picture a tower of any resolution reserves for at the start, and of the largest one it takes
/// (clip.cpp: set_warmup_n_tokens and set_limit_image_tokens). Others have one size.
struct TokenLimits {
  std::string_view type;
  std::uint32_t at_load, largest;
};
constexpr std::array k_limits{
    TokenLimits{"qwen2vl_merger"sv, 46, 64}, TokenLimits{"qwen2.5vl_merger"sv, 46, 64},
    TokenLimits{"qwen3vl_merger"sv, 46, 64}, TokenLimits{"glm4v"sv, 46, 64},
    TokenLimits{"pixtral"sv, 16, 32},        TokenLimits{"lightonocr"sv, 16, 32},
    TokenLimits{"kimivl"sv, 16, 32},         TokenLimits{"gemma4v"sv, 16, 33},
    TokenLimits{"minimax_m3"sv, 16, 24},     TokenLimits{"muse-glimmer"sv, 32, 64},
};
/// Towers of another kind: convolutions, other attention, sound.
constexpr std::array k_other_kinds{"gemma3nv"sv, "gemma3na"sv, "gemma4a"sv,     "gemma4ua"sv,       "ultravox"sv,
                                   "qwen2a"sv,   "qwen3a"sv,   "glma"sv,        "qwen2.5o"sv,       "voxtral"sv,
                                   "meralion"sv, "lfm2a"sv,    "parakeet"sv,    "granite_speech"sv, "mimo_audio"sv,
                                   "yasa2"sv,    "ldp"sv,      "deepseekocr"sv, "deepseekocr2"sv,   "musicflamingo"sv};
/// More than any tower has: a damaged header must not become work without end.
constexpr std::uint32_t k_most_layers = 256, k_most_patches_a_side = 1024, k_most_length = 1U << 16U;

bool is_plausible(const ProjectorSpec& p) {
  const bool lengths = p.embedding_length > 0 && p.embedding_length <= k_most_length && p.feed_forward_length > 0 &&
                       p.feed_forward_length <= k_most_length && p.projection_length > 0 &&
                       p.projection_length <= k_most_length;
  return lengths && p.patch_size > 0 && p.patch_size <= 512 && p.layer_count > 0 && p.layer_count <= k_most_layers &&
         p.head_count > 0 && p.head_count <= p.embedding_length && p.merge <= 16;
}

std::uint32_t patches_a_side(const ProjectorSpec& p, PictureSize picture) {
  for (const TokenLimits& limits : k_limits) {
    if (limits.type != p.type) continue;
    return (picture == PictureSize::at_load ? limits.at_load : limits.largest) * merge_of(p);
  }
  return p.image_size / p.patch_size;
}

}  // namespace

ProjectorScratch projector_scratch_bytes(const ProjectorSpec& projector, PictureSize picture, bool on_gpu, bool flash_attn) {
  const bool other = std::find(k_other_kinds.begin(), k_other_kinds.end(), projector.type) != k_other_kinds.end();
  if (other || projector.type.empty() || !is_plausible(projector)) return {};
  const std::uint32_t merge = merge_of(projector);
  const std::uint32_t side = patches_a_side(projector, picture) / merge * merge;
  if (side == 0 || side > k_most_patches_a_side) return {};
  ScratchGraph graph;
  graph.clear();
  TowerRecorder(projector, graph, side, on_gpu, flash_attn).record();
  const SiteBytes bytes = GraphSchedule(graph, on_gpu ? 2 : 1, false).run();
  return {.device_bytes = bytes[on_gpu ? 1 : 0],
          .host_bytes = on_gpu ? bytes[0] : 0,
          .exact = tower_kind(projector) != TowerKind::unknown};
}

}  // namespace canirun
