// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdlib>

#include "store/files.hpp"
#include "store/store.hpp"

namespace canirun::store {

std::string expand_home(std::string_view typed) {
  std::string path = with_slashes(std::string(typed));
  const bool is_home = path == "~" || path.starts_with("~/");
  const char* home = is_home ? std::getenv(k_home_variable) : nullptr;
  if (home == nullptr || *home == '\0') return path;
  return with_slashes(home) + path.substr(1);
}

bool looks_like_path(std::string_view text) {
  constexpr std::array<std::string_view, 4> starts = {"/", "./", "../", "~/"};
  constexpr std::array<std::string_view, 3> ends = {".gguf", ".safetensors", "/"};
  if (text == "." || text == ".." || text == "~") return true;
  if (text.find("://") != std::string_view::npos) return false;
  return has_native_form(text) ||
         std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return text.starts_with(start); }) ||
         std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

}  // namespace canirun::store
