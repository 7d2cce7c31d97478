// SPDX-License-Identifier: MIT
#include "formats/file_set.hpp"

#include <algorithm>
#include <unordered_map>

#include "formats/file_name.hpp"
#include "formats/file_set_groups.hpp"

namespace canirun::formats {
namespace {

/// Hidden files and folders: download folders of hubs, the "._name" that macOS leaves on other file systems.
bool is_hidden(std::string_view name) { return name.starts_with('.') || name.find("/.") != std::string_view::npos; }

/// More parts than this is a mistake in a name, not a split model.
constexpr std::uint32_t k_most_parts = 100'000;

const std::string& first_file(const FileSet& set) { return set.files.empty() ? set.config : set.files.front(); }

SetKind kind_of_gguf(std::string_view name) {
  if (lower_case(base_name(name)).find("mmproj") != std::string::npos) return SetKind::projector;
  return has_word(base_name(name), "lora") || has_word(base_name(name), "adapter") ? SetKind::adapter : SetKind::gguf;
}

/// An importance matrix (what a quant was made with), and not a model that was quantized with one.
bool is_importance_matrix(std::string_view name) {
  const std::string_view own = base_name(name);
  return lower_case(own).starts_with("imatrix") || (has_word(own, "imatrix") && quant_in_name(own).empty());
}

/// The quant in the name, else in the name of the folder, else the name.
std::string gguf_label(std::string_view stem) {
  if (std::string quant = quant_in_name(base_name(stem)); !quant.empty()) return quant;
  if (std::string quant = quant_in_name(base_name(folder_of(stem))); !quant.empty()) return quant;
  return std::string(base_name(stem));
}

/// Labels that occur more than once become longer: the file's name, then with its folders, then the whole of it.
void tell_apart(std::vector<FileSet>& sets) {
  const auto longer = [&](const FileSet& set, int step) {
    if (step == 0) return stem_of(first_file(set));
    return step == 1 ? split_name(first_file(set)).stem : first_file(set);
  };
  for (FileSet& set : sets) {
    if (set.label.empty()) set.label = first_file(set);  // "-00001-of-00002.gguf"
  }
  for (int step = 0; step < 3; ++step) {
    std::unordered_map<std::string, std::size_t> uses;
    for (const FileSet& set : sets) ++uses[set.label];
    for (FileSet& set : sets) {
      if (uses[set.label] > 1) set.label = longer(set, step);
    }
  }
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

/// Models first, smallest first; one of unknown size after those of known size.
bool comes_before(const FileSet& a, const FileSet& b) {
  if (rank_of(a.kind) != rank_of(b.kind)) return rank_of(a.kind) < rank_of(b.kind);
  if (a.bytes.has_value() != b.bytes.has_value()) return a.bytes.has_value();
  if (a.bytes != b.bytes) return *a.bytes < *b.bytes;
  return a.label != b.label ? a.label < b.label : first_file(a) < first_file(b);
}

}  // namespace

FileSet set_of_members(SetKind kind, std::vector<Member> members) {
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
    return a.part != b.part ? a.part < b.part : a.file->name < b.file->name;
  });
  FileSet set{.kind = kind, .label = {}, .files = {}, .config = {}, .index = {}, .bytes = 0, .missing_parts = 0};
  // Parts are numbered from 1, by some from 0; those may have one more than they say.
  const std::uint32_t first = members.front().parts > 1 && members.front().part == 0 ? 0 : 1;
  std::uint32_t present = 0;
  std::optional<std::uint32_t> last;
  for (const Member& member : members) {
    if (member.parts > 1 && last == member.part) continue;
    last = member.part;
    set.files.push_back(member.file->name);
    if (member.part < first + member.parts) ++present;
    if (!member.file->bytes) set.bytes.reset();
    if (set.bytes) *set.bytes += *member.file->bytes;
  }
  set.missing_parts = members.front().parts > present ? members.front().parts - present : 0;
  return set;
}

std::vector<FileSet> gguf_sets(const std::vector<const ListedFile*>& files) {
  std::vector<std::vector<Member>> groups;
  std::vector<std::string> stems;
  std::unordered_map<std::string, std::size_t> group_of;
  for (const ListedFile* file : files) {
    if (is_importance_matrix(file->name)) continue;
    const auto [stem, number, count] = split_name(file->name);
    if (count > k_most_parts) continue;
    // A whole file and a split one of the same stem are two sets.
    const auto [found, is_new] = group_of.try_emplace(stem + '\n' + std::to_string(count), groups.size());
    if (is_new) {
      groups.emplace_back();
      stems.push_back(stem);
    }
    groups[found->second].push_back({.file = file, .part = count > 0 ? number : 1, .parts = std::max(count, 1U)});
  }
  std::vector<FileSet> sets;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    FileSet set = set_of_members(kind_of_gguf(stems[i]), std::move(groups[i]));
    set.label = gguf_label(stems[i]);
    sets.push_back(std::move(set));
  }
  return sets;
}

std::vector<FileSet> file_sets(const std::vector<ListedFile>& files) {
  std::vector<const ListedFile*> gguf, others;
  for (const ListedFile& file : files) {
    if (is_hidden(file.name)) continue;
    (has_ending(file.name, ".gguf") ? gguf : others).push_back(&file);
  }
  std::vector<FileSet> sets = gguf_sets(gguf);
  const bool has_models = std::any_of(sets.begin(), sets.end(), [](const FileSet& s) { return s.kind == SetKind::gguf; });
  for (FileSet& set : safetensors_sets(others, has_models)) sets.push_back(std::move(set));

  // Models are told apart among models, projectors among projectors.
  std::sort(sets.begin(), sets.end(), comes_before);
  std::vector<FileSet> sorted;
  for (auto first = sets.begin(); first != sets.end();) {
    const auto last =
        std::find_if(first, sets.end(), [&](const FileSet& s) { return rank_of(s.kind) != rank_of(first->kind); });
    std::vector<FileSet> of_kind(std::make_move_iterator(first), std::make_move_iterator(last));
    tell_apart(of_kind);
    std::move(of_kind.begin(), of_kind.end(), std::back_inserter(sorted));
    first = last;
  }
  return sorted;
}

}  // namespace canirun::formats
