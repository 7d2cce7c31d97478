// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_map>

#include "store/files.hpp"
#include "store/keepers.hpp"

namespace canirun::store {
namespace {

std::string problem_of(const formats::FileSet& set) {
  if (set.missing_parts == 0) return {};
  const std::size_t parts = set.files.size() + set.missing_parts;
  return std::to_string(set.missing_parts) + " of " + std::to_string(parts) + " parts " +
         (set.missing_parts == 1 ? "is" : "are") + " missing";
}

InstalledModel closed(Keeper keeper, const std::string& folder) {
  return {.keeper = keeper,
          .name = folder,
          .where = {.folder = folder, .files = {}, .sets = {}},
          .bytes = {},
          .problem = "the folder is closed to this user"};
}

}  // namespace

std::vector<InstalledModel> models_in(Keeper keeper, const std::string& name, const std::string& folder,
                                      const std::vector<formats::ListedFile>& files) {
  std::unordered_map<std::string_view, const formats::ListedFile*> by_name;
  for (const formats::ListedFile& file : files) by_name.emplace(file.name, &file);
  std::vector<InstalledModel> models;
  for (formats::FileSet& set : formats::file_sets(files)) {
    if (set.kind != formats::SetKind::gguf && set.kind != formats::SetKind::safetensors) continue;
    InstalledModel model{.keeper = keeper,
                         .name = set.kind == formats::SetKind::gguf && !name.empty() ? name + ":" + set.label : name,
                         .where = {.folder = folder, .files = {}, .sets = {}},
                         .bytes = set.bytes,
                         .problem = problem_of(set)};
    const auto keep = [&](const std::string& own_file) {
      if (const auto listed = by_name.find(own_file); listed != by_name.end()) model.where.files.push_back(*listed->second);
    };
    std::for_each(set.files.begin(), set.files.end(), keep);
    keep(set.config);
    keep(set.index);
    model.where.sets.push_back(std::move(set));
    models.push_back(std::move(model));
  }
  return models;
}

InstalledModel unfinished(Keeper keeper, std::string name, std::string folder) {
  return {.keeper = keeper,
          .name = std::move(name),
          .where = {.folder = std::move(folder), .files = {}, .sets = {}},
          .bytes = {},
          .problem = "its download is not finished"};
}

std::vector<InstalledModel> installed_models(const StoreFolders& folders) {
  std::vector<InstalledModel> models;
  const auto look_in = [&](Keeper keeper, const std::vector<std::string>& paths,
                           std::vector<InstalledModel> (*read)(const std::string&)) {
    for (const std::string& path : paths) {
      if (path.empty()) continue;
      std::vector<InstalledModel> found = is_closed(path) ? std::vector{closed(keeper, path)} : read(path);
      std::move(found.begin(), found.end(), std::back_inserter(models));
    }
  };
  look_in(Keeper::ollama, folders.ollama, ollama_models);
  look_in(Keeper::lm_studio, folders.lm_studio, lm_studio_models);
  look_in(Keeper::hugging_face, folders.hugging_face, hugging_face_models);
  look_in(Keeper::llama_cpp, folders.llama_cpp, llama_cpp_models);
  std::sort(models.begin(), models.end(), [](const InstalledModel& a, const InstalledModel& b) {
    return std::tie(a.keeper, a.name, a.bytes, a.where.folder) < std::tie(b.keeper, b.name, b.bytes, b.where.folder);
  });
  return models;
}

}  // namespace canirun::store
