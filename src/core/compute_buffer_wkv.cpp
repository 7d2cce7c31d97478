// SPDX-License-Identifier: MIT
// RWKV 7. Source: models/rwkv7.cpp and rwkv7-base.cpp of llama.cpp v0.5.0.
#include <algorithm>

#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
/// Receptance, decay, key, value, learning rate and gate each get a mixture of a token and the one before it.
constexpr std::uint32_t k_mixtures = 6;

}  // namespace

/// Two matrices with little between them. How large they are is not known: too small to matter where they are fetched.
NodeId ForwardRecorder::through_rank(NodeId of, bool activates) {
  const std::uint32_t rank = std::max(1U, model_.ssm->group_count);
  NodeId low = graph_.compute({rank, tokens_, 1, 1}, {of});
  graph_[low].site = site_;
  if (activates) low = graph_.compute(graph_[low].extent, {low}, true);
  const NodeId high = graph_.compute({model_.embedding_length, tokens_, 1, 1}, {low});
  graph_[high].site = site_;
  return graph_.compute(graph_[high].extent, {high}, true);
}

/// What the token before each token was: the remembered one in front, the last one left out.
NodeId ForwardRecorder::previous_tokens(NodeId remembered, NodeId normed) {
  const std::uint32_t width = model_.embedding_length;
  const NodeId others = graph_.part(normed, {width, tokens_per_sequence_ - 1, sequences_, 1});
  return graph_.compute(graph_[normed].extent, {graph_.part(remembered, {width, 1, sequences_, 1}), others});
}

NodeId ForwardRecorder::wkv_mix(NodeId normed, NodeId previous) {
  const SsmSpec& ssm = *model_.ssm;
  const std::uint32_t width = model_.embedding_length, head = ssm.state_size;
  const std::uint32_t heads = std::max(1U, width / std::max(1U, head));
  const Extent flat_extent{width, tokens_, 1, 1}, by_head{head, heads, tokens_, 1};
  const NodeId difference = graph_.compute(graph_[normed].extent, {previous, normed}, true);
  NodeId mixtures = graph_.compute({width, tokens_per_sequence_, sequences_, k_mixtures}, {difference});
  mixtures = run_on(graph_.compute(graph_[mixtures].extent, {mixtures}, true),
                    {.bytes = k_mixtures * width * k_f32_bytes, .site = site_}, tokens_ * k_mixtures);
  mixtures = graph_.compute(graph_[mixtures].extent, {mixtures, normed}, true);
  const auto mixture = [&] { return graph_.part(mixtures, flat_extent); };

  const NodeId r = project(TensorRole::ssm_in, mixture(), width);
  const NodeId decay = through_rank(mixture(), true);
  NodeId k = project(TensorRole::ssm_in, mixture(), width);
  NodeId v = project(TensorRole::ssm_in, mixture(), width);
  if (first_value_ == k_no_node) {
    first_value_ = v;
  } else {
    const NodeId change = graph_.compute(flat_extent, {first_value_, v}, true);
    v = add(v, graph_.compute(flat_extent, {change, through_rank(mixture(), false)}, true));
  }
  const NodeId gate = through_rank(mixture(), true);
  const NodeId rate = through_rank(mixture(), false);
  NodeId removal = graph_.compute(flat_extent, {k}, true);
  removal = graph_.compute(by_head, {graph_.reshape(removal, by_head)});
  const NodeId scaled = graph_.compute(flat_extent, {k}, true);
  const NodeId learned = graph_.compute(flat_extent, {graph_.compute(flat_extent, {rate, scaled}, true), scaled}, true);
  k = graph_.reshape(add(k, learned), by_head);
  const NodeId r_heads = graph_.reshape(r, by_head), v_heads = graph_.reshape(v, by_head);

  const std::uint64_t state = std::uint64_t{width} * head;
  const NodeId remembered = load_state(state);
  const NodeId negative = graph_.compute(by_head, {removal}, true);
  const NodeId added = graph_.compute(by_head, {removal, graph_.reshape(rate, by_head)}, true);
  const NodeId out = graph_.compute({width, tokens_ + head * sequences_, 1, 1},
                                    {r_heads, graph_.reshape(decay, by_head), k, v_heads, negative, added, remembered});
  graph_.expand(graph_.store(graph_.part(out, {static_cast<std::uint32_t>(state), sequences_, 1, 1}), site_));

  const NodeId grouped = graph_.compute(by_head, {graph_.reshape(out, by_head)});
  NodeId result = run_on(graph_.compute(flat_extent, {graph_.reshape(grouped, flat_extent)}, true),
                         {.bytes = width * k_f32_bytes, .site = site_}, tokens_);
  NodeId bonus = graph_.compute(by_head, {k, r_heads}, true);
  bonus = graph_.compute({1, heads, tokens_, 1}, {graph_.compute(by_head, {bonus}, true)});
  bonus = graph_.compute(by_head, {v_heads, bonus}, true);
  result = add(result, graph_.reshape(bonus, flat_extent));
  result = graph_.compute(flat_extent, {result, gate}, true);
  return project(TensorRole::ssm_in, result, width);
}

NodeId ForwardRecorder::wkv_layer(NodeId residual, bool last) {
  const std::uint32_t width = model_.embedding_length;
  const Extent by_token{width, tokens_per_sequence_, sequences_, 1}, flat_extent{width, tokens_, 1, 1};
  const NodeId before = graph_.reshape(residual, by_token);
  const NodeId remembered = load_state((model_.ssm->conv_kernel - 1ULL) * width);
  const NodeId normed = norm(before, site_);
  const NodeId mixed = graph_.reshape(wkv_mix(normed, previous_tokens(remembered, normed)), by_token);
  NodeId attended = graph_.compute(by_token, {mixed, before}, true);
  NodeId fed_from = norm(attended, site_);
  NodeId previous = previous_tokens(remembered, fed_from);
  const Extent ends{width, 1, sequences_, 1};
  const NodeId kept = graph_.compute({width, 2, sequences_, 1}, {graph_.part(normed, ends), graph_.part(fed_from, ends)});
  graph_.expand(graph_.store(graph_.look(kept), site_));

  attended = graph_.reshape(attended, flat_extent);
  fed_from = graph_.reshape(fed_from, flat_extent);
  previous = graph_.reshape(previous, flat_extent);
  if (last) {
    attended = pick_rows(attended);
    fed_from = pick_rows(fed_from);
    previous = pick_rows(previous);
  }
  const Extent rows = graph_[fed_from].extent;
  NodeId inner = graph_.compute(rows, {previous, fed_from}, true);
  inner = run_on(graph_.compute(rows, {inner}, true), {.bytes = width * k_f32_bytes, .site = site_}, rows[1]);
  inner = add(inner, fed_from);
  inner = project(TensorRole::ffn_up, inner, spec_->feed_forward_length);
  inner = graph_.compute(graph_[inner].extent, {inner}, true);
  return add(project(TensorRole::ffn_down, inner, width), attended);
}

}  // namespace canirun
