// SPDX-License-Identifier: MIT
// llama.cpp's cache until 2026 (common/download.cpp; later versions use the Hugging Face cache): one flat folder with
//   OWNER_REPO_FILE.gguf                        slashes of the repository's name and path become underscores
//   OWNER_REPO_FILE.gguf.downloadInProgress     half a file
//   manifest=OWNER=REPO=TAG.json                what the hub said about the tag
#include <algorithm>
#include <map>
#include <unordered_map>

#include "formats/file_name.hpp"
#include "store/files.hpp"
#include "store/keepers.hpp"

namespace canirun::store {
namespace {

constexpr std::string_view k_manifest = "manifest=", k_unfinished = ".gguf.downloadInProgress";

bool is_wanted(std::string_view name) {
  return formats::has_ending(name, ".gguf") || name.ends_with(k_unfinished) || name.starts_with(k_manifest);
}

/// "OWNER_REPO" -> "OWNER/REPO", from the names of the manifests: which underscore is which cannot be told otherwise.
class KnownRepos {
 public:
  void add_manifest(std::string_view name) {
    name.remove_prefix(k_manifest.size());
    const std::size_t first = name.find('=');
    if (first == std::string_view::npos) return;
    const std::size_t second = name.find('=', first + 1);
    if (second == std::string_view::npos) return;
    const std::string owner(name.substr(0, first)), repo(name.substr(first + 1, second - first - 1));
    by_prefix_[owner + "_" + repo] = owner + "/" + repo;
  }
  /// The longest repository that the file's name starts with, with the quant; else the name itself.
  [[nodiscard]] std::string name_of(std::string_view file, const std::string& label) const {
    for (std::size_t at = file.rfind('_'); at != std::string_view::npos && at > 0; at = file.rfind('_', at - 1)) {
      const auto found = by_prefix_.find(std::string(file.substr(0, at)));
      if (found != by_prefix_.end()) return label.empty() ? found->second : found->second + ":" + label;
    }
    return formats::stem_of(file);
  }

 private:
  std::unordered_map<std::string, std::string> by_prefix_;
};

}  // namespace

std::vector<InstalledModel> llama_cpp_models(const std::string& folder) {
  const Result<FolderListing> listing = list_folder(folder, {.depth = 0, .entries = k_most_store_entries}, is_wanted);
  if (!listing) return {};
  KnownRepos repos;
  std::vector<formats::ListedFile> files;
  std::vector<InstalledModel> models;
  for (const formats::ListedFile& file : listing->files) {
    if (file.name.starts_with(k_manifest)) repos.add_manifest(file.name);
    if (formats::has_ending(file.name, ".gguf")) files.push_back(file);
  }
  models = models_in(Keeper::llama_cpp, "", folder, files);
  for (InstalledModel& model : models) {
    const formats::FileSet& set = model.where.sets.front();
    model.name = repos.name_of(set.files.front(), set.label);
  }
  for (const formats::ListedFile& file : listing->files) {
    if (!file.name.ends_with(k_unfinished)) continue;
    const std::string name = file.name.substr(0, file.name.rfind('.'));
    models.push_back(unfinished(Keeper::llama_cpp, repos.name_of(name, formats::quant_in_name(name)), folder));
  }
  return models;
}

}  // namespace canirun::store
