// SPDX-License-Identifier: MIT
#include "formats/block_tensors.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace canirun::formats {

const NamedTensor* BlockTensors::find(std::string_view stem, std::string_view ending) const {
  for (const Entry& entry : entries_) {
    const bool same_ending = entry.place.ending == ending || (entry.place.ending.empty() && ending == "weight");
    if (same_ending && entry.place.stem == stem) return entry.tensor;
  }
  return nullptr;
}

bool BlockTensors::has_role(TensorRole role) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.place.role == role; });
}

std::uint32_t length_of(const NamedTensor* tensor, std::size_t dimension) {
  if (tensor == nullptr || tensor->shape.empty()) return 0;
  const std::uint64_t length = dimension < tensor->shape.size() ? tensor->shape[dimension] : 1;
  return length <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(length) : 0;
}

std::uint64_t rows_of(const NamedTensor* tensor) {
  if (tensor == nullptr || tensor->shape.empty()) return 0;
  std::uint64_t rows = 1;
  for (std::size_t d = 1; d < tensor->shape.size(); ++d) {
    if (__builtin_mul_overflow(rows, tensor->shape[d], &rows)) return 0;
  }
  return rows;
}

SortedTensors sort_tensors(const std::vector<NamedTensor>& tensors, std::size_t layers) {
  SortedTensors sorted;
  sorted.blocks.resize(layers);
  std::map<std::size_t, BlockTensors> beyond;
  for (const NamedTensor& tensor : tensors) {
    const TensorPlace place = place_of(tensor.name);
    if (place.layer < 0) {
      sorted.model.add(place, tensor);
    } else if (const auto layer = static_cast<std::size_t>(place.layer); layer < layers) {
      sorted.blocks[layer].add(place, tensor);
    } else {
      beyond[layer].add(place, tensor);
    }
  }
  for (auto& [layer, block] : beyond) sorted.next_token.push_back(std::move(block));
  return sorted;
}

}  // namespace canirun::formats
