// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <utility>

#include "formats/gguf_header.hpp"
#include "formats/safetensors_header.hpp"
#include "json/archive.hpp"

/// Field lists of the headers, so that they can be kept as JSON instead of being read again. Numbers come back exactly;
/// those that JSON cannot hold are not kept by the readers in the first place.
namespace canirun::json {

template <class Archive>
void fields(Archive& a, std::pair<std::string, std::string>& value) {
  a.required("key", value.first);
  a.required("value", value.second);
}

}  // namespace canirun::json

namespace canirun::formats {

template <class Archive>
void fields(Archive& a, GgufValue& value) {
  a.required("key", value.key);
  a.required("type", value.type);
  a.optional("element_type", value.element_type);
  a.required("count", value.count);
  a.optional("numbers", value.numbers);
  a.optional("texts", value.texts);
  a.required("text_bytes", value.text_bytes);
}
template <class Archive>
void fields(Archive& a, GgufTensorInfo& value) {
  a.required("name", value.name);
  a.required("shape", value.shape);
  a.required("type", value.type);
  a.required("offset", value.offset);
}
template <class Archive>
void fields(Archive& a, GgufHeader& value) {
  a.required("name", value.name);
  a.required("version", value.version);
  a.required("big_endian", value.big_endian);
  a.required("alignment", value.alignment);
  a.required("metadata", value.metadata);
  a.required("tensors", value.tensors);
  a.required("data_offset", value.data_offset);
  a.optional("file_bytes", value.file_bytes);
}

template <class Archive>
void fields(Archive& a, SafetensorsInfo& value) {
  a.required("name", value.name);
  a.required("dtype", value.dtype);
  a.required("shape", value.shape);
  a.required("begin_offset", value.begin_offset);
  a.required("end_offset", value.end_offset);
}
template <class Archive>
void fields(Archive& a, SafetensorsHeader& value) {
  a.required("name", value.name);
  a.required("metadata", value.metadata);
  a.required("tensors", value.tensors);
  a.required("data_offset", value.data_offset);
  a.optional("file_bytes", value.file_bytes);
}

}  // namespace canirun::formats
