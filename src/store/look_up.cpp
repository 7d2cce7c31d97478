// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <canirun/suggest.hpp>
#include <cerrno>
#include <cstring>

#include "formats/file_name.hpp"
#include "store/folder.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

using formats::FileSet;
using formats::SetKind;

/// Quants in folders of their own, parts in those.
constexpr int k_folder_depth = 2;
constexpr std::size_t k_most_suggestions = 3;

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

tl::unexpected<Error> not_there(const std::string& path, int problem) {
  if (problem != ENOENT && problem != ENOTDIR) {
    return fail(ErrorKind::io, fmt::format("{}: {}", path, std::strerror(problem)));
  }
  std::vector<std::string> names;
  for (formats::ListedFile& file : list_folder(parent_of(path), 0)) names.push_back(std::move(file.name));
  const std::vector<std::string> near = closest(formats::base_name(path), names, k_most_suggestions);
  std::string hint;
  for (const std::string& name : near) hint += (hint.empty() ? "did you mean " : " or ") + name;
  if (hint.empty())
    hint = "check the path; a model on the network is named hf.co/OWNER/REPO, `canirun help models` shows all ways";
  return fail(ErrorKind::not_found, fmt::format("{}: no such file or folder", path), hint);
}

bool holds(const FileSet& set, const std::string& file) {
  return std::find(set.files.begin(), set.files.end(), file) != set.files.end() || set.config == file || set.index == file;
}

/// A file: the set it belongs to among its neighbours. A file whose name tells nothing is one by itself.
Result<LocalModel> look_up_file(const std::string& path) {
  LocalModel model{.folder = parent_of(path), .files = list_folder(parent_of(path), 0), .sets = {}};
  const std::string name(formats::base_name(path));
  for (FileSet& set : formats::file_sets(model.files)) {
    if (holds(set, name)) model.sets.push_back(std::move(set));
  }
  if (model.sets.size() > 1) model.sets.resize(1);
  if (!model.sets.empty()) return model;

  // A config.json beside GGUF files is no set of theirs, but it was asked for by name.
  const bool is_config = formats::has_ending(name, ".json");
  FileSet set{.kind = is_config ? SetKind::config_only : SetKind::gguf,
              .label = name,
              .files = {},
              .config = {},
              .index = {},
              .bytes = {}};
  if (is_config) {
    set.config = name;
  } else {
    set.files = {name};
    if (formats::has_ending(name, ".safetensors")) set.kind = SetKind::safetensors;
    const auto listed = std::find_if(model.files.begin(), model.files.end(),
                                     [&](const formats::ListedFile& file) { return file.name == name; });
    if (listed != model.files.end()) set.bytes = listed->bytes;
  }
  model.sets.push_back(std::move(set));
  return model;
}

}  // namespace

Result<LocalModel> look_up(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.pop_back();
  struct stat facts = {};
  if (::stat(trimmed.c_str(), &facts) != 0) return not_there(trimmed, errno);
  if (!S_ISDIR(facts.st_mode)) {
    // Says what is wrong with a pipe, a device, a file nobody may read.
    const Result<std::unique_ptr<formats::ByteSource>> opened = open_file(trimmed);
    if (!opened) return tl::unexpected<Error>(opened.error());
    return look_up_file(trimmed);
  }
  LocalModel model{.folder = trimmed, .files = list_folder(trimmed, k_folder_depth), .sets = {}};
  model.sets = formats::file_sets(model.files);
  return model;
}

}  // namespace canirun::store
