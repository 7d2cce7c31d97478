// SPDX-License-Identifier: MIT
// Weight bytes as placement and speed need them. Blocks that look alike and stand in like places are summed once.
#include <algorithm>
#include <canirun/model.hpp>

#include "core/mixture.hpp"
#include "core/tensors.hpp"
#include "core/weights.hpp"

namespace canirun {
namespace {

std::uint64_t bytes_of(const TensorShape& shape, TensorType type) {
  return row_bytes(type, shape.ne0) * shape.ne1 * shape.ne2;
}

/// One kind of block, and how often it occurs.
struct BlockKind {
  const LayerSpec* layer = nullptr;
  MixturePlace place;
  BlockTally tally;
  std::uint64_t count = 0;
};

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
        return kind.tally.weights;
      }
    }
    BlockKind& kind = kinds_.emplace_back();
    kind.layer = &layer;
    kind.place = place;
    kind.count = 1;
    kind.tally.weights.kind = static_cast<std::uint32_t>(kinds_.size() - 1);
    shapes_.clear();
    append_layer_shapes(model_, layer, shapes_);
    for (const TensorShape& shape : shapes_) {
      const TensorType type = mixture_.type_of(shape, place);
      add_tensor(kind.tally, model_, shape, type, bytes_of(shape, type));
    }
    return kind.tally.weights;
  }
  [[nodiscard]] std::vector<RoleBytes> roles() const {
    std::vector<RoleBytes> roles;
    roles.reserve(kinds_.size());
    for (const BlockKind& kind : kinds_) roles.push_back(kind.tally.roles);
    return roles;
  }
  void add_read_bytes(TypeBytes& total) const {
    for (const BlockKind& kind : kinds_) {
      for (std::size_t t = 0; t < total.size(); ++t) total[t] += kind.tally.read[t] * kind.count;
    }
  }

 private:
  const ModelSpec& model_;
  const Mixture& mixture_;
  std::vector<BlockKind> kinds_;
  Shapes shapes_;
};

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
  if (model.stored && model.stored->quant == quant.id) return sum_stored_weights(model, *model.stored);
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

  Shapes shapes;
  append_model_shapes(model, shapes);
  for (const TensorShape& shape : shapes) {
    const TensorType type = mixture.type_of(shape, {});
    add_model_tensor(table, model, quant.format, shape, type, bytes_of(shape, type));
  }
  table.dominant_type = most_read(table);
  return table;
}

}  // namespace canirun
