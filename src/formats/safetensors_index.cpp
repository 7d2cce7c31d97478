// SPDX-License-Identifier: MIT
#include "formats/safetensors_index.hpp"

#include <algorithm>

#include "json/text.hpp"
#include "json/view.hpp"

namespace canirun::formats {
namespace {

bool stays_inside(const std::string& file) {
  return !file.empty() && file.front() != '/' && file.find('\\') == std::string::npos &&
         file.find("..") == std::string::npos && file.find('\0') == std::string::npos;
}

}  // namespace

Result<SafetensorsIndex> parse_safetensors_index(std::string_view text) {
  const Result<json::Parsed> parsed = json::Parsed::parse(text);
  if (!parsed) return tl::unexpected(parsed.error());
  const json::View root(parsed->root());
  const json::View map = root.at("weight_map");
  if (!map.is_object() || map.size() == 0) {
    return fail(ErrorKind::malformed, "/weight_map: expected an object of tensor and file names");
  }
  SafetensorsIndex index;
  index.total_bytes = root.at("metadata").at("total_size").count();
  std::string wrong;
  map.each_member([&](const std::string& key, json::View value) {
    auto file = value.text();
    if (!file || !stays_inside(*file)) {
      if (wrong.empty()) wrong = key;
      return;
    }
    if (index.files.empty() || index.files.back() != *file) index.files.push_back(*std::move(file));
  });
  if (!wrong.empty())
    return fail(ErrorKind::malformed, "/weight_map/" + wrong + ": expected the name of a file in this folder");
  std::sort(index.files.begin(), index.files.end());
  index.files.erase(std::unique(index.files.begin(), index.files.end()), index.files.end());
  return index;
}

}  // namespace canirun::formats
