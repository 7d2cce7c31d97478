// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace canirun {

/// A vision tower as the header of its file (mmproj, keys `clip.*`) describes it. Lengths in elements, sizes in pixels.
struct ProjectorSpec {
  std::string type;              ///< clip.projector_type, or clip.vision.projector_type: "qwen2.5vl_merger"
  std::uint32_t image_size = 0;  ///< clip.vision.image_size: side of the square it was trained on
  std::uint32_t patch_size = 0;  ///< clip.vision.patch_size
  std::uint32_t embedding_length = 0, feed_forward_length = 0, head_count = 0, layer_count = 0;
  std::uint32_t projection_length = 0;  ///< clip.vision.projection_dim: the embedding length of the language model
  /// Patches per side that become one token: clip.vision.spatial_merge_size or .projector.scale_factor. 0: not stated,
  /// then what the engine takes for the type.
  std::uint32_t merge = 0;
  std::uint32_t window_pattern = 0;             ///< clip.vision.n_wa_pattern: every n-th layer sees everything; 0: all do
  std::vector<std::uint32_t> deepstack_layers;  ///< layers whose result is handed on as well (Qwen3-VL)
  std::uint32_t weight_bytes_per_element = 2;   ///< of its matrices: 2 or 4; fewer where it is quantized, then 2 will do
  bool gated = false;                           ///< the feed-forward has a gate (v.blk.0.ffn_gate)
};

/// Which picture the buffers are for.
enum class PictureSize : std::uint8_t {
  at_load,  ///< the one the engine reserves for when it starts
  largest   ///< the largest it does not shrink or cut: the buffers grow to that when such a picture comes
};

struct ProjectorScratch {
  std::uint64_t device_bytes = 0;  ///< where the projector runs
  std::uint64_t host_bytes = 0;    ///< beside it in RAM, when it runs on a GPU
  /// The graph of this type is played through, as the engine plans it. False: an upper bound from the same tower with
  /// full attention and the widest projection; nothing at all (0 bytes) where the tower is of another kind, or unknown.
  bool exact = false;
};

/// Scratch memory of the projector: what llama.cpp allocates beside its weights (clip.cpp, v0.5.0). Exact for LLaVA
/// ("mlp"), Gemma 3, SmolVLM ("idefics3"), InternVL, Pixtral and Mistral Small, Qwen2-VL, Qwen2.5-VL and Qwen3-VL, with one
/// picture at a time; a bound for other towers of patches and full attention.
ProjectorScratch projector_scratch_bytes(const ProjectorSpec& projector, PictureSize picture, bool on_gpu,
                                         bool flash_attn = true);

}  // namespace canirun
