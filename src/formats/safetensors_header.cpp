// SPDX-License-Identifier: MIT
// The format: https://github.com/huggingface/safetensors: 8 bytes of length, JSON, then the tensors without gaps.
#include "formats/safetensors_header.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "formats/json_scanner.hpp"
#include "formats/safetensors_types.hpp"

namespace canirun::formats {
namespace {

constexpr std::uint64_t k_length_bytes = 8;
/// The format's own limit.
constexpr std::uint64_t k_longest_header_bytes = 100'000'000;
/// Read at once: no more memory is taken than bytes have come, twice over.
constexpr std::size_t k_chunk_bytes = 1U << 20U;
constexpr std::size_t k_most_dimensions = 16;

tl::unexpected<Error> malformed(const ByteSource& source, const std::string& message, std::string hint = {}) {
  return tl::unexpected(
      Error{.kind = ErrorKind::malformed, .message = message, .context = {source.name()}, .hint = std::move(hint)});
}

/// Reads exactly `bytes`, or says where the file ended.
Result<std::string> read_exactly(ByteSource& source, std::uint64_t offset, std::uint64_t bytes, const std::string& what) {
  std::string out;
  while (out.size() < bytes) {
    const std::size_t before = out.size();
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes - before, k_chunk_bytes));
    out.resize(before + wanted);
    const Result<std::size_t> got = source.read(offset + before, std::as_writable_bytes(std::span(out).subspan(before)));
    if (!got) return tl::unexpected(got.error());
    if (*got < wanted) {
      return malformed(source,
                       "byte " + std::to_string(offset + before + *got) + ": expected " + what + " to go on to byte " +
                           std::to_string(offset + bytes) + ", found the end of the file",
                       "the file is cut off: download it again");
    }
  }
  return out;
}

std::string looks_like(std::string_view start) {
  if (start.starts_with("GGUF")) return "; it is a GGUF file";
  if (start.starts_with("PK\x03\x04")) return "; it is a zip or PyTorch file";
  if (start.starts_with("version ")) return "; it is a pointer to a large file, not the file";
  if (start.starts_with("<")) return "; it is a web page or XML";
  return {};
}

void read_metadata(JsonScanner& json, SafetensorsHeader& header) {
  if (!json.expect('{') || json.take('}')) return;
  do {
    auto key = json.text();
    if (!key || !json.expect(':')) return;
    auto value = json.text();
    if (!value) return;
    header.metadata.emplace_back(*std::move(key), *std::move(value));
  } while (json.take(','));
  json.expect('}');
}

std::vector<std::uint64_t> read_counts(JsonScanner& json, std::size_t most, const std::string& what) {
  std::vector<std::uint64_t> counts;
  if (!json.expect('[') || json.take(']')) return counts;
  do {
    if (counts.size() == most) {
      json.fail_with("at most " + std::to_string(most) + " " + what);
      return counts;
    }
    const auto count = json.count();
    if (!count) return counts;
    counts.push_back(*count);
  } while (json.take(','));
  json.expect(']');
  return counts;
}

void read_tensor(JsonScanner& json, SafetensorsInfo& info) {
  const std::uint64_t at = json.offset();
  bool dtype = false;
  bool shape = false;
  bool offsets = false;
  if (!json.expect('{')) return;
  if (!json.take('}')) {
    do {
      const auto key = json.text();
      if (!key || !json.expect(':')) return;
      if (*key == "dtype") {
        info.dtype = json.text().value_or("");
        dtype = true;
      } else if (*key == "shape") {
        info.shape = read_counts(json, k_most_dimensions, "dimensions");
        shape = true;
      } else if (*key == "data_offsets") {
        const std::vector<std::uint64_t> pair = read_counts(json, 2, "offsets");
        offsets = pair.size() == 2;
        if (offsets) info.begin_offset = pair[0], info.end_offset = pair[1];
      } else {
        json.skip_value();
      }
    } while (json.take(','));
    json.expect('}');
  }
  if (!dtype || !shape || !offsets) {
    json.fail_at(at, "expected dtype, shape and two data_offsets of tensor \"" + info.name + "\"");
  }
}

/// Bytes that dtype and shape ask for; nothing when the dtype is unknown or the product overflows.
std::optional<std::uint64_t> bytes_asked(const SafetensorsInfo& info, bool& overflow) {
  const std::optional<std::uint32_t> bits = bits_of_dtype(info.dtype);
  if (!bits) return std::nullopt;
  std::uint64_t total = *bits;
  for (const std::uint64_t length : info.shape) overflow = overflow || __builtin_mul_overflow(total, length, &total);
  if (std::find(info.shape.begin(), info.shape.end(), 0U) != info.shape.end()) {
    overflow = false;
    return 0;
  }
  if (overflow) return std::nullopt;
  return total / 8 + (total % 8 != 0 ? 1 : 0);
}

void check_tensor(JsonScanner& json, std::uint64_t at, const SafetensorsInfo& info,
                  std::optional<std::uint64_t> data_bytes) {
  const std::string which = "tensor \"" + info.name + "\": ";
  if (info.end_offset < info.begin_offset) {
    return json.fail_at(at, which + "expected its data to end after it begins, found " + std::to_string(info.begin_offset) +
                                " to " + std::to_string(info.end_offset));
  }
  bool overflow = false;
  const std::optional<std::uint64_t> asked = bytes_asked(info, overflow);
  if (overflow) return json.fail_at(at, which + "expected a size that fits 64 bits, found more");
  const std::uint64_t told = info.end_offset - info.begin_offset;
  if (asked && *asked != told) {
    return json.fail_at(
        at, which + "expected " + std::to_string(*asked) + " bytes by its dtype and shape, found " + std::to_string(told));
  }
  if (data_bytes && info.end_offset > *data_bytes) {
    return json.fail_at(at, which + "expected its data within the file, found that it ends at byte " +
                                std::to_string(info.end_offset) + " of " + std::to_string(*data_bytes) +
                                " bytes of data: the file is cut off, or wrong");
  }
}

Result<void> check_no_gaps(const ByteSource& source, SafetensorsHeader& header) {
  std::sort(header.tensors.begin(), header.tensors.end(), [](const SafetensorsInfo& a, const SafetensorsInfo& b) {
    return std::tie(a.begin_offset, a.end_offset, a.name) < std::tie(b.begin_offset, b.end_offset, b.name);
  });
  std::uint64_t end = 0;
  for (const SafetensorsInfo& info : header.tensors) {
    if (info.begin_offset != end) {
      return malformed(source, "tensor \"" + info.name + "\": expected its data from offset " + std::to_string(end) +
                                   " on, where the one before ends, found " + std::to_string(info.begin_offset));
    }
    end = info.end_offset;
  }
  return {};
}

}  // namespace

Result<SafetensorsHeader> read_safetensors_header(ByteSource& source) {
  const Result<std::string> start = read_exactly(source, 0, k_length_bytes, "the header's length");
  if (!start) return tl::unexpected(start.error());
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < k_length_bytes; ++i) {
    length |= std::uint64_t{static_cast<unsigned char>((*start)[i])} << (8U * i);
  }
  const std::optional<std::uint64_t> size = source.size();
  const std::uint64_t most =
      size ? std::min(k_longest_header_bytes, *size - std::min(*size, k_length_bytes)) : k_longest_header_bytes;
  if (length < 2 || length > most) {
    return malformed(source,
                     "byte 0: expected a header of 2 to " + std::to_string(most) + " bytes, found a length of " +
                         std::to_string(length) + looks_like(*start),
                     "it is no safetensors file, or it is damaged");
  }
  const Result<std::string> text = read_exactly(source, k_length_bytes, length, "the header");
  if (!text) return tl::unexpected(text.error());

  SafetensorsHeader header;
  header.name = source.name().substr(source.name().find_last_of("/\\") + 1);
  header.data_offset = k_length_bytes + length;
  header.file_bytes = source.size();
  const std::optional<std::uint64_t> data_bytes = header.file_bytes && *header.file_bytes >= header.data_offset
                                                      ? std::optional(*header.file_bytes - header.data_offset)
                                                      : std::nullopt;

  JsonScanner json(*text, k_length_bytes);
  std::unordered_set<std::string> names;
  if (json.expect('{') && !json.take('}')) {
    do {
      const std::uint64_t at = json.offset();
      auto key = json.text();
      if (!key || !json.expect(':')) break;
      if (!names.insert(*key).second) json.fail_at(at, "expected each tensor once, found \"" + *key + "\" again");
      if (*key == "__metadata__") {
        read_metadata(json, header);
        continue;
      }
      SafetensorsInfo& info = header.tensors.emplace_back();
      info.name = *std::move(key);
      read_tensor(json, info);
      if (!json.failed()) check_tensor(json, at, info, data_bytes);
    } while (json.take(','));
    json.expect('}');
  }
  if (!json.failed()) json.expect_end();
  if (json.failed()) return tl::unexpected(Error(*json.error()).within(source.name()));
  if (auto whole = check_no_gaps(source, header); !whole) return tl::unexpected(std::move(whole).error());
  return header;
}

}  // namespace canirun::formats
