// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/safetensors_header.hpp"

namespace canirun::test {

/// A safetensors file's beginning: the length of `json`, then `json`.
inline std::string safetensors_file(std::string_view json) {
  std::string out;
  for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(static_cast<unsigned char>(json.size() >> (8U * i)));
  return out.append(json);
}

/// A header as it would be read, its tensors one behind the other.
class HeaderOf {
 public:
  explicit HeaderOf(std::string name = "model.safetensors") { header_.name = std::move(name); }
  HeaderOf& add(std::string name, std::string dtype, std::uint64_t element_bytes, std::vector<std::uint64_t> shape) {
    std::uint64_t bytes = element_bytes;
    for (const std::uint64_t length : shape) bytes *= length;
    header_.tensors.push_back({.name = std::move(name),
                               .dtype = std::move(dtype),
                               .shape = std::move(shape),
                               .begin_offset = end_,
                               .end_offset = end_ + bytes});
    end_ += bytes;
    return *this;
  }
  [[nodiscard]] const formats::SafetensorsHeader& header() const { return header_; }
  [[nodiscard]] std::uint64_t bytes() const { return end_; }

 private:
  formats::SafetensorsHeader header_;
  std::uint64_t end_ = 0;
};

}  // namespace canirun::test
