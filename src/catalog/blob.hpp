// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/blob_archive.hpp"
#include "catalog/names.hpp"
#include "catalog/records.hpp"

/// The compiled form of data/: one run of bytes, used in place.
///
///     magic "canirun1" | u32 size of all | u32 date (text) | u32 kinds | string pool: u32 offset, u32 size
///     per kind: u32 schema (text) | u32 records, u32 offset of table | u32 names, u32 offset of table
///     record table: u32 id (text), u32 offset of the record's bytes      in file order
///     name table:   u32 folded name (text), u32 record * 4 + rank        sorted by name, then rank, then record
///
/// u32 are little-endian; "(text)" is an offset into the string pool.
namespace canirun::catalog {

class Blob {
 public:
  /// No records at all.
  Blob() = default;
  /// Checks the tables' bounds; records are checked when read. `bytes` must outlive the blob.
  static Result<Blob> open(std::string_view bytes);

  [[nodiscard]] std::string_view date() const { return date_; }

  template <class T>
  [[nodiscard]] std::uint32_t count() const {
    return kind_of<T>() < kinds_.size() ? kinds_[kind_of<T>()].record_count : 0;
  }
  /// Record number `index` of its kind; nullopt when its bytes are damaged or there is no such record.
  template <class T>
  [[nodiscard]] std::optional<T> record(std::uint32_t index) const {
    if (index >= count<T>()) return std::nullopt;
    BinaryReader reader(record_bytes(kind_of<T>(), index), pool_);
    std::optional<T> value(std::in_place);
    reader.read(*value);
    return reader.failed() ? std::nullopt : std::move(value);
  }
  template <class T>
  [[nodiscard]] std::string_view id(std::uint32_t index) const {
    return index < count<T>() ? record_id(kind_of<T>(), index) : std::string_view{};
  }
  /// Records that carry this folded name, those with the best rank only.
  template <class T>
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view folded) const {
    return kind_of<T>() < kinds_.size() ? find_in(kind_of<T>(), folded) : std::vector<std::uint32_t>{};
  }
  /// Calls f(folded name, record number) for every name of the kind, sorted.
  template <class T, class F>
  void for_each_name(F&& f) const {
    if (kind_of<T>() >= kinds_.size()) return;
    for (std::uint32_t i = 0; i < kinds_[kind_of<T>()].name_count; ++i) {
      const NameEntry entry = name_entry(kind_of<T>(), i);
      f(entry.folded, entry.record);
    }
  }

 private:
  struct Section {
    std::uint32_t record_count = 0, record_table = 0, name_count = 0, name_table = 0;
  };
  struct NameEntry {
    std::string_view folded;
    std::uint32_t record = 0;
    std::uint32_t rank = 0;
  };
  [[nodiscard]] std::uint32_t u32(std::size_t at) const;
  [[nodiscard]] std::string_view text(std::uint32_t offset) const;
  [[nodiscard]] std::string_view record_bytes(std::size_t kind, std::uint32_t index) const;
  [[nodiscard]] std::string_view record_id(std::size_t kind, std::uint32_t index) const;
  [[nodiscard]] NameEntry name_entry(std::size_t kind, std::uint32_t index) const;
  [[nodiscard]] std::vector<std::uint32_t> find_in(std::size_t kind, std::string_view folded) const;

  std::string_view bytes_, pool_, date_;
  std::vector<Section> kinds_;
};

/// Makes a blob; the build's half of the format.
class BlobBuilder {
 public:
  BlobBuilder() : kinds_(k_kind_count) {}

  template <class T>
  void add(std::string_view id, const std::vector<SearchName>& names, T& record) {
    std::string bytes;
    BinaryWriter(bytes, pool_).write(record);
    add_bytes(kind_of<T>(), id, names, std::move(bytes));
  }
  [[nodiscard]] std::string finish(std::string_view date);

 private:
  struct Entry {
    std::uint64_t id = 0;
    std::string bytes;
  };
  struct Name {
    std::string folded;
    std::uint32_t rank = 0, record = 0;
  };
  struct KindData {
    std::vector<Entry> records;
    std::vector<Name> names;
  };
  void add_bytes(std::size_t kind, std::string_view id, const std::vector<SearchName>& names, std::string bytes);

  StringPool pool_;
  std::vector<KindData> kinds_;
};

}  // namespace canirun::catalog
