// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>

#include "core/tensors.hpp"

/// Where the bytes of one tensor are counted, whether they come from rules or from a file.
namespace canirun {

using TypeBytes = std::array<std::uint64_t, k_tensor_type_count>;

/// A block's weights as they add up: what it weighs, its largest tensor of each role, what one token reads of it.
struct BlockTally {
  LayerWeights weights;
  RoleBytes roles{};
  TypeBytes read{};
};

/// Adds a tensor that belongs to a block.
void add_tensor(BlockTally& tally, const ModelSpec& model, const TensorShape& shape, TensorType type, std::uint64_t bytes);

/// Adds a tensor outside the blocks: embeddings, output and their companions. Called when the blocks are in the table.
void add_model_tensor(WeightTable& table, const ModelSpec& model, QuantFormat format, const TensorShape& shape,
                      TensorType type, std::uint64_t bytes);

/// The type that holds most of the bytes read for one token.
TensorType most_read(const WeightTable& table);

/// The table of a file: every tensor as it is stored.
WeightTable sum_stored_weights(const ModelSpec& model, const StoredWeights& stored);

}  // namespace canirun
