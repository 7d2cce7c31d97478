// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/file_name.hpp"
#include "formats/oci_manifest.hpp"
#include "store/folder.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

using formats::FileSet;
using formats::ListedFile;
using formats::SetKind;

constexpr std::uint64_t k_most_manifest_bytes = 1U << 20U;
constexpr std::size_t k_most_ref_bytes = 256;

bool is_model(const FileSet& set) { return set.kind == SetKind::gguf || set.kind == SetKind::safetensors; }

std::string joined(const std::vector<std::string>& parts, std::size_t first, std::string_view between) {
  std::string text;
  for (std::size_t i = first; i < parts.size(); ++i) text += (i == first ? "" : std::string(between)) + parts[i];
  return text;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.emplace_back(text);
  return parts;
}

InstalledModel entry(Keeper keeper, std::string name, const std::string& folder, FileSet set) {
  InstalledModel model{.keeper = keeper,
                       .name = std::move(name),
                       .where = {.folder = folder, .files = {}, .sets = {}},
                       .bytes = set.bytes,
                       .problem = {}};
  if (set.missing_parts > 0) {
    model.problem = fmt::format("{} of {} parts are missing", set.missing_parts, set.missing_parts + set.files.size());
  }
  model.where.sets.push_back(std::move(set));
  return model;
}

/// "registry.ollama.ai/library/qwen3/8b" -> "qwen3:8b"; other hosts and namespaces stay in the name.
std::string ollama_name(const std::vector<std::string>& parts) {
  std::size_t first = 0;
  if (parts.front() == "registry.ollama.ai") first = parts[1] == "library" ? 2 : 1;
  const std::vector<std::string> path(parts.begin(), parts.end() - 1);
  return joined(path, first, "/") + ":" + parts.back();
}

InstalledModel ollama_model(const std::string& folder, const std::string& manifest_file) {
  const std::vector<std::string> parts = split(manifest_file, '/');
  InstalledModel model{.keeper = Keeper::ollama,
                       .name = ollama_name(parts),
                       .where = {.folder = folder + "/blobs", .files = {}, .sets = {}},
                       .bytes = {},
                       .problem = {}};
  LocalModel place{.folder = folder + "/manifests", .files = {}, .sets = {}};
  const Result<std::string> text = reader(place)->text(manifest_file, k_most_manifest_bytes);
  const Result<formats::OciManifest> manifest =
      text ? formats::parse_oci_manifest(*text) : Result<formats::OciManifest>(tl::unexpected<Error>(text.error()));
  const formats::OciLayer* weights = manifest ? manifest->layer("model") : nullptr;
  if (weights == nullptr) {
    model.problem =
        !manifest ? "its manifest cannot be read: " + manifest.error().text() : "its manifest names no model file";
    return model;
  }
  // The digest was checked for its form: it is safe as a file name.
  std::string blob = weights->digest;
  std::replace(blob.begin(), blob.end(), ':', '-');
  FileSet set{
      .kind = SetKind::gguf, .label = model.name, .files = {blob}, .config = {}, .index = {}, .bytes = weights->bytes};
  model.bytes = weights->bytes;
  model.where.sets.push_back(std::move(set));
  const Result<std::unique_ptr<formats::ByteSource>> opened = open_file(folder + "/blobs/" + blob);
  if (!opened) {
    model.problem = "its weights are not there: " + opened.error().text();
  } else if (const auto there = (*opened)->size(); there && *there < weights->bytes) {
    model.problem = fmt::format("only {} of {} bytes are there", *there, weights->bytes);
  }
  return model;
}

void add_ollama(const std::string& folder, std::vector<InstalledModel>& models) {
  for (const ListedFile& file : list_folder(folder + "/manifests", 6)) {
    if (split(file.name, '/').size() >= 4) models.push_back(ollama_model(folder, file.name));
  }
}

/// PUBLISHER/REPO/files.
void add_lm_studio(const std::string& folder, std::vector<InstalledModel>& models) {
  std::set<std::string> repositories;
  for (const ListedFile& file : list_folder(folder, 4)) {
    const std::vector<std::string> parts = split(file.name, '/');
    if (parts.size() >= 3) repositories.insert(parts[0] + "/" + parts[1]);
  }
  for (const std::string& repository : repositories) {
    const std::string inside = folder + "/" + repository;
    for (FileSet& set : formats::file_sets(list_folder(inside, 2))) {
      if (is_model(set))
        models.push_back(entry(Keeper::lm_studio, repository + (set.kind == SetKind::gguf ? ":" + set.label : ""), inside,
                               std::move(set)));
    }
  }
}

/// models--OWNER--REPO/snapshots/COMMIT, the commit named by refs/main, else the only one there.
void add_hugging_face(const std::string& folder, std::vector<InstalledModel>& models) {
  std::set<std::string> repositories;
  std::set<std::pair<std::string, std::string>> snapshots;
  for (const ListedFile& file : list_folder(folder, 4)) {
    const std::vector<std::string> parts = split(file.name, '/');
    if (!parts.front().starts_with("models--")) continue;
    if (parts.size() >= 4 && parts[1] == "snapshots") snapshots.insert({parts[0], parts[2]});
    repositories.insert(parts.front());
  }
  for (const std::string& repository : repositories) {
    LocalModel place{.folder = folder + "/" + repository, .files = {}, .sets = {}};
    Result<std::string> commit = reader(place)->text("refs/main", k_most_ref_bytes);
    const auto only = snapshots.lower_bound({repository, ""});
    if (!commit && (only == snapshots.end() || only->first != repository)) continue;
    const std::string revision = commit ? commit->substr(0, commit->find_first_of("\r\n")) : only->second;
    if (!snapshots.contains({repository, revision})) continue;
    std::string name = repository.substr(8);
    if (const std::size_t at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
    const std::string inside = place.folder + "/snapshots/" + revision;
    for (FileSet& set : formats::file_sets(list_folder(inside, 2))) {
      if (is_model(set))
        models.push_back(
            entry(Keeper::hugging_face, name + (set.kind == SetKind::gguf ? ":" + set.label : ""), inside, std::move(set)));
    }
  }
}

void add_llama_cpp(const std::string& folder, std::vector<InstalledModel>& models) {
  for (FileSet& set : formats::file_sets(list_folder(folder, 0))) {
    if (set.kind != SetKind::gguf) continue;
    std::string name = formats::stem_of(set.files.front());
    models.push_back(entry(Keeper::llama_cpp, std::move(name), folder, std::move(set)));
  }
}

}  // namespace

std::vector<InstalledModel> installed_models(const StoreFolders& folders) {
  std::vector<InstalledModel> models;
  for (const std::string& folder : folders.ollama) add_ollama(folder, models);
  for (const std::string& folder : folders.lm_studio) add_lm_studio(folder, models);
  for (const std::string& folder : folders.hugging_face) add_hugging_face(folder, models);
  for (const std::string& folder : folders.llama_cpp) add_llama_cpp(folder, models);
  std::stable_sort(models.begin(), models.end(), [](const InstalledModel& a, const InstalledModel& b) {
    return a.keeper != b.keeper ? a.keeper < b.keeper : a.name < b.name;
  });
  return models;
}

}  // namespace canirun::store
