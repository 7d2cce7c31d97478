// SPDX-License-Identifier: MIT
#include "catalog/store.hpp"

namespace canirun::catalog {

template <class T>
void Store::add_records(std::vector<Loaded<T>>&& records) {
  Layer& layer = layers_[kind_of<T>()];
  std::vector<Loaded<T>>& list = overlay_.of<T>();
  for (Loaded<T>& loaded : records) {
    const auto [at, is_new] = layer.ids.try_emplace(fold(loaded.id), list.size());
    if (is_new) {
      list.push_back(std::move(loaded));
    } else {
      list[at->second] = std::move(loaded);
    }
  }
  layer.names.clear();
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (const SearchName& name : list[i].names) layer.names.emplace(name.folded, OverlayName{i, name.rank});
  }
}

void Store::add_overlay(DataSet&& data) {
  for_each_kind([&]<class K>() { add_records<typename K::Record>(std::move(data.of<typename K::Record>())); });
  date_ = std::max(date_, data.date);
}

}  // namespace canirun::catalog
