// SPDX-License-Identifier: MIT
// Which safetensors of a folder or repository are one model. The weights of one model may lie there more than once, in
// the layouts of several programs; transformers' own names are taken first.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "formats/file_name.hpp"
#include "formats/file_set_groups.hpp"

namespace canirun::formats {
namespace {

constexpr std::string_view k_ending = ".safetensors", k_index_ending = ".safetensors.index.json";
/// Folders in which repositories keep the same weights for another framework, or parts that are no language model.
constexpr std::array<std::string_view, 12> k_other_frameworks = {"original", "onnx",    "openvino", "coreml",
                                                                 "tflite",   "flax",    "metal",    "1_pooling",
                                                                 "2_dense",  "3_dense", "vae",      "scheduler"};

/// What lies in one folder.
struct Folder {
  std::map<std::string, std::vector<Member>> families;  ///< by name without part number: "model" of "model-00001-of-00002"
  std::map<std::string, std::string> indices;           ///< "model" -> name of its index
  std::string config, adapter_config;
};

/// "model.safetensors-00001-of-00002" and "model-00001-of-00002" are both parts of "model".
std::string family_of(std::string_view stem) {
  if (has_ending(stem, k_ending)) stem.remove_suffix(k_ending.size());
  return std::string(base_name(stem));
}

bool is_of_other_framework(std::string_view folder) {
  while (!folder.empty()) {
    if (std::find(k_other_frameworks.begin(), k_other_frameworks.end(), lower_case(base_name(folder))) !=
        k_other_frameworks.end()) {
      return true;
    }
    folder = folder_of(folder);
  }
  return false;
}

void add(Folder& folder, const ListedFile& file) {
  const std::string_view own = base_name(file.name);
  if (own == "config.json") folder.config = file.name;
  if (own == "adapter_config.json") folder.adapter_config = file.name;
  if (has_ending(own, k_index_ending)) {
    folder.indices[std::string(own.substr(0, own.size() - k_index_ending.size()))] = file.name;
  }
  // Some end a part's name with its number: "model.safetensors-00001-of-00002.safetensors".
  if (!has_ending(own, k_ending)) return;
  const SplitName split = split_name(own);
  const std::string family = family_of(split.stem);
  folder.families[family].push_back(
      {.file = &file, .part = split.count > 0 ? split.number : 1, .parts = std::max(split.count, 1U)});
}

bool is_adapter(const std::string& family) { return has_word(family, "adapter") || has_word(family, "lora"); }
/// Layouts of the same weights for another program, and halves of them in another precision.
bool is_duplicate(const std::string& family) {
  return family == "consolidated" || family.starts_with("model.fp16") || family.starts_with("model.bf16") ||
         family.starts_with("model.fp32") || family.starts_with("openvino") || family.starts_with("flax");
}

/// Whole and numbered files of one family: the numbered ones, when there are several.
std::vector<Member> members_of(std::vector<Member> members) {
  const auto most =
      std::max_element(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.parts < b.parts; });
  const std::uint32_t parts = most->parts;
  std::erase_if(members, [&](const Member& member) { return member.parts != parts; });
  return members;
}

FileSet set_of(Folder& folder, const std::string& path, const std::string& family, SetKind kind,
               const std::vector<Member>& members) {
  FileSet set = set_of_members(kind, members);
  const std::string own = std::string(base_name(path));
  const bool is_usual = family == "model" || family == "adapter_model" || family == "consolidated";
  set.label = !is_usual ? family : !own.empty() ? own : kind == SetKind::adapter ? family : "safetensors";
  set.config = kind == SetKind::adapter ? folder.adapter_config : folder.config;
  if (const auto index = folder.indices.find(family); index != folder.indices.end()) set.index = index->second;
  return set;
}

/// The model of a folder that has files named "model...": with an index, every such file belongs to it (layers that
/// predict further tokens, shards numbered in other ways).
std::optional<FileSet> usual_model(Folder& folder, const std::string& path) {
  const auto main = folder.families.find("model");
  const bool has_index = folder.indices.contains("model");
  std::vector<const ListedFile*> further;
  if (has_index) {
    for (const auto& [family, members] : folder.families) {
      if (family == "model" || !family.starts_with("model") || is_duplicate(family) || is_adapter(family)) continue;
      for (const Member& member : members) further.push_back(member.file);
    }
  }
  if (main == folder.families.end() && further.empty()) return std::nullopt;

  FileSet set =
      main == folder.families.end()
          ? set_of(folder, path, "model", SetKind::safetensors, {Member{.file = further.front(), .part = 1, .parts = 1}})
          : set_of(folder, path, "model", SetKind::safetensors, members_of(main->second));
  if (main == folder.families.end()) further.erase(further.begin());
  for (const ListedFile* file : further) {
    set.files.push_back(file->name);
    if (!file->bytes) set.bytes.reset();
    if (set.bytes) *set.bytes += *file->bytes;
  }
  return set;
}

/// All sets of one folder.
std::vector<FileSet> sets_of_folder(Folder& folder, const std::string& path) {
  std::vector<FileSet> sets;
  std::optional<FileSet> usual = usual_model(folder, path);
  const bool has_usual = usual.has_value();
  if (usual) sets.push_back(std::move(*usual));
  const bool only_duplicates = std::all_of(folder.families.begin(), folder.families.end(), [](const auto& each) {
    return is_duplicate(each.first) || is_adapter(each.first);
  });
  bool took_duplicate = false;
  for (auto& [family, members] : folder.families) {
    const bool adapter = is_adapter(family);
    if (!adapter && has_usual) continue;
    if (!adapter && is_duplicate(family)) {
      if (!only_duplicates || took_duplicate) continue;
      took_duplicate = true;
    }
    const SetKind kind = adapter ? SetKind::adapter : SetKind::safetensors;
    sets.push_back(set_of(folder, path, family, kind, members_of(std::move(members))));
  }
  return sets;
}

bool is_model(const FileSet& set) { return set.kind == SetKind::safetensors; }

}  // namespace

std::vector<FileSet> safetensors_sets(const std::vector<const ListedFile*>& files, bool has_models) {
  std::map<std::string, Folder> folders;  // a folder comes before those in it
  for (const ListedFile* file : files) {
    const std::string_view name = file->name;
    if (!has_ending(name, k_ending) && !has_ending(name, ".json")) continue;
    if (is_of_other_framework(folder_of(name))) continue;
    add(folders[std::string(folder_of(name))], *file);
  }

  std::vector<FileSet> sets, configs;
  std::set<std::string, std::less<>> with_model;
  const auto lies_within_model = [&](std::string_view path) {
    while (!path.empty()) {
      path = folder_of(path);
      if (with_model.contains(path)) return true;
    }
    return false;
  };
  for (auto& [path, folder] : folders) {
    const bool within = lies_within_model(path);
    for (FileSet& set : sets_of_folder(folder, path)) {
      if (is_model(set) && within) continue;  // a part, a checkpoint or a copy of the model above
      if (is_model(set)) with_model.insert(path);
      sets.push_back(std::move(set));
    }
    if (!folder.config.empty()) {
      const std::string own(base_name(path));
      configs.push_back({.kind = SetKind::config_only,
                         .label = own.empty() ? "config.json" : own,
                         .files = {},
                         .config = folder.config,
                         .index = {},
                         .bytes = {},
                         .missing_parts = 0});
    }
  }
  // A config.json says what a model is when nothing else here does; the topmost one when there are several.
  if (has_models || !with_model.empty() || configs.empty()) return sets;
  const auto depth = [](const FileSet& set) { return std::count(set.config.begin(), set.config.end(), '/'); };
  const auto topmost = std::min_element(configs.begin(), configs.end(),
                                        [&](const FileSet& a, const FileSet& b) { return depth(a) < depth(b); });
  if (depth(*topmost) == 0) {
    sets.push_back(*topmost);
  } else {
    std::move(configs.begin(), configs.end(), std::back_inserter(sets));
  }
  return sets;
}

}  // namespace canirun::formats
