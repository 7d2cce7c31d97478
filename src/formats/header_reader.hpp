// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/file_set.hpp"
#include "formats/gguf_header.hpp"
#include "formats/model_file.hpp"
#include "formats/safetensors_header.hpp"

namespace canirun::formats {

/// Reads headers of the files of one folder or repository, wherever it lies. Files are named as their listing names them.
class HeaderReader {
 public:
  virtual ~HeaderReader() = default;
  HeaderReader(const HeaderReader&) = delete;
  HeaderReader& operator=(const HeaderReader&) = delete;

  virtual Result<GgufHeader> gguf(const std::string& file) = 0;
  virtual Result<SafetensorsHeader> safetensors(const std::string& file) = 0;
  /// A small text (config.json, an index); more than `most_bytes` is an error.
  virtual Result<std::string> text(const std::string& file, std::uint64_t most_bytes) = 0;

 protected:
  HeaderReader() = default;
};

/// Reads what one set of files says about its model: every part of a split file, config.json and the header of every shard.
Result<ModelFile> read_model(const FileSet& set, HeaderReader& reader);

}  // namespace canirun::formats
