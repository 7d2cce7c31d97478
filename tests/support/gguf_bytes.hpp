// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/ggml_types.hpp"
#include "formats/gguf_header.hpp"

namespace canirun::test {

/// Writes the header of a GGUF file. Tensors follow each other as converters lay them out; their data is not written.
class GgufBytes {
 public:
  explicit GgufBytes(std::uint32_t version = 3, bool big_endian = false) : version_(version), big_endian_(big_endian) {}

  GgufBytes& text(std::string_view key, std::string_view value) {
    return entry(key, formats::GgufType::string, [&] { append_text(metadata_, value); });
  }
  GgufBytes& u32(std::string_view key, std::uint32_t value) {
    return entry(key, formats::GgufType::u32, [&] { append(metadata_, value); });
  }
  GgufBytes& f32(std::string_view key, float value) {
    return entry(key, formats::GgufType::f32, [&] { append(metadata_, std::bit_cast<std::uint32_t>(value)); });
  }
  GgufBytes& flag(std::string_view key, bool value) {
    return entry(key, formats::GgufType::boolean, [&] { append(metadata_, static_cast<std::uint8_t>(value)); });
  }
  GgufBytes& counts(std::string_view key, const std::vector<std::uint32_t>& values) {
    return array(key, formats::GgufType::i32, values.size(), [&] {
      for (const std::uint32_t value : values) append(metadata_, value);
    });
  }
  GgufBytes& flags(std::string_view key, const std::vector<bool>& values) {
    return array(key, formats::GgufType::boolean, values.size(), [&] {
      for (const bool value : values) append(metadata_, static_cast<std::uint8_t>(value));
    });
  }
  GgufBytes& texts(std::string_view key, const std::vector<std::string>& values) {
    return array(key, formats::GgufType::string, values.size(), [&] {
      for (const std::string& value : values) append_text(metadata_, value);
    });
  }
  /// An entry whose bytes after the key are given, value type first.
  GgufBytes& raw(std::string_view key, std::string_view type_and_value) {
    append_text(metadata_, key);
    metadata_ += type_and_value;
    ++entries_;
    return *this;
  }

  /// By ggml's type number; 0 is F32, 1 is F16.
  GgufBytes& tensor(std::string_view name, const std::vector<std::uint64_t>& shape, std::uint32_t type = 1) {
    tensor_at(name, shape, type, end_);
    std::uint64_t elements = 1;
    for (const std::uint64_t length : shape) elements *= length;
    const auto known = formats::ggml_type(type);
    const std::uint64_t bytes = known ? elements / known->block_elements * known->block_bytes : alignment_;
    end_ += (bytes + alignment_ - 1) / alignment_ * alignment_;
    return *this;
  }
  GgufBytes& tensor_at(std::string_view name, const std::vector<std::uint64_t>& shape, std::uint32_t type,
                       std::uint64_t offset) {
    append_text(infos_, name);
    append(infos_, static_cast<std::uint32_t>(shape.size()));
    for (const std::uint64_t length : shape) append(infos_, length);
    append(infos_, type);
    append(infos_, offset);
    ++tensors_;
    return *this;
  }

  /// Everything before the data.
  [[nodiscard]] std::string header() const {
    std::string bytes = "GGUF";
    append(bytes, version_);
    append(bytes, tensors_);
    append(bytes, entries_);
    bytes += metadata_ + infos_;
    bytes.resize((bytes.size() + alignment_ - 1) / alignment_ * alignment_, '\0');
    return bytes;
  }
  /// Length of the whole file.
  [[nodiscard]] std::uint64_t size() const { return header().size() + end_; }

  /// Numbers as this file writes them.
  template <class T>
  void append(std::string& to, T value) const {
    std::string bytes(sizeof(T), '\0');
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xFF);
    if (big_endian_) std::reverse(bytes.begin(), bytes.end());
    to += bytes;
  }
  void append_text(std::string& to, std::string_view text) const {
    append(to, static_cast<std::uint64_t>(text.size()));
    to += text;
  }

 private:
  template <class Write>
  GgufBytes& entry(std::string_view key, formats::GgufType type, Write write) {
    append_text(metadata_, key);
    append(metadata_, static_cast<std::uint32_t>(type));
    write();
    ++entries_;
    return *this;
  }
  template <class Write>
  GgufBytes& array(std::string_view key, formats::GgufType element, std::size_t count, Write write) {
    return entry(key, formats::GgufType::array, [&] {
      append(metadata_, static_cast<std::uint32_t>(element));
      append(metadata_, static_cast<std::uint64_t>(count));
      write();
    });
  }

  std::uint32_t version_;
  bool big_endian_;
  std::uint64_t alignment_ = 32;
  std::string metadata_, infos_;
  std::uint64_t entries_ = 0, tensors_ = 0, end_ = 0;
};

}  // namespace canirun::test
