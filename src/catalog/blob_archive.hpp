// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

/// The binary twins of json::JsonReader and json::JsonWriter: the same `fields(archive, value)` list copies a record to
/// and from the embedded blob. No names are stored: both sides walk the same list in the same order.
///
/// Whole numbers are base-128 varints, doubles eight bytes as the machine has them (the blob is made by the build it is
/// linked into), strings an offset into one pool in which every text is stored once.
namespace canirun::catalog {

class BinaryWriter;
class BinaryReader;

template <class T>
concept BinaryFields = requires(BinaryWriter& a, T& value) { fields(a, value); };

/// Texts of the blob, each stored once: varint length, then the bytes.
class StringPool {
 public:
  std::uint64_t offset_of(std::string_view text);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::unordered_map<std::string, std::uint64_t> offsets_;
};

void put_varint(std::string& out, std::uint64_t value);

class BinaryWriter {
 public:
  static constexpr bool k_reads = false;

  BinaryWriter(std::string& out, StringPool& pool) : out_(out), pool_(pool) {}

  template <class T>
  void required(std::string_view /*name*/, T& value) {
    write(value);
  }
  template <class T>
  void optional(std::string_view /*name*/, T& value) {
    write(value);
  }

  template <class T>
  void write(T& value) {
    if constexpr (std::is_enum_v<T>) {
      put_varint(out_, static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, bool>) {
      out_.push_back(value ? '\1' : '\0');
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      put_varint(out_, (static_cast<std::uint64_t>(value) << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
    } else if constexpr (std::is_unsigned_v<T>) {
      put_varint(out_, value);
    } else if constexpr (std::is_same_v<T, double>) {
      char bytes[sizeof value];
      std::memcpy(bytes, &value, sizeof value);
      out_.append(bytes, sizeof value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      put_varint(out_, pool_.offset_of(value));
    } else {
      static_assert(BinaryFields<T>, "this type has no fields(archive, value)");
      fields(*this, value);
    }
  }
  template <class T>
  void write(std::optional<T>& value) {
    out_.push_back(value ? '\1' : '\0');
    if (value) write(*value);
  }
  template <class T>
  void write(std::vector<T>& value) {
    put_varint(out_, value.size());
    for (T& element : value) write(element);
  }

 private:
  std::string& out_;
  StringPool& pool_;
};

/// Reads what BinaryWriter wrote. Total: bytes that end early or make no sense set `failed()` and give default values,
/// so a damaged blob is an error, never a crash or a huge allocation.
class BinaryReader {
 public:
  static constexpr bool k_reads = true;

  /// `bytes` starts at a record; `pool` holds the blob's texts.
  BinaryReader(std::string_view bytes, std::string_view pool) : bytes_(bytes), pool_(pool) {}

  [[nodiscard]] bool failed() const { return failed_; }

  template <class T>
  void required(std::string_view /*name*/, T& out) {
    read(out);
  }
  template <class T>
  void optional(std::string_view /*name*/, T& out) {
    read(out);
  }
  /// For field lists written against JsonReader; nothing is unknown here.
  void reject_unknown_keys() {}

  template <class T>
  void read(T& out) {
    if constexpr (std::is_enum_v<T>) {
      const std::uint64_t number = varint();
      if (number >= enum_names(T{}).size()) return fail();
      out = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, bool>) {
      out = byte() != 0;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      const std::uint64_t number = varint();
      out = static_cast<std::int64_t>((number >> 1U) ^ ((number & 1U) != 0 ? ~std::uint64_t{0} : 0));
    } else if constexpr (std::is_unsigned_v<T>) {
      out = static_cast<T>(varint());
    } else if constexpr (std::is_same_v<T, double>) {
      if (bytes_.size() < sizeof out) return fail();
      std::memcpy(&out, bytes_.data(), sizeof out);
      bytes_.remove_prefix(sizeof out);
    } else if constexpr (std::is_same_v<T, std::string>) {
      out = text(varint());
    } else {
      static_assert(BinaryFields<T>, "this type has no fields(archive, value)");
      fields(*this, out);
    }
  }
  template <class T>
  void read(std::optional<T>& out) {
    out.reset();
    if (byte() != 0) read(out.emplace());
  }
  template <class T>
  void read(std::vector<T>& out) {
    out.clear();
    const std::uint64_t count = varint();
    if (count > bytes_.size()) return fail();  // every element takes a byte at least
    out.reserve(std::min<std::uint64_t>(count, k_reserved_elements));
    for (std::uint64_t i = 0; i < count && !failed_; ++i) read(out.emplace_back());
  }

  /// The pool's text at this offset; "" (and failed) when there is none.
  std::string_view text(std::uint64_t offset);

 private:
  static constexpr std::uint64_t k_reserved_elements = 256;  ///< before the bytes have shown that there are so many

  void fail() {
    failed_ = true;
    bytes_ = {};
  }
  std::uint8_t byte() {
    if (bytes_.empty()) {
      fail();
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint();

  std::string_view bytes_, pool_;
  bool failed_ = false;
};

/// Takes one varint off the front; false when it does not end in time.
bool take_varint(std::string_view& bytes, std::uint64_t& value);

}  // namespace canirun::catalog
