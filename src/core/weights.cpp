// SPDX-License-Identifier: MIT
// Weight bytes as placement and speed need them. Blocks that look alike and stand in like places are summed once.
#include <algorithm>
#include <canirun/model.hpp>

#include "core/mixture.hpp"
#include "core/tensors.hpp"

namespace canirun {
namespace {

using TypeBytes = std::array<std::uint64_t, k_tensor_type_count>;

std::uint64_t bytes_of(const TensorShape& shape, TensorType type) {
  return row_bytes(type, shape.ne0) * shape.ne1 * shape.ne2;
}

bool is_expert(TensorRole role) {
  return role == TensorRole::expert_gate || role == TensorRole::expert_up || role == TensorRole::expert_gate_up ||
         role == TensorRole::expert_down || role == TensorRole::expert_bias;
}

/// The rest of the feed-forward: dense and shared matrices, router, side paths, projections around the experts.
bool is_feed_forward(TensorRole role) { return role >= TensorRole::ffn_norm && role != TensorRole::next_token_prediction; }

/// What the CPU backend of x86 with AVX2 copies into a layout of its own. Source: repack.cpp of ggml, which takes these
/// types when eight rows fit, for plain products and for experts; MLA's products a head stay.
bool is_repackable(const TensorShape& shape, TensorType type) {
  const bool has_kernel =
      type == TensorType::q4_0 || type == TensorType::q4_k || type == TensorType::iq4_nl || type == TensorType::mxfp4;
  if (!has_kernel || shape.ne1 % 8 != 0 || shape.ne1 < 2) return false;
  return shape.role != TensorRole::token_embedding && shape.role != TensorRole::per_layer_embedding &&
         shape.role != TensorRole::mla_k_b && shape.role != TensorRole::mla_v_b;
}

/// One kind of block: what it weighs, what a token reads of it, and how often it occurs.
struct BlockKind {
  const LayerSpec* layer = nullptr;
  MixturePlace place;
  LayerWeights weights;
  RoleBytes roles{};
  TypeBytes read{};
  std::uint64_t count = 0;
};

void add_tensor(BlockKind& kind, const TensorShape& shape, TensorType type, const ModelSpec& model) {
  const std::uint64_t bytes = bytes_of(shape, type);
  LayerWeights& weights = kind.weights;
  const bool repacks = is_repackable(shape, type);
  weights.largest_tensor_bytes = std::max(weights.largest_tensor_bytes, bytes);
  std::uint64_t& of_role = kind.roles[static_cast<std::size_t>(shape.role)];
  of_role = std::max(of_role, bytes);
  std::uint64_t read = bytes;
  if (is_expert(shape.role)) {
    weights.expert_bytes += bytes;
    weights.largest_expert_tensor_bytes = std::max(weights.largest_expert_tensor_bytes, bytes);
    if (repacks) weights.repackable_expert_bytes += bytes;
    const MoeSpec moe = model.moe.value_or(MoeSpec{});
    read = bytes / std::max(1U, moe.expert_count) * moe.expert_used_count;
  } else {
    (is_feed_forward(shape.role) ? weights.dense_ffn_bytes : weights.attention_bytes) += bytes;
    if (repacks) weights.repackable_bytes += bytes;
  }
  kind.read[static_cast<std::size_t>(type)] += read;
}

/// Sums blocks, each kind once.
class BlockSummer {
 public:
  BlockSummer(const ModelSpec& model, const Mixture& mixture) : model_(model), mixture_(mixture) {
    kinds_.reserve(8);
    shapes_.reserve(32);
  }
  const LayerWeights& weights_of(const LayerSpec& layer, MixturePlace place) {
    for (BlockKind& kind : kinds_) {
      if (kind.place == place && *kind.layer == layer) {
        ++kind.count;
        return kind.weights;
      }
    }
    BlockKind& kind = kinds_.emplace_back();
    kind.layer = &layer;
    kind.place = place;
    kind.count = 1;
    kind.weights.kind = static_cast<std::uint32_t>(kinds_.size() - 1);
    shapes_.clear();
    append_layer_shapes(model_, layer, shapes_);
    for (const TensorShape& shape : shapes_) add_tensor(kind, shape, mixture_.type_of(shape, place), model_);
    return kind.weights;
  }
  [[nodiscard]] std::vector<RoleBytes> roles() const {
    std::vector<RoleBytes> roles;
    roles.reserve(kinds_.size());
    for (const BlockKind& kind : kinds_) roles.push_back(kind.roles);
    return roles;
  }
  void add_read_bytes(TypeBytes& total) const {
    for (const BlockKind& kind : kinds_) {
      for (std::size_t t = 0; t < total.size(); ++t) total[t] += kind.read[t] * kind.count;
    }
  }

 private:
  const ModelSpec& model_;
  const Mixture& mixture_;
  std::vector<BlockKind> kinds_;
  Shapes shapes_;
};

/// Embeddings, output and their companions. Called before the blocks are summed.
void add_model_tensors(WeightTable& table, const ModelSpec& model, const QuantScheme& quant, const Mixture& mixture) {
  Shapes shapes;
  append_model_shapes(model, shapes);
  for (const TensorShape& shape : shapes) {
    const TensorType type = mixture.type_of(shape, {});
    const std::uint64_t bytes = bytes_of(shape, type);
    table.file_bytes += bytes;
    switch (shape.role) {
      case TensorRole::token_embedding:
        if (!model.tied_embeddings) {
          table.token_embedding_bytes += bytes;
          break;
        }
        table.output_bytes += bytes;
        table.bytes_by_type[static_cast<std::size_t>(type)] += bytes;
        if (quant.format == QuantFormat::gguf) {
          table.output_is_tied = true;
          table.token_embedding_bytes += bytes;
        }
        break;
      case TensorRole::per_layer_embedding:
        table.per_layer_embedding_bytes += bytes;
        break;
      case TensorRole::per_layer_small:  // llama.cpp keeps them with the first block
        table.layers.front().dense_ffn_bytes += bytes;
        table.bytes_by_type[static_cast<std::size_t>(type)] += bytes;
        break;
      default:
        table.output_bytes += bytes;
        table.bytes_by_type[static_cast<std::size_t>(type)] += bytes;
        if (is_repackable(shape, type)) table.output_repackable_bytes += bytes;
    }
  }
}

std::uint64_t next_token_tensor_bytes(const ModelSpec& model, const Mixture& mixture) {
  Shapes shapes;
  append_next_token_shapes(model, shapes);
  std::uint64_t bytes = 0;
  for (const TensorShape& shape : shapes) bytes += bytes_of(shape, mixture.type_of(shape, {}));
  return bytes;
}

}  // namespace

WeightTable sum_weights(const ModelSpec& model, const QuantScheme& quant) {
  WeightTable table;
  if (model.layers.empty()) return table;
  const Mixture mixture(model, quant);

  // Every block, in file order: the order decides which of them earn extra bits.
  table.layers.reserve(model.layers.size());
  MixtureCounter counter(model);
  BlockSummer blocks(model, mixture);
  for (const LayerSpec& layer : model.layers) {
    table.layers.push_back(blocks.weights_of(layer, counter.next(layer)));
    table.file_bytes += table.layers.back().total();
  }
  blocks.add_read_bytes(table.bytes_by_type);
  table.kinds = blocks.roles();

  // MTP blocks are in the file but not loaded.
  for (std::uint32_t i = 0; i < model.next_token_layers; ++i) {
    const LayerSpec& layer = model.layers.back();
    table.next_token_bytes +=
        blocks.weights_of(layer, counter.next(layer)).total() + next_token_tensor_bytes(model, mixture);
  }
  table.file_bytes += table.next_token_bytes;

  add_model_tensors(table, model, quant, mixture);
  const auto most = std::max_element(table.bytes_by_type.begin(), table.bytes_by_type.end());
  table.dominant_type = static_cast<TensorType>(most - table.bytes_by_type.begin());
  return table;
}

}  // namespace canirun
