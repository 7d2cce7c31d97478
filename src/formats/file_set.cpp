// SPDX-License-Identifier: MIT
#include "formats/file_set.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "formats/file_name.hpp"

namespace canirun::formats {
namespace {

/// Parts that an index of a split model may name; more is not a split model but a mistake.
constexpr std::uint32_t k_most_parts = 100000;

/// Files of one split model, or one file that stands alone.
struct Group {
  std::vector<ListedFile> files;
  std::uint32_t expected_parts = 1;
  std::map<std::uint32_t, std::size_t> parts;  ///< number of the part -> index into files
};

SetKind kind_of_gguf(std::string_view name) {
  const std::string lower = lower_case(base_name(name));
  if (lower.find("mmproj") != std::string::npos) return SetKind::projector;
  const bool is_adapter = lower.find("lora") != std::string::npos || lower.find("adapter") != std::string::npos;
  return is_adapter ? SetKind::adapter : SetKind::gguf;
}

bool is_importance_matrix(std::string_view name) {
  const std::string lower = lower_case(base_name(name));
  return lower.find("imatrix") != std::string::npos;
}

std::optional<std::uint64_t> sum_of(const std::vector<ListedFile>& files) {
  std::uint64_t sum = 0;
  for (const ListedFile& file : files) {
    if (!file.bytes) return std::nullopt;
    if (__builtin_add_overflow(sum, *file.bytes, &sum)) return std::nullopt;
  }
  return sum;
}

FileSet set_of(const Group& group, SetKind kind) {
  FileSet set{.kind = kind, .label = {}, .files = {}, .config = {}, .index = {}, .bytes = sum_of(group.files)};
  if (group.parts.empty()) {
    for (const ListedFile& file : group.files) set.files.push_back(file.name);
  } else {
    for (const auto& [part, at] : group.parts) set.files.push_back(group.files[at].name);
    set.missing_parts = group.expected_parts - static_cast<std::uint32_t>(group.parts.size());
  }
  return set;
}

/// GGUF files, each alone or with the other parts of its split.
std::vector<FileSet> gguf_sets(const std::vector<ListedFile>& files) {
  std::map<std::string, Group> groups;
  for (const ListedFile& file : files) {
    if (!has_ending(file.name, ".gguf") || is_importance_matrix(file.name)) continue;
    const SplitName split = split_name(file.name);
    Group& group = groups[split.stem + (split.count > 0 ? fmt_count(split.count) : "")];
    if (split.count > 0 && split.count <= k_most_parts) {
      if (!group.parts.emplace(split.number, group.files.size()).second) continue;
      group.expected_parts = split.count;
    }
    group.files.push_back(file);
  }
  std::vector<FileSet> sets;
  sets.reserve(groups.size());
  for (const auto& [stem, group] : groups) {
    FileSet set = set_of(group, kind_of_gguf(stem));
    set.label = quant_in_name(set.files.front());
    if (set.label.empty() || set.kind != SetKind::gguf) set.label = stem_of(set.files.front());
    sets.push_back(std::move(set));
  }
  return sets;
}

/// Two models may come in the same quant: then only their names tell them apart.
void tell_apart(std::vector<FileSet>& sets) {
  std::map<std::string, std::size_t> uses;
  for (const FileSet& set : sets) ++uses[set.label];
  for (FileSet& set : sets) {
    if (uses[set.label] > 1 && !set.files.empty()) set.label = stem_of(set.files.front());
  }
}

/// Folders that hold the same weights for other frameworks, or parts of something that is no language model.
bool is_other_folder(std::string_view folder) {
  static const std::set<std::string, std::less<>> k_other = {
      "original", "onnx", "openvino", "metal", "coreml", "flax", "tf", "assets", "examples", "vae", "unet", "text_encoder"};
  const std::string name = lower_case(base_name(folder));
  return k_other.contains(name);
}

/// Safetensors of one folder: the shards that go together, with the config beside them.
void add_folder(const std::string& folder, const std::vector<ListedFile>& files, std::vector<FileSet>& sets) {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  std::string config, index, adapter_config;
  std::vector<ListedFile> whole, model, consolidated, adapters;
  for (const ListedFile& file : files) {
    const std::string name(base_name(file.name));
    if (name == "config.json" || name == "params.json") {
      if (config.empty() || name == "config.json") config = file.name;
    } else if (name == "model.safetensors.index.json" || (index.empty() && has_ending(name, ".safetensors.index.json"))) {
      index = file.name;
    } else if (name == "adapter_config.json") {
      adapter_config = file.name;
    } else if (has_ending(name, ".safetensors")) {
      const std::string lower = lower_case(name);
      if (lower.starts_with("adapter_model")) {
        adapters.push_back(file);
      } else if (lower.starts_with("consolidated")) {
        consolidated.push_back(file);
      } else if (lower.starts_with("model")) {
        model.push_back(file);
      } else {
        whole.push_back(file);
      }
    }
  }
  if (!adapters.empty()) {
    FileSet set = set_of({.files = adapters, .expected_parts = 1, .parts = {}}, SetKind::adapter);
    set.label = stem_of(adapters.front().name);
    set.config = adapter_config;
    sets.push_back(std::move(set));
  }
  // The same weights are often there twice; the hub's own names come first.
  std::vector<ListedFile>& shards = !model.empty() ? model : !consolidated.empty() ? consolidated : whole;
  if (is_other_folder(folder) || (shards.empty() && config.empty())) return;
  if (shards.empty()) {
    if (!adapters.empty()) return;
    sets.push_back({.kind = SetKind::config_only, .label = config, .files = {}, .config = config, .index = {}, .bytes = {}});
    return;
  }
  std::sort(shards.begin(), shards.end(), [](const ListedFile& a, const ListedFile& b) { return a.name < b.name; });
  Group group{.files = shards, .expected_parts = 1, .parts = {}};
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const SplitName split = split_name(shards[i].name);
    if (split.count == 0 || split.count > k_most_parts) continue;
    group.expected_parts = split.count;
    group.parts.emplace(split.number, i);
  }
  if (group.parts.size() != shards.size()) group.parts.clear();  // not numbered: all of them are the model
  FileSet set = set_of(group, SetKind::safetensors);
  set.label = folder.empty() ? "safetensors" : folder;
  set.config = config;
  set.index = index;
  sets.push_back(std::move(set));
}

int rank_of(SetKind kind) {
  switch (kind) {
    case SetKind::projector:
      return 1;
    case SetKind::adapter:
      return 2;
    default:
      return 0;
  }
}

}  // namespace

std::vector<FileSet> file_sets(const std::vector<ListedFile>& files) {
  std::vector<FileSet> sets = gguf_sets(files);
  tell_apart(sets);
  const bool has_gguf_model =
      std::any_of(sets.begin(), sets.end(), [](const FileSet& set) { return set.kind == SetKind::gguf; });

  std::map<std::string, std::vector<ListedFile>> folders;
  for (const ListedFile& file : files) {
    if (has_ending(file.name, ".safetensors") || has_ending(file.name, ".json")) {
      folders[std::string(folder_of(file.name))].push_back(file);
    }
  }
  for (const auto& [folder, inside] : folders) add_folder(folder, inside, sets);
  // A config.json beside GGUF files, or below the folder of a model, is only a note to them.
  std::size_t with_weights = 0;
  for (const FileSet& set : sets) with_weights += set.kind == SetKind::safetensors || set.kind == SetKind::gguf ? 1 : 0;
  if (has_gguf_model || with_weights > 0) {
    std::erase_if(sets, [](const FileSet& set) { return set.kind == SetKind::config_only; });
  }
  std::stable_sort(sets.begin(), sets.end(), [](const FileSet& a, const FileSet& b) {
    if (rank_of(a.kind) != rank_of(b.kind)) return rank_of(a.kind) < rank_of(b.kind);
    return a.bytes.value_or(UINT64_MAX) < b.bytes.value_or(UINT64_MAX);
  });
  return sets;
}

}  // namespace canirun::formats
