// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a list of tensors says about a network, whatever file format it comes from.
namespace canirun::formats {

/// A tensor under the name that GGUF gives it. Readers of other formats translate their names first; matrices of single
/// experts go by the name of the stack ("blk.3.ffn_up_exps.weight"), once or once an expert: a name may occur again.
struct NamedTensor {
  std::string name;                  ///< "blk.3.attn_q.weight", "blk.3.attn_q.bias", "output.weight"
  std::vector<std::uint64_t> shape;  ///< row length first, in elements the engine computes with (never packed words)
  std::optional<TensorType> type;
};

/// Corrects `spec` by the tensors that are really there. Needs these filled in as the metadata has them: `layers` (one
/// entry a block, MTP blocks not counted; heads and lengths; full or sliding window or chunked), `moe`, `mla`, `ssm`.
///
/// Sets in each layer: `attention` where the tensors tell (MLA, recurrent kinds, none; what metadata calls full, sliding
/// window or chunked stays), with the heads such a layer has; `feed_forward`, `feed_forward_length`, `value_is_key`.
/// Sets in the model: tied_embeddings, qkv_bias, output_bias, ffn_bias, norm_bias, head_bias, attention_sinks, fused_qkv,
/// fused_gate_up, gated_ffn, query_gate, attention_gate, head_gate, qk_norm, norms_per_layer, layer_output_scale,
/// rope_factor_count, next_token_layers (blocks beyond `layers`), next_token_embeddings, per_layer_embedding_length,
/// altup, expert_type; in moe: router_bias, shared_gate, fused_gate_up, scaled, latent_length, and lengths of the experts
/// and shared experts; in ssm: fused_beta_alpha, gated_norm, inner_norms; embedding_length and vocab_size when 0.
void apply_tensors(ModelSpec& spec, const std::vector<NamedTensor>& tensors);

}  // namespace canirun::formats
