// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace canirun::formats {

/// Bytes that lie somewhere: a file, the far end of a connection, a test's memory. Readers ask for what they need, in
/// rising order as far as they can, and never for more than they need; the source decides how much to fetch at once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `into` from `offset` on. Fewer bytes only where the source ends (0: at or beyond its end).
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// Length of the whole, when it is known (a server may not say before the first read, or at all).
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  /// What errors call it: a path or an address, as the user knows it.
  [[nodiscard]] virtual const std::string& name() const = 0;

 protected:
  ByteSource() = default;
};

}  // namespace canirun::formats
