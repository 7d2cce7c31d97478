// SPDX-License-Identifier: MIT
// Layout: gguf.md and gguf.cpp of ggml.
#include "formats/gguf_header.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "formats/byte_cursor.hpp"
#include "formats/gguf_magic.hpp"

namespace canirun::formats {
namespace {

// Nothing real comes near these. They bound memory and time where the length of a file is not known.
constexpr std::uint64_t k_most_entries = 65'536;
constexpr std::uint64_t k_most_tensors = 262'144;
constexpr std::uint64_t k_longest_key = 65'535;     // gguf.md
constexpr std::uint64_t k_longest_name = 1'024;     // ggml: 63
constexpr std::size_t k_kept_text_bytes = 16'384;   // of one string: most chat templates whole
constexpr std::uint64_t k_kept_numbers = 4'096;     // of one array: more than a model has layers
constexpr std::uint64_t k_kept_texts = 64;          // of one array: tags, languages, base models
constexpr std::uint64_t k_kept_in_all = 1U << 20U;  // numbers and strings of all arrays together
constexpr std::size_t k_kept_text_in_all = 8U << 20U;
constexpr int k_deepest_array = 4;

// The least an entry takes: key length, type, value; name length, dimensions, one length, type, offset.
constexpr std::uint64_t k_least_entry_bytes = 8 + 4 + 1;
constexpr std::uint64_t k_least_tensor_bytes = 8 + 4 + 4 + 8;

std::uint64_t element_bytes(GgufType type) {
  switch (type) {
    case GgufType::u8:
    case GgufType::i8:
    case GgufType::boolean:
      return 1;
    case GgufType::u16:
    case GgufType::i16:
      return 2;
    case GgufType::u32:
    case GgufType::i32:
    case GgufType::f32:
      return 4;
    case GgufType::u64:
    case GgufType::i64:
    case GgufType::f64:
    case GgufType::string:  // at least its length
      return 8;
    case GgufType::array:  // at least its type and length
      return 12;
  }
  return 1;
}

class HeaderParser {
 public:
  explicit HeaderParser(ByteSource& source) : source_(source), cursor_(source) {}

  Result<GgufHeader> parse() {
    const std::string_view start = cursor_.peek(k_magic_bytes);
    if (const auto& error = cursor_.error()) return tl::unexpected(*error);
    if (auto magic = check_gguf_magic(start); !magic) return tl::unexpected(std::move(magic).error());
    cursor_.skip(4);
    parse_version();
    const std::uint64_t tensor_count = parse_count("the number of tensors", k_most_tensors, k_least_tensor_bytes);
    const std::uint64_t entry_count = parse_count("the number of metadata entries", k_most_entries, k_least_entry_bytes);
    for (std::uint64_t i = 0; i < entry_count && !cursor_.failed(); ++i) parse_entry(i, entry_count);
    find_alignment();
    for (std::uint64_t i = 0; i < tensor_count && !cursor_.failed(); ++i) parse_tensor(i, tensor_count);
    if (const auto& error = cursor_.error()) return tl::unexpected(*error);
    return finish();
  }

 private:
  void parse_version() {
    cursor_.expect("GGUF version 2 or 3");
    std::uint32_t version = cursor_.u32();
    // A big-endian file has its small number in the high bytes.
    if ((version & 0xFFFFU) == 0 && version != 0) {
      header_.big_endian = true;
      version = version >> 24U | (version >> 8U & 0xFF00U);
    }
    cursor_.set_big_endian(header_.big_endian);
    header_.version = version;
    if (cursor_.failed() || version == 2 || version == 3) return;
    if (version == 1) {
      cursor_.fail_with("version 1, which is too old for every engine", "get the file again: it was made again since 2023");
    } else {
      cursor_.fail_with("version " + std::to_string(version), "a newer canirun may read it");
    }
  }

  std::uint64_t parse_count(const std::string& what, std::uint64_t most, std::uint64_t least_bytes) {
    cursor_.expect(what);
    const std::uint64_t count = cursor_.u64();
    if (count > most || cursor_.is_beyond_end(count * least_bytes)) {
      cursor_.fail_with(std::to_string(count) + ", more than can follow");
    }
    return count;
  }

  std::string parse_name(std::uint64_t longest) {
    const std::uint64_t length = cursor_.u64();
    if (length > longest || cursor_.is_beyond_end(length)) {
      cursor_.fail_with("a string of " + std::to_string(length) + " bytes" +
                        (length > longest ? " (at most " + std::to_string(longest) + ")" : ", more than can follow"));
      return {};
    }
    return cursor_.text(length, static_cast<std::size_t>(length));
  }

  std::optional<GgufType> parse_type() {
    const std::uint32_t number = cursor_.u32();
    if (number < enum_names(GgufType{}).size()) return static_cast<GgufType>(number);
    cursor_.fail_with("value type " + std::to_string(number));
    return std::nullopt;
  }

  void parse_entry(std::uint64_t index, std::uint64_t count) {
    const std::string place = " of metadata entry " + std::to_string(index + 1) + " of " + std::to_string(count);
    cursor_.expect("the key" + place);
    GgufValue value;
    value.key = parse_name(k_longest_key);
    if (!cursor_.failed() && value.key.empty()) cursor_.fail_with("an empty string");
    if (!cursor_.failed() && !keys_.insert(value.key).second) cursor_.fail_with("\"" + value.key + "\" a second time");
    cursor_.expect("the type" + place + " (" + value.key + ")");
    const std::optional<GgufType> type = parse_type();
    if (cursor_.failed() || !type) return;
    value.type = *type;
    cursor_.expect("the value of " + value.key);
    if (*type == GgufType::array) {
      parse_array(value);
    } else if (*type == GgufType::string) {
      value.texts.push_back(parse_text(value.text_bytes));
    } else {
      keep_number(value, parse_number(*type));
    }
    header_.metadata.push_back(std::move(value));
  }

  std::string parse_text(std::uint64_t& length) {
    length = cursor_.u64();
    if (cursor_.is_beyond_end(length)) {
      cursor_.fail_with("a string of " + std::to_string(length) + " bytes, more than can follow");
      return {};
    }
    std::string text = cursor_.text(length, std::min(k_kept_text_bytes, k_kept_text_in_all - kept_text_bytes_));
    kept_text_bytes_ += text.size();
    return text;
  }

  double parse_number(GgufType type) {
    switch (type) {
      case GgufType::u8:
        return cursor_.u8();
      case GgufType::i8:
        return std::bit_cast<std::int8_t>(cursor_.u8());
      case GgufType::u16:
        return cursor_.u16();
      case GgufType::i16:
        return std::bit_cast<std::int16_t>(cursor_.u16());
      case GgufType::u32:
        return cursor_.u32();
      case GgufType::i32:
        return std::bit_cast<std::int32_t>(cursor_.u32());
      case GgufType::f32:
        return static_cast<double>(std::bit_cast<float>(cursor_.u32()));
      case GgufType::boolean:
        return cursor_.u8() != 0 ? 1 : 0;
      case GgufType::u64:
        return static_cast<double>(cursor_.u64());
      case GgufType::i64:
        return static_cast<double>(std::bit_cast<std::int64_t>(cursor_.u64()));
      case GgufType::f64:
        return std::bit_cast<double>(cursor_.u64());
      default:
        return 0;
    }
  }

  static void keep_number(GgufValue& value, double number) {
    if (std::isfinite(number)) value.numbers.push_back(number);
  }

  void parse_array(GgufValue& value) {
    value.element_type = parse_type();
    value.count = cursor_.u64();
    if (cursor_.failed() || !value.element_type || !fits(value.count, *value.element_type)) return;
    const GgufType type = *value.element_type;
    if (type == GgufType::array) return skip_arrays(value.count, 1);
    const bool room = kept_ + value.count <= k_kept_in_all;
    if (type == GgufType::string) {
      if (!room || value.count > k_kept_texts) return cursor_.skip_texts(value.count);
      std::uint64_t ignored = 0;
      for (std::uint64_t i = 0; i < value.count && !cursor_.failed(); ++i) value.texts.push_back(parse_text(ignored));
    } else {
      if (!room || value.count > k_kept_numbers) return cursor_.skip(value.count * element_bytes(type));
      for (std::uint64_t i = 0; i < value.count && !cursor_.failed(); ++i) keep_number(value, parse_number(type));
      if (value.numbers.size() != value.count) value.numbers.clear();  // one was not finite: the rest would move up
    }
    kept_ += value.count;
  }

  bool fits(std::uint64_t count, GgufType type) {
    if (count <= ByteCursor::k_longest_header_bytes && !cursor_.is_beyond_end(count * element_bytes(type))) return true;
    cursor_.fail_with("an array of " + std::to_string(count) + " elements, more than can follow");
    return false;
  }

  /// Arrays in an array: walked, not kept.
  void skip_arrays(std::uint64_t count, int depth) {
    if (depth >= k_deepest_array) return cursor_.fail_with("arrays in arrays, too many levels of them");
    for (std::uint64_t i = 0; i < count && !cursor_.failed(); ++i) {
      const std::optional<GgufType> type = parse_type();
      const std::uint64_t inner = cursor_.u64();
      if (cursor_.failed() || !type || !fits(inner, *type)) return;
      if (*type == GgufType::array) {
        skip_arrays(inner, depth + 1);
      } else if (*type == GgufType::string) {
        cursor_.skip_texts(inner);
      } else {
        cursor_.skip(inner * element_bytes(*type));
      }
    }
  }

  void find_alignment() {
    for (const GgufValue& value : header_.metadata) {
      if (value.key != "general.alignment") continue;
      const double number = value.numbers.empty() ? 0 : value.numbers.front();
      const bool whole = value.type != GgufType::array && number >= 1 && number <= 1U << 30U && std::floor(number) == number;
      header_.alignment = whole ? static_cast<std::uint64_t>(number) : 0;
      cursor_.expect("a power of two in general.alignment");
      if (!std::has_single_bit(header_.alignment)) cursor_.fail_with("something else");
    }
  }

  void parse_tensor(std::uint64_t index, std::uint64_t count) {
    const std::string place = "tensor " + std::to_string(index + 1) + " of " + std::to_string(count);
    cursor_.expect("the name of " + place);
    GgufTensorInfo tensor;
    tensor.name = parse_name(k_longest_name);
    if (!cursor_.failed() && !tensors_.insert(tensor.name).second) {
      cursor_.fail_with("\"" + tensor.name + "\" a second time");
    }
    cursor_.expect("the shape of " + place + " (" + tensor.name + ")");
    const std::uint32_t dimensions = cursor_.u32();
    if (dimensions > 4) return cursor_.fail_with(std::to_string(dimensions) + " dimensions (at most 4)");
    std::uint64_t elements = 1;
    for (std::uint32_t d = 0; d < dimensions && !cursor_.failed(); ++d) {
      const std::uint64_t length = cursor_.u64();
      if (cursor_.failed()) return;
      if (length == 0) return cursor_.fail_with("a length of 0");
      if (length > UINT32_MAX || elements > (std::uint64_t{1} << 60U) / length) {
        return cursor_.fail_with("a length of " + std::to_string(length) + ", more elements than any tensor has");
      }
      elements *= length;
      tensor.shape.push_back(length);
    }
    if (tensor.shape.empty()) tensor.shape.push_back(1);
    cursor_.expect("the type of " + place + " (" + tensor.name + ")");
    tensor.type = cursor_.u32();
    cursor_.expect("the offset of " + place + " (" + tensor.name + ")");
    tensor.offset = cursor_.u64();
    header_.tensors.push_back(std::move(tensor));
  }

  Result<GgufHeader> finish() {
    const std::uint64_t mask = header_.alignment - 1;
    header_.data_offset = (cursor_.offset() + mask) & ~mask;
    header_.file_bytes = source_.size();
    std::string_view name = source_.name();
    if (name.find("://") != std::string_view::npos) name = name.substr(0, name.find_first_of("?#"));
    header_.name = name.substr(name.find_last_of("/\\") + 1);  // npos + 1 is the start
    return std::move(header_);
  }

  ByteSource& source_;
  ByteCursor cursor_;
  GgufHeader header_;
  std::unordered_set<std::string> keys_, tensors_;
  std::uint64_t kept_ = 0;           ///< elements of arrays kept so far
  std::size_t kept_text_bytes_ = 0;  ///< of values kept so far
};

}  // namespace

Result<GgufHeader> read_gguf_header(ByteSource& source) {
  Result<GgufHeader> header = HeaderParser(source).parse();
  if (!header) return tl::unexpected(std::move(header).error().within(source.name()));
  return header;
}

}  // namespace canirun::formats
