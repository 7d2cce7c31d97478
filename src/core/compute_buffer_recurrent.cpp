// SPDX-License-Identifier: MIT
// Layers with a state of fixed size. Sources: models/mamba-base.cpp, delta-net-base.cpp, qwen35.cpp and lfm2.cpp of
// llama.cpp v0.5.0.
#include "core/compute_buffer_forward.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
/// The scan's result is one long row: never enough rows to be worth fetching a weight for.
constexpr std::uint32_t k_scan_rows = 1;

}  // namespace

/// Before a state is used the engine clears those of new sequences, in the cache, and asks for that at once.
Stored ForwardRecorder::clear_state(std::uint64_t elements) {
  if (state_ids_ == k_no_node) {
    const NodeId ids = graph_.input(sequences_ * k_f32_bytes);
    state_ids_ = graph_.part(ids, {sequences_, 1, 1, 1});
    other_state_ids_ = graph_.part(ids, {0, 1, 1, 1});
  }
  graph_.expand(graph_.store(k_no_node, site_));
  return {.bytes = elements * sequences_ * k_f32_bytes, .site = site_};
}

/// Afterwards the states of sequences that are not in the batch are moved to their place: none in the largest batch, but
/// the operation is there.
NodeId ForwardRecorder::keep_other_states(NodeId used) {
  graph_.expand(used);
  const NodeId others = graph_.compute({0, 1, 1, 1}, {other_state_ids_});
  graph_.expand(graph_.store(others, site_));
  return used;
}

/// The states of all sequences of the batch, gathered from the cache.
NodeId ForwardRecorder::load_state(std::uint64_t elements) {
  const NodeId stored = cached(clear_state(elements));
  return keep_other_states(graph_.compute({static_cast<std::uint32_t>(elements), sequences_, 1, 1}, {stored, state_ids_}));
}

/// Short convolution over time: what is remembered of earlier tokens is put in front, and the new end remembered.
NodeId ForwardRecorder::convolve(NodeId state, NodeId value, std::uint32_t channels) {
  const std::uint32_t window = model_.ssm ? model_.ssm->conv_kernel - 1 : model_.short_conv_cache_length - 1;
  const NodeId before = graph_.reshape(state, {window, channels, sequences_, 1});
  const NodeId seen = graph_.part(value, {tokens_per_sequence_, channels, sequences_, 1});
  const NodeId joined = graph_.compute({window + tokens_per_sequence_, channels, sequences_, 1}, {before, seen});
  graph_.expand(graph_.store(graph_.columns(joined, {window, channels, sequences_, 1}, window), site_));
  const NodeId out = graph_.compute({channels, tokens_per_sequence_, sequences_, 1}, {joined});
  return run_on(out, {.bytes = (window + 1) * std::uint64_t{channels} * k_f32_bytes, .site = site_}, tokens_);
}

/// A stored vector added to each token of a state layer.
NodeId ForwardRecorder::add_state_vector(NodeId of, std::uint32_t length) {
  return weigh(of, {.bytes = length * k_f32_bytes, .site = site_});
}

/// The tokens of each sequence on their own. Whether a matrix is worth fetching is then asked of one sequence's tokens.
NodeId ForwardRecorder::by_sequence(NodeId of) {
  return graph_.reshape(of, {graph_[of].extent[0], tokens_per_sequence_, sequences_, 1});
}

/// The tokens of all sequences in one row again: a view, so that the sum that follows does not overwrite it.
NodeId ForwardRecorder::flat(NodeId of) { return graph_.reshape(of, {graph_[of].extent[0], tokens_, 1, 1}); }

NodeId ForwardRecorder::mamba2(NodeId of) {
  const SsmSpec& ssm = *model_.ssm;
  const std::uint32_t heads = std::max(1U, ssm.time_step_rank);
  const std::uint32_t head_length = ssm.inner_size / heads;
  const std::uint32_t channels = ssm.inner_size + 2 * ssm.group_count * ssm.state_size;
  const Extent by_head{head_length, heads, tokens_per_sequence_, sequences_};
  const Extent steps{heads, tokens_per_sequence_, sequences_, 1};

  const NodeId remembered = load_state((ssm.conv_kernel - 1ULL) * channels);
  const NodeId all = project(TensorRole::ssm_in, of, ssm.inner_size + channels + heads);
  NodeId mixed =
      convolve(remembered, graph_.columns(all, {channels, tokens_per_sequence_, sequences_, 1}, channels), channels);
  mixed = add_state_vector(mixed, channels);
  mixed = graph_.compute(graph_[mixed].extent, {mixed}, true);
  const NodeId x = graph_.columns(mixed, by_head, ssm.inner_size);
  const Extent group_extent{ssm.state_size, ssm.group_count, tokens_per_sequence_, sequences_};
  const NodeId b = graph_.columns(mixed, group_extent, ssm.group_count * ssm.state_size);
  const NodeId c = graph_.columns(mixed, group_extent, ssm.group_count * ssm.state_size);
  const NodeId dt_raw = graph_.compute(steps, {graph_.columns(all, steps, heads)});
  const NodeId dt = add_state_vector(dt_raw, heads);

  const std::uint64_t state = std::uint64_t{ssm.state_size} * ssm.inner_size;
  const NodeId stored = cached(clear_state(state));
  const NodeId scanned =
      graph_.compute({ssm.inner_size, tokens_ + ssm.state_size * sequences_, 1, 1}, {stored, x, dt, b, c, state_ids_});
  keep_other_states(run_on(scanned, {.bytes = heads * k_f32_bytes, .site = site_}, k_scan_rows));
  graph_.expand(graph_.store(graph_.part(scanned, {static_cast<std::uint32_t>(state), sequences_, 1, 1}), site_));

  const NodeId gate = graph_.compute(by_head, {graph_.columns(all, by_head, ssm.inner_size)});
  const NodeId skip =
      run_on(graph_.compute(by_head, {x}, true), {.bytes = heads * k_f32_bytes, .site = site_}, tokens_ * heads);
  NodeId y = graph_.compute(by_head, {graph_.reshape(scanned, by_head), skip}, true);
  y = graph_.compute(by_head, {gate, y});
  if (ssm.gated_norm) {
    const std::uint32_t groups_count = std::max(1U, ssm.group_count);
    const Extent by_group{ssm.inner_size / groups_count, groups_count, tokens_per_sequence_, sequences_};
    y = weigh(graph_.compute(by_group, {graph_.reshape(y, by_group)}, true),
              {.bytes = ssm.inner_size * k_f32_bytes, .site = site_});
  }
  return project(TensorRole::ssm_out, graph_.reshape(y, {ssm.inner_size, tokens_, 1, 1}), model_.embedding_length);
}

NodeId ForwardRecorder::mamba(NodeId of) {
  const SsmSpec& ssm = *model_.ssm;
  const Extent inner{ssm.inner_size, tokens_per_sequence_, sequences_, 1};
  const NodeId remembered = load_state((ssm.conv_kernel - 1ULL) * ssm.inner_size);
  const NodeId both = project(TensorRole::ssm_in, by_sequence(of), 2 * ssm.inner_size);
  NodeId x = convolve(remembered, graph_.columns(both, inner, ssm.inner_size), ssm.inner_size);
  x = add_state_vector(x, ssm.inner_size);
  x = graph_.compute(inner, {x}, true);
  const NodeId small = project(TensorRole::ssm_x, x, ssm.time_step_rank + 2 * ssm.state_size);
  // dt, B and C are the parts of it; Jamba puts a norm on each.
  const Extent dt_extent{ssm.time_step_rank, tokens_per_sequence_, sequences_, 1};
  const Extent group_extent{ssm.state_size, 1, tokens_per_sequence_, sequences_};
  NodeId narrow = graph_.columns(small, dt_extent, ssm.time_step_rank);
  NodeId b = graph_.columns(small, group_extent, ssm.state_size);
  NodeId c = graph_.columns(small, group_extent, ssm.state_size);
  if (ssm.inner_norms) {
    narrow = norm(narrow, site_);
    b = norm(b, site_);
    c = norm(c, site_);
  } else {
    narrow = graph_.compute(dt_extent, {narrow});
  }
  const NodeId dt = add_state_vector(project(TensorRole::ssm_dt, narrow, ssm.inner_size), ssm.inner_size);
  const std::uint64_t state = std::uint64_t{ssm.state_size} * ssm.inner_size;
  const NodeId stored = cached(clear_state(state));
  const NodeId scanned = graph_.compute({ssm.inner_size, tokens_ + ssm.state_size * sequences_, 1, 1},
                                        {stored, graph_.reshape(x, inner), dt, b, c, state_ids_});
  keep_other_states(run_on(scanned, {.bytes = state * k_f32_bytes, .site = site_}, k_scan_rows));
  graph_.expand(graph_.store(graph_.part(scanned, {static_cast<std::uint32_t>(state), sequences_, 1, 1}), site_));
  const NodeId gate = graph_.compute(inner, {graph_.columns(both, inner, ssm.inner_size)});
  const NodeId skip =
      run_on(graph_.compute(inner, {x}, true), {.bytes = ssm.inner_size * k_f32_bytes, .site = site_}, tokens_);
  const NodeId y = graph_.compute(inner, {graph_.reshape(scanned, inner), skip}, true);
  const NodeId out = graph_.compute(inner, {gate, y});
  return flat(project(TensorRole::ssm_out, out, model_.embedding_length));
}

NodeId ForwardRecorder::delta_net(NodeId of) {
  const SsmSpec& ssm = *model_.ssm;
  const std::uint32_t heads = std::max(1U, ssm.time_step_rank);
  const std::uint32_t value_length = ssm.inner_size / heads;
  const std::uint32_t key_heads = ssm.group_count == 0 ? heads : ssm.group_count;
  const std::uint32_t channels = ssm.inner_size + 2 * key_heads * ssm.state_size;
  const Extent values{value_length, heads, tokens_per_sequence_, sequences_};
  const Extent keys{ssm.state_size, key_heads, tokens_per_sequence_, sequences_};
  const Extent scalars{1, heads, tokens_per_sequence_, sequences_};

  NodeId mixed = k_no_node, z = k_no_node, beta = k_no_node, decay = k_no_node;
  if (traits_.fused_delta) {
    // One projection for everything, taken apart and put together again.
    const NodeId all = project(TensorRole::ssm_in, of, channels + ssm.inner_size);
    const std::uint32_t key_width = key_heads * ssm.state_size;
    z = graph_.compute({ssm.inner_size, tokens_, 1, 1}, {graph_.part(all, {ssm.inner_size, tokens_, 1, 1})});
    const auto piece = [&](std::uint32_t width) {
      return graph_.compute({width, tokens_, 1, 1}, {graph_.part(all, {width, tokens_, 1, 1})});
    };
    const NodeId q_flat = piece(key_width), k_flat = piece(key_width), v_flat = piece(ssm.inner_size);
    mixed = graph_.compute({2 * key_width, tokens_, 1, 1}, {q_flat, k_flat});
    mixed = graph_.compute({channels, tokens_, 1, 1}, {mixed, v_flat});
    const NodeId both = project(TensorRole::ssm_beta_alpha, of, 2 * heads);
    beta = graph_.compute(scalars, {graph_.part(both, scalars)});
    decay = graph_.compute(scalars, {graph_.part(both, scalars)});
  } else {
    mixed = project(TensorRole::attn_qkv, of, channels);
    z = project(TensorRole::attn_gate, of, ssm.inner_size);
    beta = graph_.reshape(project(TensorRole::ssm_beta_alpha, of, heads), scalars);
    decay = graph_.reshape(project(TensorRole::ssm_beta_alpha, of, heads), scalars);
  }
  const NodeId conv_state = load_state((ssm.conv_kernel - 1ULL) * channels);
  NodeId convolved = convolve(conv_state, mixed, channels);
  const NodeId state = load_state(std::uint64_t{ssm.state_size} * ssm.inner_size);
  convolved = graph_.compute(graph_[convolved].extent, {convolved}, true);
  NodeId q = graph_.compute(keys, {graph_.part(convolved, keys)}, true);
  NodeId k = graph_.compute(keys, {graph_.part(convolved, keys)}, true);
  if (traits_.fused_delta && key_heads != heads) {
    q = graph_.compute(values, {graph_.reshape(q, keys)});
    k = graph_.compute(values, {graph_.reshape(k, keys)});
  }
  const NodeId v = graph_.columns(convolved, values, ssm.inner_size);
  decay = graph_.compute(scalars, {decay}, true);
  beta = graph_.compute(scalars, {beta}, true);
  const NodeId out =
      graph_.compute({ssm.inner_size, tokens_ + ssm.state_size * sequences_, 1, 1}, {q, k, v, decay, beta, state});
  graph_.expand(graph_.store(graph_.part(out, {ssm.state_size, ssm.inner_size, sequences_, 1}), site_));

  const NodeId normed = norm(graph_.reshape(out, values), site_);
  const NodeId gate = graph_.compute(values, {graph_.reshape(z, values)}, true);
  const NodeId gated = graph_.compute(values, {normed, gate}, true);
  return flat(project(TensorRole::ssm_out, graph_.reshape(gated, {ssm.inner_size, tokens_per_sequence_, sequences_, 1}),
                      model_.embedding_length));
}

NodeId ForwardRecorder::short_conv(NodeId of) {
  const std::uint32_t width = model_.embedding_length;
  const Extent extent{width, tokens_per_sequence_, sequences_, 1};
  const NodeId all = project(TensorRole::short_conv, by_sequence(of), 3 * width);
  const NodeId b = graph_.part(all, extent);
  const NodeId c = graph_.part(all, extent);
  const NodeId x = graph_.part(all, extent);
  const NodeId bx = graph_.compute(extent, {b, x}, true);
  const NodeId remembered = load_state(std::uint64_t{width} * (model_.short_conv_cache_length - 1));
  const NodeId convolved = convolve(remembered, bx, width);
  const NodeId y = graph_.compute(extent, {c, convolved}, true);
  // Of the two matrices of this role the first is the largest, three times as wide as the second.
  Stored out = weight_of(TensorRole::short_conv);
  out.bytes /= 3;
  return flat(multiply(graph_.compute(extent, {y}), out, tokens_per_sequence_));
}

}  // namespace canirun
