// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "formats/gguf_model.hpp"
#include "formats/header_reader.hpp"
#include "formats/hf_model.hpp"
#include "formats/safetensors_index.hpp"

namespace canirun::formats {
namespace {

constexpr std::uint64_t k_most_config_bytes = 4U << 20U;
constexpr std::uint64_t k_most_index_bytes = 16U << 20U;

tl::unexpected<Error> parts_missing(const FileSet& set, std::uint32_t missing) {
  return fail(
      ErrorKind::not_found,
      set.label + ": " + std::to_string(missing) + (missing == 1 ? " file of it is" : " files of it are") + " not there",
      "all parts have to lie in one folder under their own names");
}

Result<ModelFile> read_gguf(const FileSet& set, HeaderReader& reader) {
  std::vector<GgufHeader> parts;
  for (const std::string& file : set.files) {
    Result<GgufHeader> header = reader.gguf(file);
    if (!header) return tl::unexpected(std::move(header).error());
    parts.push_back(*std::move(header));
  }
  return model_from_gguf(parts);
}

/// Files that the index names and the listing lacks.
Result<void> check_index(const FileSet& set, HeaderReader& reader) {
  if (set.index.empty()) return {};
  const Result<std::string> text = reader.text(set.index, k_most_index_bytes);
  if (!text) return tl::unexpected(text.error());
  const Result<SafetensorsIndex> index = parse_safetensors_index(*text);
  if (!index) return tl::unexpected(Error(index.error()).within(set.index));
  const std::string folder = set.index.substr(0, set.index.find_last_of('/') + 1);
  for (const std::string& file : index->files) {
    if (std::find(set.files.begin(), set.files.end(), folder + file) != set.files.end()) continue;
    return fail(ErrorKind::not_found, set.index + ": names " + file + ", which is not there",
                "all parts have to lie in one folder under their own names");
  }
  return {};
}

Result<ModelFile> read_safetensors(const FileSet& set, HeaderReader& reader) {
  if (set.config.empty()) {
    return fail(ErrorKind::not_found, set.label + ": there is no config.json beside it",
                "safetensors hold weights only; config.json says what network they are of");
  }
  const Result<std::string> config = reader.text(set.config, k_most_config_bytes);
  if (!config) return tl::unexpected(config.error());
  if (auto complete = check_index(set, reader); !complete) return tl::unexpected(std::move(complete).error());
  std::vector<SafetensorsHeader> headers;
  for (const std::string& file : set.files) {
    Result<SafetensorsHeader> header = reader.safetensors(file);
    if (!header) return tl::unexpected(std::move(header).error());
    headers.push_back(*std::move(header));
  }
  return model_from_safetensors(*config, std::move(headers));
}

}  // namespace

Result<ModelFile> read_model(const FileSet& set, HeaderReader& reader) {
  if (set.missing_parts > 0) return parts_missing(set, set.missing_parts);
  switch (set.kind) {
    case SetKind::config_only: {
      const Result<std::string> config = reader.text(set.config, k_most_config_bytes);
      if (!config) return tl::unexpected(config.error());
      return model_from_config(*config, set.label);
    }
    case SetKind::gguf:
      return read_gguf(set, reader);
    case SetKind::safetensors:
      return read_safetensors(set, reader);
    case SetKind::projector:
    case SetKind::adapter:
      break;
  }
  const std::string& first = set.files.empty() ? set.label : set.files.front();
  const bool is_gguf = first.size() >= 5 && first.substr(first.size() - 5) == ".gguf";
  return is_gguf || set.config.empty() ? read_gguf(set, reader) : read_safetensors(set, reader);
}

}  // namespace canirun::formats
