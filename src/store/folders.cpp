// SPDX-License-Identifier: MIT
// Where programs keep models, and which variables move that. The only file of this room that reads the environment (with
// paths.cpp, for "~").
//
// Ollama        OLLAMA_MODELS, else ~/.ollama/models (ollama: envconfig/config.go, docs/faq.md). As a service it has a
//               home of its own: /usr/share/ollama by its install script, /var/lib/ollama by distributions (Arch keeps
//               the models right there).
// LM Studio     The file ~/.lmstudio-home-pointer names its home; else ~/.lmstudio, formerly ~/.cache/lm-studio. Models
//               are in home/models, or where home/settings.json says ("downloadsFolder"). lmstudio.ai/docs: import-model.
// Hugging Face  HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub,
//               ~/.cache/huggingface/hub, the first that is set (huggingface_hub: constants.py; llama.cpp:
//               common/hf-cache.cpp, which keeps its downloads there since 2026).
// llama.cpp     LLAMA_CACHE, else llama.cpp in XDG_CACHE_HOME or ~/.cache (macOS: ~/Library/Caches; Windows:
//               LOCALAPPDATA): fs_get_cache_directory in llama.cpp's common/common.cpp.
#include <algorithm>
#include <cstdlib>

#include "json/text.hpp"
#include "json/view.hpp"
#include "store/files.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

constexpr std::uint64_t k_most_pointer_bytes = 16U << 10U, k_most_settings_bytes = 4U << 20U;

/// A variable's value; empty when it is not set. Quotes around it, which service files leave there, are taken off.
std::string variable(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  const auto is_padding = [](char c) { return c == ' ' || c == '"' || c == '\''; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_padding));
  while (!text.empty() && is_padding(text.back())) text.pop_back();
  return expand_home(text);
}

/// Below the user's home; empty when there is none.
std::string at_home(std::string_view name) {
  const std::string home = variable(k_home_variable);
  return home.empty() ? std::string() : joined(home, name);
}

/// Below the user's folder for caches.
std::string in_cache(std::string_view name) {
  const std::string cache = variable("XDG_CACHE_HOME");
  return cache.empty() ? at_home(joined(".cache", name)) : joined(cache, name);
}

std::vector<std::string> ollama_folders() {
  if (std::string chosen = variable("OLLAMA_MODELS"); !chosen.empty()) return {std::move(chosen)};
  return {at_home(".ollama/models"), "/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models",
          "/var/lib/ollama/models", "/var/lib/ollama"};
}

std::vector<std::string> lm_studio_folders() {
  std::vector<std::string> homes = {at_home(".lmstudio"), at_home(".cache/lm-studio")};
  if (const Result<std::string> pointer = read_text(at_home(".lmstudio-home-pointer"), k_most_pointer_bytes)) {
    std::string home = with_slashes(pointer->substr(0, pointer->find_first_of("\r\n")));
    while (home.ends_with(' ')) home.pop_back();
    if (is_absolute(home)) homes.insert(homes.begin(), std::move(home));
  }
  std::vector<std::string> folders;
  for (const std::string& home : homes) {
    if (home.empty()) continue;
    folders.push_back(joined(home, "models"));
    const Result<std::string> settings = read_text(joined(home, "settings.json"), k_most_settings_bytes);
    if (!settings) continue;
    const Result<json::Parsed> parsed = json::Parsed::parse(*settings);
    if (!parsed) continue;
    const std::string chosen = expand_home(json::View(parsed->root()).at("downloadsFolder").text().value_or(""));
    if (is_absolute(chosen)) folders.push_back(chosen);
  }
  return folders;
}

std::vector<std::string> hugging_face_folders() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (std::string chosen = variable(name); !chosen.empty()) return {std::move(chosen)};
  }
  if (const std::string home = variable("HF_HOME"); !home.empty()) return {joined(home, "hub")};
  return {in_cache("huggingface/hub")};
}

std::vector<std::string> llama_cpp_folders() {
  if (std::string chosen = variable("LLAMA_CACHE"); !chosen.empty()) return {std::move(chosen)};
  std::vector<std::string> folders = {in_cache("llama.cpp"), at_home("Library/Caches/llama.cpp")};
  if (const std::string local = variable("LOCALAPPDATA"); !local.empty()) folders.push_back(joined(local, "llama.cpp"));
  return folders;
}

}  // namespace

StoreFolders store_folders_from_environment() {
  return {.ollama = folders_that_exist(ollama_folders()),
          .lm_studio = folders_that_exist(lm_studio_folders()),
          .hugging_face = folders_that_exist(hugging_face_folders()),
          .llama_cpp = folders_that_exist(llama_cpp_folders())};
}

}  // namespace canirun::store
