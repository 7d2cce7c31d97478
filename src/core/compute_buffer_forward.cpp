// SPDX-License-Identifier: MIT
#include "core/compute_buffer_forward.hpp"

#include <algorithm>
#include <string_view>

namespace canirun {
namespace {

constexpr std::uint64_t k_f32_bytes = 4;
/// From this many rows on a GPU computes with weights that are on the host (GGML_OP_OFFLOAD_MIN_BATCH).
constexpr std::uint32_t k_offload_rows = 32;

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

}  // namespace

GraphTraits graph_traits(const ModelSpec& model) {
  const std::string_view arch = model.architecture;
  GraphTraits traits;
  const bool delta = arch == "qwen35" || arch == "qwen35moe" || arch == "qwen3next";
  const bool nemotron = arch == "nemotron_h" || arch == "nemotron_h_moe";
  traits.rows_at_end = delta || nemotron || arch == "gemma4" || arch == "gpt-oss";
  traits.keeps_hidden = traits.rows_at_end;
  traits.norm_after_rows = arch == "gpt-oss";
  traits.early_norm = delta || arch == "kimi-linear";
  traits.scales_embedding = starts_with(arch, "gemma") || starts_with(arch, "granite");
  traits.parallel = starts_with(arch, "cohere2") || arch == "command-r" || arch == "phi2";
  traits.residual_first = starts_with(arch, "lfm2");
  traits.fed_residual_first = traits.residual_first || starts_with(arch, "phi3");
  traits.norm_after = starts_with(arch, "olmo2") || arch == "exaone4";
  traits.norms_values = arch == "gemma4";
  traits.weighs_before = arch == "llama4";
  traits.positions_of_four =
      arch == "qwen35" || arch == "qwen35moe" || starts_with(arch, "qwen2vl") || starts_with(arch, "qwen3vl");
  traits.has_windows = std::any_of(model.layers.begin(), model.layers.end(), [](const LayerSpec& layer) {
    return layer.attention == AttentionKind::sliding_window || layer.attention == AttentionKind::chunked;
  });
  traits.factors_only_full = arch == "gemma4";
  traits.fused_delta = model.ssm && model.ssm->fused_beta_alpha;
  if (arch == "smollm3" || arch == "llama4") traits.rope_except_every = 4;
  traits.rope_only_windowed = starts_with(arch, "cohere2") || arch == "exaone4" || arch == "afmoe";
  return traits;
}

ForwardRecorder::ForwardRecorder(const ForwardQuestion& question, ScratchGraph& graph)
    : q_(question), model_(question.model), graph_(graph), traits_(graph_traits(question.model)) {
  offloads_ = question.settings.op_offload && question.sites.has_gpu();
  sequences_ = question.shape.sequences;
  streams_ = question.shape.streams;
  tokens_per_sequence_ = (question.shape.ubatch + sequences_ - 1) / sequences_;
  tokens_ = tokens_per_sequence_ * sequences_;
}

std::int8_t ForwardRecorder::site_for(std::int8_t weight_site, std::uint32_t rows) const {
  return weight_site == 0 && offloads_ && rows >= k_offload_rows ? std::int8_t{1} : weight_site;
}

/// Fixes where a node with a weight runs; a weight that lives elsewhere becomes an operand that has to be fetched.
NodeId ForwardRecorder::run_on(NodeId id, const Stored& weight, std::uint32_t rows) {
  const std::int8_t site = site_for(weight.site, rows);
  graph_[id].site = site;
  if (site == weight.site) return id;
  const NodeId stored = graph_.stored(weight, true);
  auto& sources = graph_[id].sources;
  *std::find(sources.begin(), sources.end(), k_no_node) = stored;
  return id;
}

/// The cache of the layer as an operand: only where it may have to be fetched does it matter.
NodeId ForwardRecorder::cached(const Stored& cache) {
  return offloads_ && cache.site == 0 ? graph_.stored(cache, false) : k_no_node;
}

NodeId ForwardRecorder::project(TensorRole role, NodeId of, std::uint32_t width) {
  Extent extent = graph_[of].extent;
  extent[0] = width;
  return run_on(graph_.compute(extent, {of}), weight_of(role), extent[1]);
}

/// A norm and its weight vector: element-wise operations that share one piece of memory.
NodeId ForwardRecorder::norm(NodeId of, std::int8_t site) {
  const NodeId normed = graph_.compute(graph_[of].extent, {of}, true);
  return weigh(normed, {.bytes = graph_[of].extent[0] * k_f32_bytes, .site = site});
}

/// Multiplication by, or addition of, a stored vector. Where nothing has to be fetched it changes nothing and is left
/// out; between two GPUs it decides which result crosses.
NodeId ForwardRecorder::weigh(NodeId of, const Stored& vector) {
  const bool travels = (offloads_ && vector.site == 0) || q_.sites.count > 2;
  if (!travels) {
    graph_[of].site = vector.site;
    return of;
  }
  const Extent extent = graph_[of].extent;
  return run_on(graph_.compute(extent, {of}, true), vector, extent[1] * extent[2] * extent[3]);
}

NodeId ForwardRecorder::add_bias(NodeId of, bool present) {
  if (!present) return of;
  return weigh(of, {.bytes = graph_[of].extent[0] * k_f32_bytes, .site = site_});
}

NodeId ForwardRecorder::add(NodeId first, NodeId second) {
  return graph_.compute(graph_[first].extent, {first, second}, true);
}

NodeId ForwardRecorder::pick_rows(NodeId of) {
  if (row_ids_ == k_no_node) row_ids_ = graph_.input(q_.shape.output_rows * k_f32_bytes);
  Extent extent = graph_[of].extent;
  extent[1] = q_.shape.output_rows;
  return graph_.compute(extent, {of, row_ids_});
}

NodeId ForwardRecorder::embed() {
  const NodeId tokens = graph_.input(tokens_ * k_f32_bytes);
  NodeId hidden = graph_.compute({model_.embedding_length, tokens_, 1, 1}, {tokens});
  graph_[hidden].site = 0;
  graph_.expand(hidden);
  // Room for embeddings given instead of tokens is always kept, and never used up.
  graph_.expand(graph_.input(model_.embedding_length * std::uint64_t{tokens_} * k_f32_bytes));
  if (traits_.scales_embedding) hidden = graph_.compute(graph_[hidden].extent, {hidden}, true);
  return hidden;
}

/// Gemma's small embedding of each token for each layer: looked up, projected from the hidden state, summed.
void ForwardRecorder::embed_per_layer(NodeId hidden) {
  const auto layers = static_cast<std::uint32_t>(model_.layers.size());
  const std::uint32_t length = model_.per_layer_embedding_length;
  const NodeId tokens = graph_.input(tokens_ * k_f32_bytes);
  const NodeId looked_up = graph_.compute({length * layers, tokens_, 1, 1}, {tokens});
  graph_[looked_up].site = 0;
  const Extent by_layer{length, layers, tokens_, 1};
  const NodeId scaled = graph_.compute(by_layer, {graph_.reshape(looked_up, by_layer)}, true);
  graph_.expand(scaled);
  const auto site = static_cast<std::int8_t>(q_.layout.layer_site.front());
  NodeId projected = run_on(graph_.compute({length * layers, tokens_, 1, 1}, {hidden}), {.bytes = 0, .site = site}, tokens_);
  projected = graph_.compute(graph_[projected].extent, {projected}, true);
  projected = norm(graph_.reshape(projected, by_layer), site);
  const NodeId sum = add(projected, scaled);
  per_layer_ = graph_.compute({length, tokens_, layers, 1}, {graph_.part(sum, {length, tokens_, layers, 1})});
}

NodeId ForwardRecorder::add_layer_embedding(NodeId hidden) {
  NodeId gate = project(TensorRole::per_layer_small, hidden, model_.per_layer_embedding_length);
  gate = graph_.compute(graph_[gate].extent, {gate, graph_.part(per_layer_, graph_[gate].extent)}, true);
  const NodeId raised = project(TensorRole::per_layer_small, gate, model_.embedding_length);
  return add(hidden, norm(raised, site_));
}

NodeId ForwardRecorder::mix_tokens(NodeId normed, NodeId residual) {
  switch (spec_->attention) {
    case AttentionKind::none:
      return k_no_node;
    case AttentionKind::mla:
      return model_.mla ? latent_attention(normed) : attention(normed);
    case AttentionKind::kda:
    case AttentionKind::gated_delta:
      return delta_net(normed);
    case AttentionKind::mamba:
      return mamba(normed);
    case AttentionKind::mamba2:
      return mamba2(normed);
    case AttentionKind::short_conv:
      return short_conv(normed);
    case AttentionKind::parallel_mamba2: {
      const NodeId attended = attention(normed);
      return add(attended, mamba2(norm(residual, site_)));
    }
    case AttentionKind::full:
    case AttentionKind::sliding_window:
    case AttentionKind::chunked:
      return attention(normed);
  }
  return k_no_node;
}

NodeId ForwardRecorder::layer(std::size_t index, NodeId residual, bool last) {
  index_ = index;
  spec_ = &model_.layers[index];
  site_ = static_cast<std::int8_t>(q_.layout.layer_site[index]);
  expert_site_ = static_cast<std::int8_t>(q_.layout.expert_site[index]);
  NodeId normed = traits_.norm_after ? residual : norm(residual, site_);
  if (traits_.early_norm) graph_.expand(normed);
  NodeId mixed = mix_tokens(normed, residual);
  if (last && !traits_.rows_at_end) {
    if (mixed != k_no_node) mixed = pick_rows(mixed);
    if (traits_.parallel) normed = pick_rows(normed);
    residual = pick_rows(residual);
  }
  if (traits_.parallel) return add(add(feed_forward(normed), residual), mixed);
  if (mixed != k_no_node) {
    residual = traits_.residual_first ? add(residual, mixed) : add(mixed, residual);
    if (spec_->feed_forward == FeedForwardKind::none) return residual;
    normed = traits_.norm_after ? residual : k_no_node;
  }
  NodeId fed = k_no_node;
  if (spec_->feed_forward == FeedForwardKind::moe_and_dense && model_.moe) {
    fed = experts_beside_dense(residual);
  } else {
    fed = feed_forward(normed != k_no_node ? normed : norm(residual, site_));
  }
  const NodeId out = traits_.fed_residual_first ? add(residual, fed) : add(fed, residual);
  return per_layer_ != k_no_node ? add_layer_embedding(out) : out;
}

void ForwardRecorder::head(NodeId hidden) {
  const auto site = static_cast<std::int8_t>(q_.layout.output_site);
  if (traits_.rows_at_end && traits_.norm_after_rows) {
    graph_[hidden].output = traits_.keeps_hidden;
    hidden = norm(pick_rows(hidden), site);
  } else {
    hidden = norm(hidden, site);
    if (traits_.rows_at_end) {
      graph_[hidden].output = traits_.keeps_hidden;
      hidden = pick_rows(hidden);
    }
  }
  graph_[hidden].output = true;
  const NodeId logits = graph_.compute({model_.vocab_size, q_.shape.output_rows, 1, 1}, {hidden});
  run_on(logits, {.bytes = q_.weights.output_bytes, .site = site}, q_.shape.output_rows);
  graph_[logits].output = true;
  graph_.expand(logits);
}

bool ForwardRecorder::alike(std::size_t a, std::size_t b) const {
  const Layout& layout = q_.layout;
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
/// are kept. An even number is left out, because layers may alternate between two ways of lying.
std::vector<std::size_t> ForwardRecorder::typical_layers() const {
  constexpr std::size_t k_longest_period = 12;
  const std::size_t count = model_.layers.size();
  std::vector<std::size_t> kept;
  kept.reserve(count);
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
    const std::size_t skipped = (keep_periods == 6 ? spare / 2 * 2 : spare) * period;
    for (std::size_t k = 0; k < keep_first * period; ++k) kept.push_back(i + k);
    for (std::size_t k = keep_first * period + skipped; k < length; ++k) kept.push_back(i + k);
    i += length;
  }
  return kept;
}

void ForwardRecorder::record() {
  NodeId hidden = embed();
  if (model_.per_layer_embedding_length != 0) embed_per_layer(hidden);
  for (const std::size_t i : typical_layers()) hidden = layer(i, hidden, i + 1 == model_.layers.size());
  head(hidden);
}

Stored ForwardRecorder::weight_of(TensorRole role) const {
  const bool expert = role == TensorRole::expert_up || role == TensorRole::expert_gate || role == TensorRole::expert_down ||
                      role == TensorRole::expert_gate_up;
  const std::int8_t site = expert ? expert_site_ : site_;
  const LayerWeights& weights = q_.weights.layers[index_];
  const auto& kinds = q_.weights.kinds;
  const auto index = static_cast<std::size_t>(role);
  if (weights.kind < kinds.size() && !q_.coarse) return {.bytes = kinds[weights.kind][index], .site = site};
  if (!kinds.empty()) {
    std::uint64_t largest = 0;  // one layer stands for all: it had better be the biggest
    for (const RoleBytes& kind : kinds) largest = std::max(largest, kind[index]);
    return {.bytes = largest, .site = site};
  }
  return {.bytes = expert ? weights.largest_expert_tensor_bytes : weights.largest_tensor_bytes, .site = site};
}

}  // namespace canirun
