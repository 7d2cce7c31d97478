// SPDX-License-Identifier: MIT
// What a path means: one file with what belongs to it, or a folder of models.
#include <algorithm>
#include <array>
#include <canirun/suggest.hpp>
#include <optional>

#include "formats/file_name.hpp"
#include "store/files.hpp"
#include "store/hub_cache.hpp"
#include "store/store.hpp"

namespace canirun::store {
namespace {

using formats::FileSet;
using formats::ListedFile;
using formats::SetKind;

/// Names looked at beside one file, and offered when a path is mistyped. More is no folder of models.
constexpr std::size_t k_most_siblings = 200'000, k_most_candidates = 20'000, k_most_suggested = 3;

enum class FileForm : std::uint8_t { gguf, safetensors, config, index, adapter_config, other };

FileForm form_of(std::string_view own_name) {
  if (own_name == "config.json") return FileForm::config;
  if (own_name == "adapter_config.json") return FileForm::adapter_config;
  if (formats::has_ending(own_name, ".safetensors.index.json")) return FileForm::index;
  if (formats::has_ending(own_name, ".gguf")) return FileForm::gguf;
  return formats::has_ending(own_name, ".safetensors") ? FileForm::safetensors : FileForm::other;
}

/// By its first bytes, for files that are named otherwise (blobs, renamed downloads).
Result<FileForm> form_by_content(const std::string& path) {
  Result<std::unique_ptr<formats::ByteSource>> source = open_file(path);
  if (!source) return tl::unexpected<Error>(std::move(source).error());
  std::array<std::byte, 9> start{};
  const Result<std::size_t> got = (*source)->read(0, start);
  if (!got) return tl::unexpected<Error>(got.error());
  std::string text;
  for (std::size_t i = 0; i < *got; ++i) text += static_cast<char>(start[i]);
  if (text.starts_with("GGUF") || text.starts_with("FUGG")) return FileForm::gguf;
  // A safetensors file: eight bytes of length, of which no real one needs more than four, then JSON.
  if (text.size() == 9 && text[8] == '{' && text.substr(4, 4) == std::string(4, '\0')) return FileForm::safetensors;
  return FileForm::other;
}

/// "a", "a" or "b", "a", "b" or "c".
std::string one_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ");
    text += "\"" + names[i] + "\"";
  }
  return text;
}

/// The first part of the path that is not there, and what is near it.
tl::unexpected<Error> nothing_there(const std::string& path, const PathState& state) {
  if (state.kind == PathKind::broken_link) {
    return fail(ErrorKind::not_found, "\"" + path + "\" is a link to something that is not there",
                "its download may not be finished, or what it points to was moved or deleted");
  }
  if (state.error_number != ENOENT && state.error_number != ENOTDIR) {
    const bool closed = state.error_number == EACCES;
    return fail(ErrorKind::io, "cannot look at \"" + path + "\": " + reason_of(state.error_number),
                closed ? "a folder above it is closed to this user" : "");
  }
  SplitPath missing = split(path);
  while (!missing.folder.empty() && state_of(missing.folder).kind == PathKind::nothing) missing = split(missing.folder);
  const std::string shown = joined(missing.folder, missing.name);
  const std::vector<std::string> near =
      closest(missing.name, names_in(missing.folder.empty() ? "." : missing.folder, k_most_candidates), k_most_suggested);
  std::string hint = near.empty() ? "" : "did you mean " + one_of(near) + "?";
  if (shown != path && near.empty()) hint = "\"" + shown + "\" is not there either";
  return fail(ErrorKind::not_found, "no file or folder \"" + path + "\"", std::move(hint));
}

std::vector<ListedFile>::const_iterator find_file(const std::vector<ListedFile>& files, const std::string& name) {
  return std::find_if(files.begin(), files.end(), [&](const ListedFile& file) { return file.name == name; });
}

bool holds(const FileSet& set, const std::string& name) {
  return std::find(set.files.begin(), set.files.end(), name) != set.files.end();
}

/// The set of `files` that the named file is part of.
std::optional<FileSet> set_with(const std::vector<ListedFile>& files, const std::string& name) {
  for (FileSet& set : formats::file_sets(files)) {
    if (holds(set, name)) return std::move(set);
  }
  return std::nullopt;
}

/// The set a file of weights belongs to: with all that lies beside it; when that leaves it out (the same weights in
/// another layout), with its own parts; at last alone.
FileSet set_of_weights(const std::vector<ListedFile>& beside, const std::string& name, FileForm form) {
  if (std::optional<FileSet> set = set_with(beside, name)) return *std::move(set);
  std::vector<ListedFile> own;
  for (const ListedFile& file : beside) {
    if (formats::stem_of(file.name) == formats::stem_of(name) || form_of(file.name) == FileForm::config) own.push_back(file);
  }
  if (std::optional<FileSet> set = set_with(own, name)) return *std::move(set);
  const auto listed = find_file(beside, name);
  return {.kind = form == FileForm::safetensors ? SetKind::safetensors : SetKind::gguf,
          .label = formats::quant_in_name(name).empty() ? name : formats::quant_in_name(name),
          .files = {name},
          .config = form == FileForm::safetensors && find_file(beside, "config.json") != beside.end() ? "config.json" : "",
          .index = {},
          .bytes = listed != beside.end() ? listed->bytes : std::nullopt,
          .missing_parts = 0};
}

/// config.json: the weights beside it when they are all there, which say more; else the description alone.
FileSet set_of_config(const std::vector<ListedFile>& beside, const std::string& name) {
  for (FileSet& set : formats::file_sets(beside)) {
    if (set.config == name && set.missing_parts == 0 && set.kind == SetKind::safetensors) return std::move(set);
  }
  return {.kind = SetKind::config_only,
          .label = name,
          .files = {},
          .config = name,
          .index = {},
          .bytes = {},
          .missing_parts = 0};
}

/// The set that a JSON file beside weights belongs to.
Result<FileSet> set_of_companion(const std::vector<ListedFile>& beside, const std::string& path, const std::string& name) {
  for (FileSet& set : formats::file_sets(beside)) {
    if (set.index == name || set.config == name) return std::move(set);
  }
  return fail(ErrorKind::not_found, "\"" + path + "\" describes weights that are not beside it",
              "name config.json to see what the model would take, or download the .safetensors files too");
}

Result<LocalModel> look_up_file(const std::string& path, std::uint64_t bytes) {
  const SplitPath own = split(path);
  FileForm form = form_of(own.name);
  if (form == FileForm::other) {
    const Result<FileForm> found = form_by_content(path);
    if (!found) return tl::unexpected<Error>(found.error());
    form = *found;
  }
  if (form == FileForm::other) {
    return fail(ErrorKind::unsupported, "\"" + path + "\" is neither a GGUF nor a safetensors file",
                "name a .gguf file, a folder with config.json and .safetensors files, or the config.json itself");
  }
  // What lies beside it may belong to it; the folder itself need not be readable for the file to be.
  const std::string stem = formats::stem_of(own.name);
  const auto is_near = [&](std::string_view name) {
    return name == own.name ||
           (form == FileForm::gguf ? form_of(name) == form && formats::stem_of(name) == stem : is_model_file(name));
  };
  Result<FolderListing> listed = list_folder(own.folder, {.depth = 0, .entries = k_most_siblings}, is_near);
  LocalModel model{.folder = own.folder, .files = {}, .sets = {}};
  if (listed) model.files = std::move(listed->files);
  if (find_file(model.files, own.name) == model.files.end()) model.files.push_back({.name = own.name, .bytes = bytes});

  if (form == FileForm::config) {
    model.sets.push_back(set_of_config(model.files, own.name));
  } else if (form == FileForm::index || form == FileForm::adapter_config) {
    Result<FileSet> set = set_of_companion(model.files, path, own.name);
    if (!set) return tl::unexpected<Error>(std::move(set).error());
    model.sets.push_back(*std::move(set));
  } else {
    model.sets.push_back(set_of_weights(model.files, own.name, form));
  }
  return model;
}

Result<LocalModel> look_up_folder(const std::string& path) {
  const std::string folder = snapshot_folder(path).value_or(path);
  const ListingLimits limits;
  Result<FolderListing> listed = list_folder(folder, limits, is_model_file);
  if (!listed) return tl::unexpected<Error>(std::move(listed).error());
  if (!listed->complete) {
    return fail(ErrorKind::usage, "the folder \"" + path + "\" holds more than " + std::to_string(limits.entries) + " files",
                "name the model's own folder, or its file");
  }
  LocalModel model{.folder = folder, .files = std::move(listed->files), .sets = {}};
  model.sets = formats::file_sets(model.files);
  return model;
}

}  // namespace

Result<LocalModel> look_up(const std::string& path) {
  const PathState state = state_of(path);
  switch (state.kind) {
    case PathKind::file:
      return look_up_file(path, state.bytes);
    case PathKind::folder:
      return look_up_folder(path);
    case PathKind::other:
      return fail(ErrorKind::unsupported, "\"" + path + "\" is " + state.what + ", not a file with a model in it");
    case PathKind::nothing:
    case PathKind::broken_link:
      break;
  }
  return nothing_there(path, state);
}

}  // namespace canirun::store
