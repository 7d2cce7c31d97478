// SPDX-License-Identifier: MIT
// Weight bytes of a file that was read, tensor by tensor: no rule decides anything here.
#include <algorithm>

#include "core/weights.hpp"

namespace canirun {
namespace {

bool same(const LayerWeights& a, const LayerWeights& b) {
  return a.attention_bytes == b.attention_bytes && a.dense_ffn_bytes == b.dense_ffn_bytes &&
         a.expert_bytes == b.expert_bytes && a.repackable_bytes == b.repackable_bytes &&
         a.repackable_expert_bytes == b.repackable_expert_bytes;
}

/// Blocks that weigh the same in every part are of one kind.
std::uint32_t kind_of(WeightTable& table, const BlockTally& tally) {
  for (std::size_t i = 0; i < table.layers.size(); ++i) {
    const LayerWeights& earlier = table.layers[i];
    if (same(earlier, tally.weights) && table.kinds[earlier.kind] == tally.roles) return earlier.kind;
  }
  table.kinds.push_back(tally.roles);
  return static_cast<std::uint32_t>(table.kinds.size() - 1);
}

}  // namespace

WeightTable sum_stored_weights(const ModelSpec& model, const StoredWeights& stored) {
  WeightTable table;
  const std::size_t layers = model.layers.size();
  std::vector<BlockTally> blocks(layers);
  const auto shape_of = [](const StoredTensor& tensor) {
    return TensorShape{.role = tensor.role, .ne0 = tensor.ne0, .ne1 = tensor.ne1, .ne2 = tensor.ne2};
  };

  // Blocks. Those beyond the network's own layers predict further tokens: in the file, not loaded.
  for (const StoredTensor& tensor : stored.tensors) {
    if (tensor.layer < 0) continue;
    const auto layer = static_cast<std::size_t>(tensor.layer);
    if (layer < layers) {
      add_tensor(blocks[layer], model, shape_of(tensor), tensor.type, tensor.bytes);
    } else {
      table.next_token_bytes += tensor.bytes;
    }
  }
  table.layers.reserve(layers);
  for (BlockTally& block : blocks) {
    block.weights.kind = kind_of(table, block);
    table.layers.push_back(block.weights);
    table.file_bytes += block.weights.total();
    for (std::size_t t = 0; t < block.read.size(); ++t) table.bytes_by_type[t] += block.read[t];
  }
  table.file_bytes += table.next_token_bytes;

  // The rest. What lies beside the language model (a vision tower) is loaded, but no token of text reads it.
  for (const StoredTensor& tensor : stored.tensors) {
    if (tensor.layer >= 0) continue;
    if (tensor.role == TensorRole::other && !model.altup) {
      table.output_bytes += tensor.bytes;
      table.file_bytes += tensor.bytes;
    } else {
      add_model_tensor(table, model, stored.format, shape_of(tensor), tensor.type, tensor.bytes);
    }
  }
  table.dominant_type = most_read(table);
  return table;
}

}  // namespace canirun
