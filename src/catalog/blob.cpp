// SPDX-License-Identifier: MIT
#include "catalog/blob.hpp"

#include <algorithm>
#include <array>

namespace canirun::catalog {
namespace {

constexpr std::string_view k_magic = "canirun1";
constexpr std::size_t k_header_bytes = 8 + 5 * 4;
constexpr std::size_t k_kind_bytes = 5 * 4;
constexpr std::size_t k_row_bytes = 2 * 4;

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

void put_u32(std::string& out, std::uint64_t value) {
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
}

std::array<std::string_view, k_kind_count> schemas() {
  std::array<std::string_view, k_kind_count> names;
  std::size_t i = 0;
  for_each_kind([&]<class K>() { names[i++] = K::schema; });
  return names;
}

tl::unexpected<Error> damaged(const char* what) {
  return fail(ErrorKind::internal, std::string("the built-in catalog is damaged: ") + what, "install canirun again");
}

}  // namespace

Result<Blob> Blob::open(std::string_view bytes) {
  if (bytes.size() < k_header_bytes || bytes.substr(0, k_magic.size()) != k_magic) return damaged("no header");
  Blob blob;
  blob.bytes_ = bytes;
  const std::uint64_t pool_offset = blob.u32(20);
  const std::uint64_t pool_size = blob.u32(24);
  if (blob.u32(8) != bytes.size()) return damaged("cut short");
  if (pool_offset + pool_size > bytes.size()) return damaged("no texts");
  blob.pool_ = bytes.substr(pool_offset, pool_size);
  blob.date_ = blob.text(blob.u32(12));
  if (blob.u32(16) != k_kind_count || bytes.size() < k_header_bytes + k_kind_count * k_kind_bytes)
    return damaged("other kinds");
  const auto expected = schemas();
  for (std::size_t i = 0; i < k_kind_count; ++i) {
    const std::size_t at = k_header_bytes + i * k_kind_bytes;
    if (blob.text(blob.u32(at)) != expected[i]) return damaged("other kinds");
    const Section section{blob.u32(at + 4), blob.u32(at + 8), blob.u32(at + 12), blob.u32(at + 16)};
    const auto inside = [&](std::uint64_t count, std::uint64_t offset) {
      return offset + count * k_row_bytes <= bytes.size();
    };
    if (!inside(section.record_count, section.record_table) || !inside(section.name_count, section.name_table)) {
      return damaged("a table ends early");
    }
    blob.kinds_.push_back(section);
  }
  return blob;
}

std::uint32_t Blob::u32(std::size_t at) const { return at + 4 <= bytes_.size() ? read_u32(bytes_, at) : 0; }

std::string_view Blob::text(std::uint32_t offset) const { return BinaryReader({}, pool_).text(offset); }

std::string_view Blob::record_bytes(std::size_t kind, std::uint32_t index) const {
  const std::uint32_t offset = u32(kinds_[kind].record_table + std::size_t{index} * k_row_bytes + 4);
  return offset < bytes_.size() ? bytes_.substr(offset) : std::string_view{};
}

std::string_view Blob::record_id(std::size_t kind, std::uint32_t index) const {
  return text(u32(kinds_[kind].record_table + std::size_t{index} * k_row_bytes));
}

Blob::NameEntry Blob::name_entry(std::size_t kind, std::uint32_t index) const {
  const std::size_t at = kinds_[kind].name_table + std::size_t{index} * k_row_bytes;
  const std::uint32_t packed = u32(at + 4);
  return {text(u32(at)), packed / 4, packed % 4};
}

std::vector<std::uint32_t> Blob::find_in(std::size_t kind, std::string_view folded) const {
  std::uint32_t low = 0;
  std::uint32_t high = kinds_[kind].name_count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (name_entry(kind, middle).folded < folded) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  std::vector<std::uint32_t> records;
  for (std::uint32_t best = 0; low < kinds_[kind].name_count; ++low) {
    const NameEntry entry = name_entry(kind, low);
    if (entry.folded != folded) break;
    if (records.empty()) best = entry.rank;
    if (entry.rank == best) records.push_back(entry.record);
  }
  return records;
}

void BlobBuilder::add_bytes(std::size_t kind, std::string_view id, const std::vector<SearchName>& names, std::string bytes) {
  KindData& data = kinds_[kind];
  const auto number = static_cast<std::uint32_t>(data.records.size());
  for (const SearchName& name : names) data.names.push_back({name.folded, static_cast<std::uint32_t>(name.rank), number});
  data.records.push_back({pool_.offset_of(id), std::move(bytes)});
}

std::string BlobBuilder::finish(std::string_view date) {
  const std::uint64_t date_text = pool_.offset_of(date);
  std::string head;  // per kind
  std::string body;  // tables and records, behind the head
  const std::size_t body_offset = k_header_bytes + k_kind_count * k_kind_bytes;
  const auto names_of_kinds = schemas();
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    KindData& data = kinds_[kind];
    std::sort(data.names.begin(), data.names.end(), [](const Name& a, const Name& b) {
      return std::tie(a.folded, a.rank, a.record) < std::tie(b.folded, b.rank, b.record);
    });
    std::string records;
    std::string table;
    const std::size_t records_offset = body_offset + body.size();
    for (const Entry& entry : data.records) {
      put_u32(table, entry.id);
      put_u32(table, records_offset + records.size());
      records += entry.bytes;
    }
    body += records;
    put_u32(head, pool_.offset_of(names_of_kinds[kind]));
    put_u32(head, data.records.size());
    put_u32(head, body_offset + body.size());
    body += table;
    put_u32(head, data.names.size());
    put_u32(head, body_offset + body.size());
    for (const Name& name : data.names) {
      put_u32(body, pool_.offset_of(name.folded));
      put_u32(body, std::uint64_t{name.record} * 4 + name.rank);
    }
  }
  std::string blob(k_magic);
  put_u32(blob, body_offset + body.size() + pool_.bytes().size());
  put_u32(blob, date_text);
  put_u32(blob, k_kind_count);
  put_u32(blob, body_offset + body.size());
  put_u32(blob, pool_.bytes().size());
  return blob + head + body + pool_.bytes();
}

}  // namespace canirun::catalog
