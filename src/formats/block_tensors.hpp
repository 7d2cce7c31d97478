// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/model.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/spec_from_tensors.hpp"
#include "formats/tensor_names_gguf.hpp"

/// Tensors sorted by the block they stand in. Views into the list they were made from.
namespace canirun::formats {

/// One block's tensors. A name that occurs again is found where it occurs first.
class BlockTensors {
 public:
  struct Entry {
    TensorPlace place;
    const NamedTensor* tensor = nullptr;
  };
  void add(const TensorPlace& place, const NamedTensor& tensor) { entries_.push_back({place, &tensor}); }

  /// The tensor "stem.ending"; "weight" also finds a name without ending. nullptr: not there.
  [[nodiscard]] const NamedTensor* find(std::string_view stem, std::string_view ending = "weight") const;
  [[nodiscard]] bool has(std::string_view stem, std::string_view ending = "weight") const { return find(stem, ending); }
  [[nodiscard]] bool has_role(TensorRole role) const;
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// Length `dimension` (0: the row) of a tensor as a 32-bit number; 0 when there is no tensor or it is larger.
std::uint32_t length_of(const NamedTensor* tensor, std::size_t dimension);

/// Elements of all dimensions but the first.
std::uint64_t rows_of(const NamedTensor* tensor);

struct SortedTensors {
  BlockTensors model;                    ///< outside the blocks
  std::vector<BlockTensors> blocks;      ///< as many as the spec has layers
  std::vector<BlockTensors> next_token;  ///< blocks beyond those, in order
};
SortedTensors sort_tensors(const std::vector<NamedTensor>& tensors, std::size_t layers);

/// Corrects one layer by its block's tensors; the parts of `spec` that belong to one kind of layer (`mla`, `ssm`,
/// short_conv_cache_length) too.
void apply_block(ModelSpec& spec, LayerSpec& layer, const BlockTensors& block);

}  // namespace canirun::formats
