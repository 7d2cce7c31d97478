// SPDX-License-Identifier: MIT
// What drafts and is no model of its own: layers that predict further tokens (MTP, "nextn"), shaped as the model's last
// layer with a projection of the last token and its state in front; and a head trained for it (EAGLE-3), one dense layer
// that sees three of the model's states and writes a small vocabulary.
#include <algorithm>
#include <canirun/speed.hpp>

namespace canirun {
namespace {

/// The last layer that attends to all tokens, else the last.
const LayerSpec& attending_layer(const ModelSpec& model) {
  const auto found = std::find_if(model.layers.rbegin(), model.layers.rend(),
                                  [](const LayerSpec& layer) { return layer.attention == AttentionKind::full; });
  return found != model.layers.rend() ? *found : model.layers.back();
}

}  // namespace

std::optional<ModelSpec> next_token_model(const ModelSpec& model) {
  if (model.next_token_layers == 0 || model.layers.empty()) return std::nullopt;
  ModelSpec draft = model;
  draft.layers.assign(1, model.layers.back());
  draft.layers.front().owns_kv = true;
  draft.next_token_layers = 0;
  draft.stored.reset();
  return draft;
}

WeightTable next_token_weights(const ModelSpec& model, const WeightTable& weights) {
  WeightTable draft = weights;
  draft.output_bytes = draft.per_layer_embedding_bytes = draft.next_token_bytes = 0;
  draft.token_embedding_bytes = model.next_token_embeddings ? weights.token_embedding_bytes : 0;
  draft.layers.clear();
  if (model.next_token_layers == 0 || weights.layers.empty()) return draft;
  LayerWeights layer = weights.layers.back();
  // What a stored layer holds beside one of the model's: the projection, and an output matrix where it has its own.
  const std::uint64_t stored = weights.next_token_bytes / model.next_token_layers;
  layer.attention_bytes += stored - std::min(stored, layer.total() + draft.token_embedding_bytes);
  draft.layers.push_back(layer);
  return draft;
}

std::optional<ModelSpec> eagle_model(const ModelSpec& model) {
  constexpr std::uint32_t k_vocabulary = 32000;  // of the heads published for Llama 3 and Qwen3
  if (model.layers.empty() || model.embedding_length == 0) return std::nullopt;
  LayerSpec layer = attending_layer(model);
  layer.feed_forward = FeedForwardKind::dense;
  if (model.moe && (layer.feed_forward_length == 0 || model.layers.back().feed_forward != FeedForwardKind::dense))
    layer.feed_forward_length = model.moe->expert_used_count * model.moe->expert_feed_forward_length;
  layer.owns_kv = true;
  ModelSpec head = model;
  head.layers.assign(1, layer);
  head.moe.reset();
  head.expert_type.reset();
  head.stored.reset();
  head.next_token_layers = 0;
  head.tied_embeddings = false;
  head.vocab_size = std::min(model.vocab_size, k_vocabulary);
  head.name = "EAGLE-3 head of " + model.name;
  return head;
}

WeightTable eagle_weights(const ModelSpec& head, const QuantScheme& quant) {
  constexpr std::uint64_t k_states = 3, k_bytes = 2;  // it is published in half precision
  WeightTable weights = sum_weights(head, quant);
  weights.token_embedding_bytes = 0;  // the model's own
  // The three states are projected to one, and attention sees it beside the token: its input is twice as wide.
  if (!weights.layers.empty()) {
    const std::uint64_t width = head.embedding_length;
    LayerWeights& layer = weights.layers.front();
    layer.attention_bytes += k_states * width * width * k_bytes + layer.attention_bytes / 2;
  }
  return weights;
}

}  // namespace canirun
