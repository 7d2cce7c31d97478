// SPDX-License-Identifier: MIT
// Kimi delta attention. Source: models/kimi-linear.cpp of llama.cpp v0.5.0.
#include <algorithm>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;

}  // namespace

/// Two small matrices in a row: decay and gate.
NodeId ForwardRecorder::low_rank(NodeId of, std::uint32_t rank, std::uint32_t width) {
  return project(TensorRole::ssm_in, project(TensorRole::ssm_in, of, rank), width);
}

NodeId ForwardRecorder::kda(NodeId of) {
  const SsmSpec& ssm = *model_.ssm;
  const std::uint32_t heads = std::max(1U, ssm.time_step_rank);
  const std::uint32_t inner = ssm.inner_size, length = ssm.state_size;
  const Extent by_head{length, heads, tokens_per_sequence_, sequences_};
  const Extent by_token{length, heads, tokens_, 1};
  const std::uint32_t window = (ssm.conv_kernel - 1) * inner;
  const NodeId windows = load_state(3ULL * window);
  const auto convolved = [&](TensorRole role) {
    const NodeId out = convolve(graph_.part(windows, {window, sequences_, 1, 1}), project(role, of, inner), inner);
    const Extent flat_extent{inner, tokens_, 1, 1};
    return graph_.reshape(graph_.compute(flat_extent, {graph_.reshape(out, flat_extent)}, true), by_head);
  };
  NodeId q = convolved(TensorRole::attn_q);
  NodeId k = convolved(TensorRole::attn_k);
  const NodeId v = convolved(TensorRole::attn_v);

  NodeId decay = add_state_vector(low_rank(of, length, inner), inner);
  decay = graph_.compute(graph_[decay].extent, {decay}, true);
  decay = run_on(graph_.compute(by_token, {graph_.reshape(decay, by_token)}, true),
                 {.bytes = heads * k_f32_bytes, .site = site_}, tokens_ * heads);
  decay = graph_.reshape(decay, by_head);
  const Extent scalars{1, heads, tokens_per_sequence_, sequences_};
  const NodeId beta =
      graph_.compute(scalars, {graph_.reshape(project(TensorRole::ssm_beta_alpha, of, heads), scalars)}, true);
  const NodeId state = load_state(std::uint64_t{length} * inner);
  q = graph_.compute(by_head, {q}, true);
  k = graph_.compute(by_head, {k}, true);
  const NodeId scanned = graph_.compute({inner, tokens_ + length * sequences_, 1, 1}, {q, k, v, decay, beta, state});
  graph_.expand(graph_.store(graph_.part(scanned, {length, inner, sequences_, 1}), site_));

  const NodeId output = graph_.compute(by_head, {graph_.part(scanned, by_head)});
  const NodeId gate = graph_.compute(by_token, {graph_.reshape(low_rank(of, length, inner), by_token)}, true);
  const NodeId normed = norm(graph_.reshape(output, by_token), site_);
  const NodeId gated = graph_.compute(by_token, {normed, gate}, true);
  const NodeId joined = graph_.compute({inner, tokens_, 1, 1}, {gated});
  return project(TensorRole::attn_output, joined, model_.embedding_length);
}

}  // namespace canirun
