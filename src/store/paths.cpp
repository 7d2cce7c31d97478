// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdlib>

#include "store/store.hpp"

namespace canirun::store {

std::string expand_home(std::string_view path) {
  const bool is_home = path == "~" || path.substr(0, 2) == "~/";
  const char* home = is_home ? std::getenv("HOME") : nullptr;
  if (home == nullptr || *home == '\0') return std::string(path);
  return home + std::string(path.substr(1));
}

bool looks_like_path(std::string_view text) {
  constexpr std::array<std::string_view, 4> starts = {"/", "./", "../", "~/"};
  constexpr std::array<std::string_view, 3> ends = {".gguf", ".safetensors", "/"};
  if (text == "." || text == ".." || text == "~") return true;
  if (text.find("://") != std::string_view::npos) return false;
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return text.starts_with(start); }) ||
         std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

}  // namespace canirun::store
