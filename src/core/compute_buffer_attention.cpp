// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/compute_buffer_forward.hpp"
#include "core/kv_cache.hpp"

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
constexpr std::uint64_t k_f16_bytes = 2;
constexpr std::uint64_t k_index_bytes = 8;
/// Up to so many tokens the vector kernels run, which read a quantised cache as it is.
constexpr std::uint32_t k_vector_kernel_tokens = 2;

bool is_windowed(const LayerSpec& layer) {
  return layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
}

}  // namespace

bool rotates(TensorType type, std::uint32_t head_length) {
  const bool quantised = type != TensorType::f32 && type != TensorType::f16 && type != TensorType::bf16;
  return quantised && head_length != 0 && head_length % k_rotation_step == 0;
}

std::uint32_t key_rotation_side(std::uint32_t head_length) {
  std::uint32_t side = k_rotation_step;
  while (side <= head_length / 2 && head_length % (side * 2) == 0) side *= 2;
  return side;
}

bool ForwardRecorder::has_rope() const {
  if (traits_.no_rope) return false;
  if (traits_.rope_only_windowed && !is_windowed(*spec_)) return false;
  return traits_.rope_except_every == 0 || (index_ + 1) % traits_.rope_except_every != 0;
}

/// Stored rotation factors are too small to decide where the rotation runs, but they are fetched like any weight.
NodeId ForwardRecorder::rope(NodeId of) {
  if (positions_ == k_no_node) positions_ = graph_.input(tokens_ * k_f32_bytes * (traits_.positions_of_four ? 4U : 1U));
  const NodeId rotated = graph_.compute(graph_[of].extent, {of, positions_}, true);
  const bool has_factors = model_.rope_factor_count != 0 && !(traits_.factors_only_full && is_windowed(*spec_));
  if (has_factors && offloads_ && site_ == 0) {
    const Stored factors{.bytes = spec_->key_length / 2 * k_f32_bytes, .site = site_};
    if (rope_factors_ == k_no_node) rope_factors_ = graph_.stored(factors, true);
    graph_[rotated].sources[2] = rope_factors_;
  }
  return rotated;
}

ForwardRecorder::CacheInputs& ForwardRecorder::cache_inputs() { return is_windowed(*spec_) ? window_inputs_ : full_inputs_; }

NodeId ForwardRecorder::mask() {
  NodeId& mask = cache_inputs().mask;
  if (mask == k_no_node) {
    const std::uint64_t cells = cache_cells(model_, *spec_, q_.settings, q_.shape);
    mask = graph_.input(cells * tokens_ * (q_.settings.flash_attn ? 2U : 4U));
    graph_[mask].extent = {static_cast<std::uint32_t>(cells), tokens_ / streams_, 1, streams_};
  }
  return mask;
}

/// Multiplication with a Hadamard matrix: a new tensor of the same size.
NodeId ForwardRecorder::rotate(NodeId of, NodeId& matrix, std::uint32_t side) {
  const Extent extent = graph_[of].extent;
  if (matrix == k_no_node) matrix = graph_.input(std::uint64_t{side} * side * k_f32_bytes);
  const std::uint32_t rows = extent[0] / side * extent[1] * extent[2];
  const Extent flat_extent{side, rows, 1, 1};
  const NodeId flat = graph_[of].contiguous ? graph_.reshape(of, flat_extent) : graph_.compute(flat_extent, {of});
  return graph_.reshape(graph_.compute(flat_extent, {matrix, flat}), extent);
}

/// One number a head. Where they are fetched they start a piece of work of their own, although flash attention does not
/// follow them.
Stored ForwardRecorder::sinks_of_layer() const { return {.bytes = spec_->head_count * k_f32_bytes, .site = site_}; }
NodeId ForwardRecorder::sinks() {
  return model_.attention_sinks && offloads_ && site_ == 0 ? graph_.stored(sinks_of_layer(), true) : k_no_node;
}

/// Flash attention reads a cache of full precision through a copy in half precision.
NodeId ForwardRecorder::halved(const Stored& cache, TensorType type) {
  const NodeId stored = cached(cache);
  if (type != TensorType::f32) return stored;
  const NodeId half = graph_.compute({1, 1, 1, 1}, {stored});
  graph_[half].bytes = cache.bytes / 2;
  return half;
}

/// Room for keys and values in f16 behind the result of flash attention. Latent values are the front of their keys.
std::uint64_t ForwardRecorder::half_copies(const Stored& keys, const Stored& values) const {
  const auto copy = [](const Stored& cache, TensorType type) -> std::uint64_t {
    if (type == TensorType::f16 || type == TensorType::f32) return 0;
    const TensorTypeTraits block = traits(type);
    return cache.bytes / block.block_bytes * block.block_elements * k_f16_bytes;
  };
  const bool latent = spec_->attention == AttentionKind::mla && model_.mla;
  return copy(keys, q_.settings.kv_type_k) + (latent ? 0 : copy(values, q_.settings.kv_type_v));
}

NodeId ForwardRecorder::flash(NodeId q, const Stored& keys, const Stored& values, std::uint32_t value_length) {
  const std::uint32_t heads = spec_->head_count;
  const NodeId shown = graph_.part(q, {graph_[q].extent[0], tokens_ / streams_, heads, streams_});
  const NodeId k = halved(keys, q_.settings.kv_type_k);
  const NodeId v = halved(values, q_.settings.kv_type_v);
  const NodeId visible = is_sparse() ? mask_of_picks() : mask();
  const NodeId out = graph_.compute({value_length, heads, tokens_, 1}, {shown, k, v, visible, sinks()});
  if (q_.sites.halves_cache && keys.site > 0 && tokens_ / streams_ > k_vector_kernel_tokens)
    graph_[out].bytes += half_copies(keys, values);
  if (spec_->attention == AttentionKind::mla && model_.mla)
    return expand_latent(graph_.part(out, {value_length, tokens_, heads, 1}));
  return graph_.reshape(out, {value_length * heads, tokens_, 1, 1});
}

NodeId ForwardRecorder::plain(NodeId q, const Stored& keys, const Stored& values, std::uint32_t value_length) {
  const bool latent = spec_->attention == AttentionKind::mla && model_.mla;
  const std::uint32_t cells = cache_cells(model_, *spec_, q_.settings, q_.shape);
  const Extent scores{cells, tokens_ / streams_, spec_->head_count, streams_};
  const NodeId shown = graph_.part(q, {graph_[q].extent[0], tokens_ / streams_, spec_->head_count, streams_});
  const NodeId kq = graph_.compute(scores, {cached(keys), shown});
  const NodeId soft = graph_.compute(scores, {kq, is_sparse() ? mask_of_picks() : mask()}, true);
  if (model_.attention_sinks) run_on(soft, sinks_of_layer(), scores[1] * scores[2] * scores[3]);
  NodeId v = cached(values);
  if (latent) {
    // The values are the front of the keys, which lie the wrong way round: a transposed copy is made, in the cache's type.
    v = graph_.compute({cells, value_length, 1, streams_}, {v});
    graph_[v].bytes = row_bytes(q_.settings.kv_type_k, std::uint64_t{cells} * value_length) * streams_;
  }
  const NodeId out = graph_.compute({value_length, scores[1], scores[2], scores[3]}, {v, soft});
  if (latent) return expand_latent(out);
  const Extent flat{value_length * spec_->head_count, tokens_, 1, 1};
  return graph_.compute(flat, {graph_.part(out, flat)});
}

/// From the latent space back to one value vector a head.
NodeId ForwardRecorder::expand_latent(NodeId of) {
  const NodeId values = project(TensorRole::mla_v_b, of, model_.mla->value_length);
  const Extent flat{model_.mla->value_length * spec_->head_count, tokens_, 1, 1};
  return graph_.compute(flat, {graph_.part(values, flat)});
}

/// All of the input at once, nothing stored.
NodeId ForwardRecorder::attend_at_once(NodeId q, NodeId k, NodeId v) {
  for (const NodeId node : {q, k, v}) graph_.expand(node);
  const std::uint32_t heads = spec_->head_count, length = spec_->value_length;
  NodeId& mask = full_inputs_.mask;
  if (mask == k_no_node) mask = graph_.input(std::uint64_t{tokens_} * tokens_ * (q_.settings.flash_attn ? 2U : 4U));
  NodeId out = k_no_node;
  if (q_.settings.flash_attn) {
    const auto in_half = [&](NodeId of) {
      const NodeId half = graph_.compute(graph_[of].extent, {graph_.look(of)});
      graph_[half].bytes /= 2;
      return half;
    };
    const NodeId keys = in_half(k), values = in_half(v);
    out = graph_.compute({length, heads, tokens_, 1}, {graph_.look(q), keys, values, mask});
    out = graph_.reshape(out, {length * heads, tokens_, 1, 1});
  } else {
    const Extent scores{tokens_, tokens_, heads, 1};
    const NodeId kq = graph_.compute(scores, {graph_.look(k), graph_.look(q)});
    const NodeId soft = graph_.compute(scores, {kq, mask}, true);
    const NodeId turned = graph_.compute({tokens_, length, spec_->head_count_kv, 1}, {graph_.look(v)});
    out = graph_.compute({length, tokens_, heads, 1}, {turned, soft});
    out = graph_.compute({length * heads, tokens_, 1, 1}, {graph_.look(out)});
  }
  graph_.expand(out);
  return out;
}

/// Stores the new keys and values, then attends over the cache.
NodeId ForwardRecorder::attend(NodeId q, NodeId k, NodeId v, bool values_in_keys) {
  const EngineSettings& settings = q_.settings;
  if (!remembers(model_)) return attend_at_once(q, k, v);
  CacheInputs& inputs = cache_inputs();
  const bool rotates_k = !values_in_keys && rotates(settings.kv_type_k, spec_->key_length);
  const bool rotates_v = !values_in_keys && rotates(settings.kv_type_v, spec_->value_length);
  if (rotates_k) {
    q = rotate(q, inputs.key_rotation, key_rotation_side(spec_->key_length));
    if (k != k_no_node) k = rotate(k, inputs.key_rotation, key_rotation_side(spec_->key_length));
  }
  if (rotates_v && v != k_no_node) v = rotate(v, inputs.value_rotation, k_rotation_step);
  graph_.expand(q);
  graph_.expand(traits_.has_windows ? k : v);
  graph_.expand(traits_.has_windows ? v : k);
  const std::uint64_t cells = std::uint64_t{cache_cells(model_, *spec_, settings, q_.shape)} * streams_;
  const std::uint64_t key_row =
      values_in_keys ? graph_[k].extent[0] : std::uint64_t{spec_->head_count_kv} * spec_->key_length;
  const std::uint64_t value_row = std::uint64_t{spec_->head_count_kv} * spec_->value_length;
  const Stored keys{.bytes = cells * row_bytes(settings.kv_type_k, key_row),
                    .site = spec_->owns_kv ? site_ : cache_site(index_)};
  Stored values{.bytes = cells * row_bytes(settings.kv_type_v, value_row), .site = keys.site};
  // Without flash attention every layer has room for the widest values of all, between its streams too.
  const std::uint64_t widest = settings.flash_attn || values_in_keys ? value_row : widest_value_row(model_);
  values.bytes += cells / streams_ * (streams_ - 1) * row_bytes(settings.kv_type_v, widest - value_row);
  if (values_in_keys) {
    // The front of each row, all that lies between with it.
    const std::uint64_t rest =
        row_bytes(settings.kv_type_k, key_row) - row_bytes(settings.kv_type_k, model_.mla->kv_lora_rank);
    values.bytes = keys.bytes - std::min(keys.bytes, rest);
  }
  if (k != k_no_node) {
    if (inputs.key_rows == k_no_node) inputs.key_rows = graph_.input(tokens_ * k_index_bytes);
    const NodeId stored = graph_.store(graph_.look(k), site_);
    graph_[stored].sources[1] = inputs.key_rows;
    graph_.expand(stored);
  }
  if (v != k_no_node && !values_in_keys) {
    // Without flash attention V is stored element by element, which takes an index for each.
    const std::uint64_t indices = settings.flash_attn ? 1 : widest_value_row(model_);
    if (inputs.value_rows == k_no_node) inputs.value_rows = graph_.input(tokens_ * k_index_bytes * indices);
    NodeId flat = v;
    if (!settings.flash_attn && !graph_[v].contiguous)
      flat = graph_.compute({static_cast<std::uint32_t>(value_row), tokens_, 1, 1}, {v});
    if (widest != value_row) flat = graph_.compute({static_cast<std::uint32_t>(widest), tokens_, 1, 1}, {flat});
    const NodeId stored = graph_.store(graph_.look(flat), site_);
    graph_[stored].sources[1] = inputs.value_rows;
    graph_.expand(stored);
  }
  const std::uint32_t value_length = values_in_keys ? model_.mla->kv_lora_rank : spec_->value_length;
  NodeId out = settings.flash_attn ? flash(q, keys, values, value_length) : plain(q, keys, values, value_length);
  graph_.expand(out);
  if (rotates_v) out = rotate(out, inputs.value_rotation, k_rotation_step);
  return out;
}

NodeId ForwardRecorder::attention(NodeId of) {
  if (model_.mla && spec_->owns_kv) return expanded_attention(of);
  const LayerSpec& spec = *spec_;
  const std::uint32_t q_width = spec.head_count * spec.key_length;
  const std::uint32_t k_width = spec.head_count_kv * spec.key_length;
  const std::uint32_t v_width = spec.head_count_kv * spec.value_length;
  const Extent q_heads{spec.key_length, spec.head_count, tokens_, 1};
  const Extent k_heads{spec.key_length, spec.head_count_kv, tokens_, 1};
  const Extent v_heads{spec.value_length, spec.head_count_kv, tokens_, 1};
  NodeId q = k_no_node, k = k_no_node, v = k_no_node, gate = k_no_node;
  if (model_.fused_qkv && spec.owns_kv) {
    const NodeId qkv = add_bias(project(TensorRole::attn_qkv, of, q_width + k_width + v_width), model_.qkv_bias);
    q = graph_.columns(qkv, q_heads, q_width);
    k = graph_.columns(qkv, k_heads, k_width);
    v = graph_.columns(qkv, v_heads, v_width);
  } else {
    q = add_bias(project(TensorRole::attn_q, of, model_.query_gate ? 2 * q_width : q_width), model_.qkv_bias);
    if (spec.owns_kv) {
      k = add_bias(project(TensorRole::attn_k, of, k_width), model_.qkv_bias);
      v = spec.value_is_key ? k : add_bias(project(TensorRole::attn_v, of, v_width), model_.qkv_bias);
    }
    if (model_.qk_norm == QkNorm::over_all_heads && !traits_.norms_each_head) {
      q = norm(q, site_);
      if (k != k_no_node) k = norm(k, site_);
    }
    if (model_.query_gate) {
      gate = graph_.columns(q, q_heads, 2 * q_width - spec.key_length);
      q = graph_.columns(q, q_heads, 2 * q_width - spec.key_length);
    } else {
      q = graph_.reshape(q, q_heads);
    }
    if (k != k_no_node) k = graph_.reshape(k, k_heads);
    if (v != k_no_node) v = graph_.reshape(v, v_heads);
  }
  const auto norm_heads = [&] {
    if (model_.qk_norm != QkNorm::per_head && (model_.qk_norm == QkNorm::none || !traits_.norms_each_head)) return;
    q = norm(q, site_);
    if (k != k_no_node) k = norm(k, site_);
  };
  if (!traits_.norm_after_rope) norm_heads();
  if (traits_.norms_values && v != k_no_node) v = graph_.compute(v_heads, {v}, true);
  if (has_rope()) {
    q = rope(q);
    if (k != k_no_node) k = rope(k);
  } else if (traits_.scales_unrotated) {
    if (query_scale_ == k_no_node) query_scale_ = graph_.input(tokens_ * k_f32_bytes);
    q = graph_.compute(q_heads, {q, query_scale_}, true);
  }
  if (traits_.norm_after_rope) norm_heads();
  NodeId out = picks_blocks() ? attend_blocks(of, q, k, v) : attend(q, k, v, false);
  if (model_.attention_gate || model_.head_gate) {
    const std::uint32_t gates = model_.attention_gate ? q_width : spec.head_count;
    const NodeId projected = project(TensorRole::attn_gate, of, gates);
    gate = graph_.compute(graph_[projected].extent, {projected}, true);
    out = graph_.compute(graph_[out].extent, {out, gate}, true);
  } else if (gate != k_no_node) {
    const NodeId flat = graph_.compute({q_width, tokens_, 1, 1}, {gate});
    out = graph_.compute(graph_[out].extent, {out, flat}, true);
  }
  return add_bias(project(TensorRole::attn_output, out, model_.embedding_length), model_.output_bias);
}

}  // namespace canirun
