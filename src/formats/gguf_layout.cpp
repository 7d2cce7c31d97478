// SPDX-License-Identifier: MIT
#include "formats/gguf_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "formats/ggml_types.hpp"
#include "formats/tensor_names_gguf.hpp"

namespace canirun::formats {
namespace {

/// Elements of a tensor; the header reader has made sure that they fit.
std::uint64_t elements_of(const std::vector<std::uint64_t>& shape) {
  std::uint64_t elements = 1;
  for (const std::uint64_t length : shape) elements *= length;
  return elements;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) { return fmt::format("{}", fmt::join(shape, " x ")); }

Result<FileTensor> describe(const GgufTensorInfo& info, const GgufHeader& header, std::uint32_t part) {
  if (info.offset % header.alignment != 0) {
    return fail(ErrorKind::malformed, fmt::format("tensor \"{}\": expected an offset that {} divides, found {}", info.name,
                                                  header.alignment, info.offset));
  }
  FileTensor tensor;
  tensor.name = info.name;
  tensor.shape = info.shape;
  tensor.type = ggml_type_name(info.type);
  tensor.part = part;
  if (__builtin_add_overflow(header.data_offset, info.offset, &tensor.offset)) {
    return fail(ErrorKind::malformed,
                fmt::format("tensor \"{}\": expected an offset within the file, found {}", info.name, info.offset));
  }
  const TensorPlace place = place_of(info.name);
  tensor.role = place.role;
  tensor.layer = place.layer;
  const std::optional<GgmlType> type = ggml_type(info.type);
  if (!type) return tensor;
  if (info.shape.front() % type->block_elements != 0) {
    return fail(ErrorKind::malformed, fmt::format("tensor \"{}\": expected rows of whole blocks of {} for type {}, found {}",
                                                  info.name, type->block_elements, type->name, shape_text(info.shape)));
  }
  tensor.known_type = type->type;
  // At most 2^60 elements, and no block takes more than 8 bytes an element.
  const std::uint64_t blocks = elements_of(info.shape) / type->block_elements;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(blocks, std::uint64_t{type->block_bytes}, &bytes) ||
      bytes > UINT64_MAX - tensor.offset - header.alignment) {
    return fail(ErrorKind::malformed, fmt::format("tensor \"{}\": expected a size that a file can have, found {} of {}",
                                                  info.name, shape_text(info.shape), type->name));
  }
  tensor.bytes = bytes;
  return tensor;
}

/// Where the tensors end if they follow each other, as every writer lays them out; nothing when a size is unknown.
std::optional<std::uint64_t> packed_end(const std::vector<FileTensor>& tensors, const GgufHeader& header) {
  std::uint64_t end = header.data_offset;
  for (const FileTensor& tensor : tensors) {
    if (!tensor.bytes || __builtin_add_overflow(end, *tensor.bytes + header.alignment, &end)) return std::nullopt;
  }
  return end;
}

Result<void> check_order(const std::vector<FileTensor>& tensors) {
  std::vector<const FileTensor*> sorted;
  sorted.reserve(tensors.size());
  for (const FileTensor& tensor : tensors) sorted.push_back(&tensor);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const FileTensor& before = *sorted[i - 1];
    const FileTensor& tensor = *sorted[i];
    if (tensor.offset >= before.offset + before.bytes.value_or(1)) continue;
    return fail(ErrorKind::malformed, fmt::format(R"(byte {}: expected tensors one after the other, found "{}" on "{}")",
                                                  tensor.offset, tensor.name, before.name));
  }
  return {};
}

Result<void> check_end(const std::vector<FileTensor>& tensors, const GgufHeader& header) {
  std::uint64_t end = 0;
  const FileTensor* last = nullptr;
  for (const FileTensor& tensor : tensors) {
    const std::uint64_t its_end = tensor.offset + tensor.bytes.value_or(0);
    if (its_end >= end) {
      end = its_end;
      last = &tensor;
    }
  }
  if (last == nullptr) return {};
  const std::optional<std::uint64_t> packed = packed_end(tensors, header);
  if (packed && end > *packed) {
    return fail(ErrorKind::malformed, fmt::format("tensor \"{}\": expected it to end by byte {}, found its end at byte {}",
                                                  last->name, *packed, end));
  }
  if (!header.file_bytes || *header.file_bytes >= end) return {};
  const std::string sizes = end < 10'000'000
                                ? fmt::format("{} of {} bytes", *header.file_bytes, end)
                                : fmt::format("{:.1f} of {:.1f} GB", static_cast<double>(*header.file_bytes) / 1e9,
                                              static_cast<double>(end) / 1e9);
  return fail(ErrorKind::malformed,
              fmt::format("the file holds {}: tensor \"{}\" ends at byte {}, the file at byte {}", sizes, last->name, end,
                          *header.file_bytes),
              "its download stopped early: continue it, or get the file again");
}

}  // namespace

Result<std::vector<FileTensor>> list_tensors(const GgufHeader& header, std::uint32_t part) {
  std::vector<FileTensor> tensors;
  tensors.reserve(header.tensors.size());
  for (const GgufTensorInfo& info : header.tensors) {
    Result<FileTensor> tensor = describe(info, header, part);
    if (!tensor) return tl::unexpected(std::move(tensor).error());
    tensors.push_back(*std::move(tensor));
  }
  if (auto ordered = check_order(tensors); !ordered) return tl::unexpected(std::move(ordered).error());
  if (auto ends = check_end(tensors, header); !ends) return tl::unexpected(std::move(ends).error());
  return tensors;
}

}  // namespace canirun::formats
