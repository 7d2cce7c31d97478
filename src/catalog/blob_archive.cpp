// SPDX-License-Identifier: MIT
#include "catalog/blob_archive.hpp"

namespace canirun::catalog {

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  return false;
}

std::uint64_t StringPool::offset_of(std::string_view text) {
  const auto [at, is_new] = offsets_.try_emplace(std::string(text), bytes_.size());
  if (is_new) {
    put_varint(bytes_, text.size());
    bytes_ += text;
  }
  return at->second;
}

std::uint64_t BinaryReader::varint() {
  std::uint64_t value = 0;
  if (!take_varint(bytes_, value)) fail();
  return value;
}

std::string_view BinaryReader::text(std::uint64_t offset) {
  if (offset < pool_.size()) {
    std::string_view rest = pool_.substr(offset);
    std::uint64_t length = 0;
    if (take_varint(rest, length) && length <= rest.size()) return rest.substr(0, length);
  }
  fail();
  return {};
}

}  // namespace canirun::catalog
