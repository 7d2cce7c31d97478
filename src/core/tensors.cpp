// SPDX-License-Identifier: MIT
// Tensor names, shapes and the list of those that stay f32: the converter and src/models/ of llama.cpp v0.5.0.
#include "core/tensors.hpp"

#include <algorithm>

#include "core/mixture.hpp"

namespace canirun {
namespace {

/// Blocks without token mixing or without a feed-forward keep one norm.
std::uint32_t norm_count(const ModelSpec& model, const LayerSpec& layer) {
  const bool half_block = layer.attention == AttentionKind::none || layer.feed_forward == FeedForwardKind::none;
  return half_block ? std::min(model.norms_per_layer, 1U) : model.norms_per_layer;
}

/// Gemma 3n: routing between the residual streams, and the low-rank side path.
void append_altup_shapes(std::uint32_t width, const AltupSpec& altup, Shapes& out) {
  const auto [streams, rank] = altup;
  append_vector(out, TensorRole::per_layer_small, width);  // router norm
  append_vector(out, TensorRole::per_layer_small, width);  // correction scale
  append_vector(out, TensorRole::per_layer_small, width);  // side path's norm
  out.push_back({TensorRole::per_layer_small, streams, streams, 1, TypePolicy::f32});
  out.push_back({TensorRole::per_layer_small, streams, streams * streams, 1, TypePolicy::f32});
  out.push_back({TensorRole::per_layer_small, width, streams, 1, TypePolicy::half});
  out.push_back({TensorRole::per_layer_small, width, rank, 1, TypePolicy::half});
  out.push_back({TensorRole::per_layer_small, rank, width, 1, TypePolicy::half});
}

}  // namespace

void append_model_shapes(const ModelSpec& model, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  const auto layers = static_cast<std::uint32_t>(model.layers.size());
  append_matrix(out, TensorRole::token_embedding, width, model.vocab_size);
  if (const std::uint32_t length = model.per_layer_embedding_length; length > 0) {
    append_matrix(out, TensorRole::per_layer_embedding, length * layers, model.vocab_size);
    out.push_back({TensorRole::per_layer_small, width, length * layers, 1, TypePolicy::half});
    append_vector(out, TensorRole::per_layer_small, length);
  }
  if (model.altup && model.altup->stream_count > 1) {
    out.push_back({TensorRole::other, width, width, model.altup->stream_count - 1, TypePolicy::half});
    out.push_back({TensorRole::other, width, width, model.altup->stream_count - 1, TypePolicy::half});
  }
  append_vector(out, TensorRole::output_norm, width);
  if (model.norm_bias) append_vector(out, TensorRole::output_norm, width);
  if (model.rope_factor_count > 0) append_vector(out, TensorRole::rope_factors, model.rope_factor_count);
  if (!model.tied_embeddings) append_matrix(out, TensorRole::output, width, model.vocab_size);
  if (model.head_bias) append_vector(out, TensorRole::output_norm, model.vocab_size);
}

void append_layer_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  for (std::uint32_t i = 0; i < norm_count(model, layer); ++i) {
    append_vector(out, TensorRole::attn_norm, width);
    if (model.norm_bias) append_vector(out, TensorRole::attn_norm, width);
  }
  append_recurrent_shapes(model, layer, out);
  append_attention_shapes(model, layer, out);
  append_feed_forward_shapes(model, layer, out);
  if (model.layer_output_scale) append_vector(out, TensorRole::per_layer_small, 1);
  if (const std::uint32_t length = model.per_layer_embedding_length; length > 0) {
    append_matrix(out, TensorRole::per_layer_small, width, length);
    append_matrix(out, TensorRole::per_layer_small, length, width);
    append_vector(out, TensorRole::per_layer_small, width);
  }
  if (model.altup) append_altup_shapes(width, *model.altup, out);
}

void append_next_token_shapes(const ModelSpec& model, Shapes& out) {
  const std::uint32_t width = model.embedding_length;
  append_matrix(out, TensorRole::next_token_prediction, 2 * width, width);
  for (int i = 0; i < 3; ++i) append_vector(out, TensorRole::next_token_prediction, width);
  if (model.next_token_embeddings) {
    append_matrix(out, TensorRole::next_token_prediction, width, model.vocab_size);
    append_matrix(out, TensorRole::next_token_prediction, width, model.vocab_size);
  }
}

std::vector<Tensor> make_tensors(const ModelSpec& model, const QuantScheme& quant) {
  std::vector<Tensor> tensors;
  if (model.layers.empty()) return tensors;
  const Mixture mixture(model, quant);
  Shapes shapes;
  const auto flush = [&](std::int16_t layer, MixturePlace place) {
    for (const TensorShape& shape : shapes) {
      tensors.push_back({.role = shape.role,
                         .layer = layer,
                         .type = mixture.type_of(shape, place),
                         .ne0 = shape.ne0,
                         .ne1 = shape.ne1,
                         .ne2 = shape.ne2});
    }
    shapes.clear();
  };

  append_model_shapes(model, shapes);
  flush(-1, {});
  MixtureCounter counter(model);
  const std::size_t stored = model.layers.size() + model.next_token_layers;
  for (std::size_t i = 0; i < stored; ++i) {
    const LayerSpec& layer = i < model.layers.size() ? model.layers[i] : model.layers.back();
    append_layer_shapes(model, layer, shapes);
    if (i >= model.layers.size()) append_next_token_shapes(model, shapes);
    flush(static_cast<std::int16_t>(i), counter.next(layer));
  }
  return tensors;
}

}  // namespace canirun
