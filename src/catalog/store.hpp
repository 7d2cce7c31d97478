// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/blob.hpp"
#include "catalog/data_file.hpp"

namespace canirun::catalog {

/// The embedded blob with overlays on top, seen as one: an overlay record replaces the embedded one with the same id,
/// and its names win over everybody else's.
class Store {
 public:
  explicit Store(Blob blob) : blob_(std::move(blob)) {}

  /// Puts one folder's records on top of everything so far.
  void add_overlay(DataSet&& data);

  /// Records with this folded name (only those with the best rank), overlays first; empty when there is none.
  template <class T>
  [[nodiscard]] std::vector<T> find(std::string_view folded) const {
    std::vector<T> found;
    const Layer& layer = layers_[kind_of<T>()];
    const auto [from, to] = layer.names.equal_range(std::string(folded));
    auto best = NameRank::derived;
    for (auto at = from; at != to; ++at) best = std::min(best, at->second.rank);
    for (auto at = from; at != to; ++at) {
      if (at->second.rank == best) found.push_back(overlay_.of<T>()[at->second.record].record);
    }
    if (!found.empty()) return found;
    for (const std::uint32_t index : blob_.find<T>(folded)) {
      if (layer.ids.contains(fold(blob_.id<T>(index)))) continue;
      if (std::optional<T> record = blob_.record<T>(index)) found.push_back(*std::move(record));
    }
    return found;
  }
  /// Every record: embedded ones in file order, then those only overlays have.
  template <class T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> records;
    const Layer& layer = layers_[kind_of<T>()];
    records.reserve(blob_.count<T>() + layer.ids.size());
    for (std::uint32_t i = 0; i < blob_.count<T>(); ++i) {
      if (!layer.ids.empty() && layer.ids.contains(fold(blob_.id<T>(i)))) continue;
      if (std::optional<T> record = blob_.record<T>(i)) records.push_back(*std::move(record));
    }
    for (const Loaded<T>& loaded : overlay_.of<T>()) records.push_back(loaded.record);
    return records;
  }
  /// Calls f(folded name, id) for every name, overlays' included.
  template <class T, class F>
  void for_each_name(F&& f) const {
    blob_.for_each_name<T>([&](std::string_view folded, std::uint32_t record) { f(folded, blob_.id<T>(record)); });
    for (const Loaded<T>& loaded : overlay_.of<T>()) {
      for (const SearchName& name : loaded.names) f(std::string_view(name.folded), std::string_view(loaded.id));
    }
  }
  /// Whether an overlay has a record of its own with this id.
  template <class T>
  [[nodiscard]] bool is_overlaid(std::string_view id) const {
    const Layer& layer = layers_[kind_of<T>()];
    return !layer.ids.empty() && layer.ids.contains(fold(id));
  }
  [[nodiscard]] const std::string& date() const { return date_; }

 private:
  struct OverlayName {
    std::size_t record = 0;
    NameRank rank = NameRank::derived;
  };
  /// What overlays add to one kind; `ids` are folded and point into the overlay's list.
  struct Layer {
    std::unordered_map<std::string, std::size_t> ids;
    std::unordered_multimap<std::string, OverlayName> names;
  };
  template <class T>
  void add_records(std::vector<Loaded<T>>&& records);

  Blob blob_;
  DataSet overlay_;
  std::array<Layer, k_kind_count> layers_;
  std::string date_{blob_.date()};
};

}  // namespace canirun::catalog
