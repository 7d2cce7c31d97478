// SPDX-License-Identifier: MIT
// Which part of a repository a reference means.
#include <fmt/format.h>

#include <algorithm>
#include <canirun/suggest.hpp>

#include "net/hub.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

using formats::FileSet;
using formats::SetKind;

constexpr std::size_t k_most_listed = 40;

std::string in_words(const FileSet& set) {
  if (!set.bytes) return set.label;
  return fmt::format("{} ({:.1f} GB)", set.label, static_cast<double>(*set.bytes) / 1e9);
}

std::string list_of(const std::vector<FileSet>& sets) {
  std::string text;
  for (std::size_t i = 0; i < sets.size() && i < k_most_listed; ++i) text += (i == 0 ? "" : ", ") + in_words(sets[i]);
  if (sets.size() > k_most_listed) text += fmt::format(" and {} more", sets.size() - k_most_listed);
  return text;
}

bool holds(const FileSet& set, const std::string& file) {
  return set.config == file || set.index == file || std::find(set.files.begin(), set.files.end(), file) != set.files.end();
}

/// How far a set's name agrees with a quant that was asked for: 2 in full, 1 but for a maker's prefix, 0 not at all.
int agreement(const FileSet& set, const std::string& lower_quant) {
  const std::string label = lower_case(set.label);
  const std::string in_name = set.files.empty() ? std::string() : lower_case(formats::quant_in_name(set.files.front()));
  if (label == lower_quant || in_name == lower_quant) return 2;
  return label == "ud-" + lower_quant || in_name == "ud-" + lower_quant ? 1 : 0;
}

/// Keeps the sets for which `wanted` holds; false and no change when there is none.
template <class Wanted>
bool keep_only(std::vector<FileSet>& sets, Wanted wanted) {
  std::vector<FileSet> kept;
  std::copy_if(sets.begin(), sets.end(), std::back_inserter(kept), wanted);
  if (kept.empty()) return false;
  sets = std::move(kept);
  return true;
}

Result<void> narrow_to_file(RemoteModel& model, const std::string& file) {
  if (keep_only(model.sets, [&](const FileSet& set) { return holds(set, file); })) return {};
  const auto listed =
      std::find_if(model.files.begin(), model.files.end(), [&](const auto& each) { return each.name == file; });
  if (listed == model.files.end()) {
    std::vector<std::string> names;
    for (const formats::ListedFile& each : model.files) names.push_back(each.name);
    std::string hint;
    for (const std::string& near : closest(file, names, 3)) hint += (hint.empty() ? "did you mean " : ", ") + near;
    return fail(ErrorKind::not_found, fmt::format("{} has no file {}", model.title, file), hint);
  }
  // A file that no set wants by its name, but the user does.
  const std::string lower = lower_case(file);
  const bool is_config = lower.ends_with(".json");
  FileSet set{.kind = is_config ? SetKind::config_only : SetKind::gguf,
              .label = file,
              .files = {},
              .config = {},
              .index = {},
              .bytes = listed->bytes};
  if (lower.ends_with(".safetensors")) set.kind = SetKind::safetensors;
  (is_config ? set.config : set.files.emplace_back()) = file;
  model.sets = {set};
  return {};
}

Result<void> narrow_to_folder(RemoteModel& model, const std::string& folder) {
  std::vector<formats::ListedFile> inside;
  for (const formats::ListedFile& file : model.files) {
    if (file.name.starts_with(folder + "/")) inside.push_back(file);
  }
  if (inside.empty()) {
    return fail(ErrorKind::not_found, fmt::format("{} has no folder {}", model.title, folder),
                "open its page to see what is there");
  }
  model.sets = formats::file_sets(inside);
  return {};
}

Result<void> narrow_to_quant(RemoteModel& model, const std::string& quant) {
  const std::string lower = lower_case(quant);
  for (const int least : {2, 1}) {
    const auto agrees = [&](const FileSet& set) {
      const bool is_model = set.kind == SetKind::gguf || set.kind == SetKind::safetensors;
      return is_model && agreement(set, lower) >= least;
    };
    if (keep_only(model.sets, agrees)) return {};
  }
  return fail(ErrorKind::not_found, fmt::format("{} has no quant {}", model.title, quant), "it has " + list_of(model.sets));
}

/// "model.bin, 3 .md": what a repository without a readable model holds instead.
Error nothing_readable(const RemoteModel& model) {
  std::vector<formats::ListedFile> largest = model.files;
  std::sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) {
    return std::pair(b.bytes.value_or(0), a.name) < std::pair(a.bytes.value_or(0), b.name);
  });
  std::string holds;
  for (std::size_t i = 0; i < largest.size() && i < 5; ++i) holds += (i == 0 ? "" : ", ") + largest[i].name;
  if (largest.size() > 5) holds += fmt::format(" and {} more", largest.size() - 5);
  const bool pickled = std::any_of(largest.begin(), largest.end(), [](const auto& file) {
    return file.name.ends_with(".bin") || file.name.ends_with(".pt") || file.name.ends_with(".pth");
  });
  return {.kind = ErrorKind::not_found,
          .message = fmt::format("{} holds no GGUF, no safetensors and no config.json, but {}", model.title,
                                 holds.empty() ? "nothing" : holds),
          .context = {},
          .hint = pickled ? "weights in PyTorch's own format are not read; look for a conversion to GGUF or safetensors"
                          : "look for the repository with the model itself"};
}

}  // namespace

Result<void> narrow(RemoteModel& model) {
  const Reference& reference = model.reference;
  if (!reference.file.empty()) return narrow_to_file(model, reference.file);
  if (!reference.folder.empty()) {
    if (Result<void> done = narrow_to_folder(model, reference.folder); !done) return done;
  }
  if (model.sets.empty()) return tl::unexpected<Error>(nothing_readable(model));
  if (!reference.quant.empty()) return narrow_to_quant(model, reference.quant);
  return {};
}

}  // namespace canirun::net
