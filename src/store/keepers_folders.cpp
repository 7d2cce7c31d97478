// SPDX-License-Identifier: MIT
// Programs that keep a repository's files under their own names: LM Studio (PUBLISHER/REPO/FILE, as its documentation
// "import-model" draws it) and the Hugging Face cache (hub_cache.hpp).
#include <algorithm>
#include <iterator>
#include <map>

#include "formats/file_name.hpp"
#include "store/files.hpp"
#include "store/hub_cache.hpp"
#include "store/keepers.hpp"

namespace canirun::store {
namespace {

void append(std::vector<InstalledModel>& models, std::vector<InstalledModel> more) {
  std::move(more.begin(), more.end(), std::back_inserter(models));
}

/// "PUBLISHER/REPO" of "PUBLISHER/REPO/sub/FILE"; what folders there are of a file that lies higher.
std::string repo_of(std::string_view name) {
  const std::string_view folder = formats::folder_of(name);
  const std::size_t first = folder.find('/');
  const std::size_t second = first == std::string_view::npos ? first : folder.find('/', first + 1);
  return std::string(folder.substr(0, second));
}

bool has_unfinished(const std::string& blobs) {
  const std::vector<std::string> names = names_in(blobs, k_most_store_entries);
  return std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.ends_with(".incomplete"); });
}

}  // namespace

std::vector<InstalledModel> lm_studio_models(const std::string& folder) {
  std::vector<InstalledModel> models;
  const Result<FolderListing> listing = list_folder(folder, {.depth = 3, .entries = k_most_store_entries}, is_model_file);
  if (!listing) return models;
  std::map<std::string, std::vector<formats::ListedFile>> repos;
  for (const formats::ListedFile& file : listing->files) {
    const std::string repo = repo_of(file.name);
    const std::size_t own = repo.empty() ? 0 : repo.size() + 1;
    repos[repo].push_back({.name = file.name.substr(own), .bytes = file.bytes});
  }
  for (const auto& [repo, files] : repos) {
    // A file that somebody put at the top has no repository to go by.
    const std::string path = repo.empty() ? folder : joined(folder, repo);
    std::vector<InstalledModel> found = models_in(Keeper::lm_studio, repo, path, files);
    for (InstalledModel& model : found) {
      if (model.name.empty()) model.name = model.where.sets.front().files.front();
    }
    append(models, std::move(found));
  }
  return models;
}

std::vector<InstalledModel> hugging_face_models(const std::string& folder) {
  std::vector<InstalledModel> models;
  for (const std::string& name : names_in(folder, k_most_store_entries)) {
    const std::string repo = repo_of_cache_folder(name);
    if (repo.empty()) continue;
    const std::string path = joined(folder, name);
    std::vector<InstalledModel> found;
    if (const std::optional<std::string> snapshot = snapshot_folder(path)) {
      if (const Result<FolderListing> listing = list_folder(*snapshot, {}, is_model_file)) {
        found = models_in(Keeper::hugging_face, repo, *snapshot, listing->files);
      }
    }
    // Repositories without weights (tokenizers, data sets' scripts) are no models; half a download is told.
    if (found.empty() && has_unfinished(joined(path, "blobs")))
      found.push_back(unfinished(Keeper::hugging_face, repo, path));
    append(models, std::move(found));
  }
  return models;
}

}  // namespace canirun::store
