// SPDX-License-Identifier: MIT
// Where programs keep the models they download, and the variables that move it:
//   Ollama         $OLLAMA_MODELS, else ~/.ollama/models; its Linux service: /usr/share/ollama/.ollama/models
//                  (docs/faq.md of ollama/ollama)
//   LM Studio      <home>/models, <home> from ~/.lmstudio-home-pointer, else ~/.lmstudio; before 0.3: ~/.cache/lm-studio
//                  (lmstudio-ai/lms, src/getLMStudioHome)
//   Hugging Face   $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub
//                  (huggingface_hub, constants.py)
//   llama.cpp      $LLAMA_CACHE, else $XDG_CACHE_HOME/llama.cpp, else ~/.cache/llama.cpp; macOS ~/Library/Caches/llama.cpp
//                  (common/common.cpp, fs_get_cache_directory)
#include <cstdlib>

#include "formats/file_name.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

constexpr std::uint64_t k_longest_path = 4096;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// First line of a small file, empty when there is none.
std::string line_of(const std::string& path) {
  LocalModel home{.folder = std::string(formats::folder_of(path)), .files = {}, .sets = {}};
  Result<std::string> text = reader(home)->text(std::string(formats::base_name(path)), k_longest_path);
  if (!text) return {};
  return text->substr(0, text->find_first_of("\r\n"));
}

}  // namespace

StoreFolders store_folders_from_environment() {
  StoreFolders folders;
  const std::string home = variable("HOME");
  const std::string xdg_cache = variable("XDG_CACHE_HOME");
  const std::string cache = !xdg_cache.empty() ? xdg_cache : home.empty() ? "" : home + "/.cache";

  if (const std::string moved = variable("OLLAMA_MODELS"); !moved.empty()) {
    folders.ollama = {moved};
  } else {
    if (!home.empty()) folders.ollama.push_back(home + "/.ollama/models");
    folders.ollama.emplace_back("/usr/share/ollama/.ollama/models");
  }

  if (!home.empty()) {
    const std::string pointed = line_of(home + "/.lmstudio-home-pointer");
    folders.lm_studio.push_back((pointed.empty() ? home + "/.lmstudio" : pointed) + "/models");
    folders.lm_studio.push_back(home + "/.cache/lm-studio/models");
  }

  if (const std::string hub = variable("HF_HUB_CACHE"); !hub.empty()) {
    folders.hugging_face = {hub};
  } else if (const std::string own = variable("HF_HOME"); !own.empty()) {
    folders.hugging_face = {own + "/hub"};
  } else if (!cache.empty()) {
    folders.hugging_face = {cache + "/huggingface/hub"};
  }

  if (const std::string moved = variable("LLAMA_CACHE"); !moved.empty()) {
    folders.llama_cpp = {moved};
  } else {
    if (!cache.empty()) folders.llama_cpp.push_back(cache + "/llama.cpp");
    if (!home.empty()) folders.llama_cpp.push_back(home + "/Library/Caches/llama.cpp");
  }
  return folders;
}

}  // namespace canirun::store
