// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <canirun/result.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.hpp"
#include "formats/file_set.hpp"
#include "formats/header_reader.hpp"

namespace canirun::store {

/// A file of this machine, opened for reading. Errors say what the system said and what to do.
Result<std::unique_ptr<formats::ByteSource>> open_file(const std::string& path);

/// A path as the user typed it, "~" expanded.
std::string expand_home(std::string_view path);

/// Does this text name a path, by its form (starts with /, ./, ../, ~ or ends with .gguf, .safetensors, /)?
bool looks_like_path(std::string_view text);

/// What a path holds: a file of weights (with the other parts of its split, the config.json beside it), or a folder of them.
struct LocalModel {
  std::string folder;  ///< the files' names are relative to it
  std::vector<formats::ListedFile> files;
  std::vector<formats::FileSet> sets;  ///< only the named one, when the path names a file
};
Result<LocalModel> look_up(const std::string& path);
std::unique_ptr<formats::HeaderReader> reader(const LocalModel& model);

/// Programs that keep models on disk.
enum class Keeper : std::uint8_t { ollama, lm_studio, hugging_face, llama_cpp };
constexpr auto enum_names(Keeper) {
  return std::array<std::string_view, 4>{"ollama", "lm_studio", "hugging_face", "llama_cpp"};
}
/// A model some program has downloaded. Reading it changes nothing.
struct InstalledModel {
  Keeper keeper = Keeper::ollama;
  std::string name;  ///< as that program names it: "qwen2.5-coder:7b", "OWNER/REPO"
  LocalModel where;  ///< exactly one set; none when `problem` says that no weights are here
  std::optional<std::uint64_t> bytes;
  std::string problem;  ///< why it cannot be read ("3 of 8 parts are missing"), else empty
};
/// Where to look: only folders that are there. From OLLAMA_MODELS, HF_HUB_CACHE, HF_HOME, LLAMA_CACHE, XDG_CACHE_HOME, HOME
/// and the programs' own defaults.
struct StoreFolders {
  std::vector<std::string> ollama = {}, lm_studio = {}, hugging_face = {}, llama_cpp = {};
};
StoreFolders store_folders_from_environment();
/// All of them, in the order of the enum and then by name; a folder that is not there is no trouble.
std::vector<InstalledModel> installed_models(const StoreFolders& folders);

}  // namespace canirun::store
