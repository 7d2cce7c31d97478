// SPDX-License-Identifier: MIT
#include "store/files.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "formats/file_name.hpp"

namespace canirun::store {

std::string reason_of(int error_number) { return std::generic_category().message(error_number); }

std::string joined(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && !path.ends_with('/')) path += '/';
  return path.append(name);
}

SplitPath split(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {.folder = {}, .name = std::move(path)};
  return {.folder = path.substr(0, std::max<std::size_t>(slash, 1)), .name = path.substr(slash + 1)};
}

bool is_model_file(std::string_view own_name) {
  constexpr std::array<std::string_view, 3> k_endings = {".gguf", ".safetensors", ".safetensors.index.json"};
  return own_name == "config.json" || own_name == "adapter_config.json" ||
         std::any_of(k_endings.begin(), k_endings.end(),
                     [&](std::string_view ending) { return formats::has_ending(own_name, ending); });
}

}  // namespace canirun::store
