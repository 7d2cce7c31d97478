// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <vector>

/// What the converter writes, before a quant decides the types.
namespace canirun {

/// How a tensor's type is found.
enum class TypePolicy : std::uint8_t {
  mixture,  ///< as the quant scheme says
  f32,      ///< small and always f32: vectors, routers, convolutions
  half,     ///< never quantized, 16 bits as in the original (AltUp, Laurel, the projection of per-layer embeddings)
  expert    ///< as the mixture says, unless the model ships its experts in a type of their own
};

struct TensorShape {
  TensorRole role = TensorRole::other;
  std::uint32_t ne0 = 0, ne1 = 1, ne2 = 1;
  TypePolicy policy = TypePolicy::mixture;
};
using Shapes = std::vector<TensorShape>;

/// Tensors outside the blocks: embeddings, output, their norms, rope factors.
void append_model_shapes(const ModelSpec& model, Shapes& out);

/// Tensors of one block: norms, token mixing, feed-forward, side paths.
void append_layer_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out);

/// What an MTP block holds beyond a plain block.
void append_next_token_shapes(const ModelSpec& model, Shapes& out);

/// Parts of append_layer_shapes, one file each.
void append_attention_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out);
void append_recurrent_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out);
void append_feed_forward_shapes(const ModelSpec& model, const LayerSpec& layer, Shapes& out);

/// A vector of f32.
inline void append_vector(Shapes& out, TensorRole role, std::uint32_t length) {
  out.push_back({.role = role, .ne0 = length, .policy = TypePolicy::f32});
}
/// A matrix the quant scheme decides about.
inline void append_matrix(Shapes& out, TensorRole role, std::uint32_t row, std::uint32_t rows) {
  out.push_back({.role = role, .ne0 = row, .ne1 = rows});
}

}  // namespace canirun
