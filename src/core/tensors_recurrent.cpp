// SPDX-License-Identifier: MIT
// Token mixing with a state of fixed size: Mamba, gated delta rule, Kimi delta attention, short convolution.
#include "core/tensors.hpp"

namespace canirun {
namespace {

void append_convolution(Shapes& out, std::uint32_t kernel, std::uint32_t channels) {
  out.push_back({.role = TensorRole::ssm_conv, .ne0 = kernel, .ne1 = channels, .policy = TypePolicy::f32});
}

void append_mamba_shapes(const ModelSpec& model, const SsmSpec& ssm, Shapes& out) {
  const std::uint32_t inner = ssm.inner_size;
  append_matrix(out, TensorRole::ssm_in, model.embedding_length, 2 * inner);
  append_convolution(out, ssm.conv_kernel, inner);
  append_vector(out, TensorRole::ssm_small, inner);  // convolution bias
  append_matrix(out, TensorRole::ssm_x, inner, ssm.time_step_rank + 2 * ssm.state_size);
  append_matrix(out, TensorRole::ssm_dt, ssm.time_step_rank, inner);
  append_vector(out, TensorRole::ssm_small, inner);  // time step bias
  out.push_back({.role = TensorRole::ssm_small, .ne0 = ssm.state_size, .ne1 = inner, .policy = TypePolicy::f32});  // A
  append_vector(out, TensorRole::ssm_small, inner);                                                                // D
  append_matrix(out, TensorRole::ssm_out, inner, model.embedding_length);
  if (ssm.inner_norms) append_vector(out, TensorRole::ssm_small, ssm.time_step_rank + 2 * ssm.state_size);
}

void append_mamba2_shapes(const ModelSpec& model, const SsmSpec& ssm, Shapes& out) {
  const std::uint32_t heads = ssm.time_step_rank;
  const std::uint32_t convolved = ssm.inner_size + 2 * ssm.group_count * ssm.state_size;
  append_matrix(out, TensorRole::ssm_in, model.embedding_length, ssm.inner_size + convolved + heads);
  append_convolution(out, ssm.conv_kernel, convolved);
  append_vector(out, TensorRole::ssm_small, convolved);  // convolution bias
  append_vector(out, TensorRole::ssm_small, 3 * heads);  // time step bias, A, D
  if (ssm.gated_norm) append_vector(out, TensorRole::ssm_small, ssm.inner_size);
  append_matrix(out, TensorRole::ssm_out, ssm.inner_size, model.embedding_length);
}

void append_gated_delta_shapes(const ModelSpec& model, const SsmSpec& ssm, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t heads = ssm.time_step_rank;
  const std::uint32_t convolved = ssm.inner_size + 2 * ssm.group_count * ssm.state_size;
  append_matrix(out, TensorRole::attn_qkv, width, convolved);
  append_matrix(out, TensorRole::attn_gate, width, ssm.inner_size);
  append_convolution(out, ssm.conv_kernel, convolved);
  append_vector(out, TensorRole::ssm_small, 2 * heads);  // time step bias, A
  if (ssm.fused_beta_alpha) {
    append_matrix(out, TensorRole::ssm_beta_alpha, width, 2 * heads);
  } else {
    append_matrix(out, TensorRole::ssm_beta_alpha, width, heads);
    append_matrix(out, TensorRole::ssm_beta_alpha, width, heads);
  }
  append_vector(out, TensorRole::ssm_small, heads > 0 ? ssm.inner_size / heads : 0);  // norm of one value head
  append_matrix(out, TensorRole::ssm_out, ssm.inner_size, width);
}

void append_kda_shapes(const ModelSpec& model, const SsmSpec& ssm, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const std::uint32_t inner = ssm.inner_size;
  const std::uint32_t head = ssm.state_size;
  for (const TensorRole role : {TensorRole::attn_q, TensorRole::attn_k, TensorRole::attn_v}) {
    append_matrix(out, role, width, inner);
    append_convolution(out, ssm.conv_kernel, inner);
  }
  for (int pair = 0; pair < 2; ++pair) {  // low-rank decay and gate
    append_matrix(out, TensorRole::ssm_in, width, head);
    append_matrix(out, TensorRole::ssm_in, head, inner);
  }
  append_matrix(out, TensorRole::ssm_beta_alpha, width, ssm.time_step_rank);
  append_vector(out, TensorRole::ssm_small, ssm.time_step_rank + inner + head);  // A, time step bias, norm
  append_matrix(out, TensorRole::attn_output, inner, width);
}

void append_short_conv_shapes(const ModelSpec& model, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  append_convolution(out, model.short_conv_cache_length, width);
  append_matrix(out, TensorRole::short_conv, width, 3 * width);
  append_matrix(out, TensorRole::short_conv, width, width);
}

}  // namespace

void append_recurrent_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  const SsmSpec ssm = model.ssm.value_or(SsmSpec{});
  switch (layer.attention) {
    case AttentionKind::mamba:
      return append_mamba_shapes(model, ssm, out);
    case AttentionKind::mamba2:
    case AttentionKind::parallel_mamba2:
      return append_mamba2_shapes(model, ssm, out);
    case AttentionKind::gated_delta:
      return append_gated_delta_shapes(model, ssm, out);
    case AttentionKind::kda:
      return append_kda_shapes(model, ssm, out);
    case AttentionKind::short_conv:
      return append_short_conv_shapes(model, out);
    default:
      return;
  }
}

}  // namespace canirun
