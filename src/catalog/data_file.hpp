// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "catalog/names.hpp"
#include "catalog/records.hpp"

namespace canirun::catalog {

/// A record as read from JSON, with what the framework needs to find it again.
template <class T>
struct Loaded {
  std::string id;
  std::vector<SearchName> names;
  std::string place;  ///< "data/devices/nvidia-ada.json: /records/3", for error texts
  T record;
};

/// Everything that was read from data files, by kind.
class DataSet {
 public:
  template <class T>
  [[nodiscard]] std::vector<Loaded<T>>& of() {
    return std::get<kind_of<T>()>(lists_);
  }
  template <class T>
  [[nodiscard]] const std::vector<Loaded<T>>& of() const {
    return std::get<kind_of<T>()>(lists_);
  }
  std::string date;  ///< newest "retrieved" seen, ISO

 private:
  template <class List>
  struct ListsOf;
  template <class... Ks>
  struct ListsOf<std::tuple<Ks...>> {
    using type = std::tuple<std::vector<Loaded<typename Ks::Record>>...>;
  };
  typename ListsOf<Kinds>::type lists_;
};

/// Adds the records of one file's text. Whatever is wrong is added to `errors`, each with `file` and a JSON pointer as
/// its context; a record with an error is left out, the others are kept.
void read_data_text(std::string_view text, const std::string& file, DataSet& into, std::vector<Error>& errors);

/// Every *.json below a folder, in name order, except those of a `schema` folder. Unreadable or oversized files are errors.
void read_data_folder(const std::filesystem::path& folder, DataSet& into, std::vector<Error>& errors);

/// Ids used twice within a kind, and names shared by two records where the kind does not allow that (k_shared_names).
void check_names(const DataSet& data, std::vector<Error>& errors);

}  // namespace canirun::catalog
