// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/byte_source.hpp"

namespace canirun::test {

/// A file that exists in memory only: its first bytes are given, the rest up to `size` reads as zeros.
class MemorySource final : public formats::ByteSource {
 public:
  explicit MemorySource(std::string bytes, std::string name = "model.gguf")
      : MemorySource(bytes, std::optional<std::uint64_t>(bytes.size()), std::move(name)) {}
  MemorySource(std::string bytes, std::optional<std::uint64_t> size, std::string name = "model.gguf")
      : bytes_(std::move(bytes)), size_(size), name_(std::move(name)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    reads.emplace_back(offset, into.size());
    const std::uint64_t end = size_.value_or(bytes_.size());
    if (offset >= end) return std::size_t{0};
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset));
    std::fill(into.begin(), into.end(), std::byte{0});
    if (offset < bytes_.size()) {
      std::memcpy(into.data(), bytes_.data() + offset, std::min<std::size_t>(count, bytes_.size() - offset));
    }
    return count;
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] const std::string& name() const override { return name_; }

  std::vector<std::pair<std::uint64_t, std::size_t>> reads;  ///< what was asked for: offset, length

 private:
  std::string bytes_;
  std::optional<std::uint64_t> size_;
  std::string name_;
};

}  // namespace canirun::test
