// SPDX-License-Identifier: MIT
#include "net/header_text.hpp"

#include <nlohmann/json.hpp>

#include "formats/fields_headers.hpp"
#include "json/text.hpp"

namespace canirun::net {
namespace {

template <class Header>
std::string written(Header header) {
  nlohmann::ordered_json json;
  json::JsonWriter::write(json, header);
  // Names from files need not be UTF-8; a byte that is none becomes U+FFFD in the kept copy.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

template <class Header>
std::optional<Header> read(const std::string& text) {
  Result<Header> header = json::read_text<Header>(text);
  if (!header) return std::nullopt;
  return std::move(*header);
}

}  // namespace

std::string text_of_header(const formats::GgufHeader& header) { return written(header); }
std::string text_of_header(const formats::SafetensorsHeader& header) { return written(header); }
std::optional<formats::GgufHeader> gguf_of_text(const std::string& text) { return read<formats::GgufHeader>(text); }
std::optional<formats::SafetensorsHeader> safetensors_of_text(const std::string& text) {
  return read<formats::SafetensorsHeader>(text);
}

}  // namespace canirun::net
