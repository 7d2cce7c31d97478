// SPDX-License-Identifier: MIT
// Ollama's store (ollama: manifest/paths.go, types/model/name.go):
//   manifests/HOST/NAMESPACE/MODEL/TAG    a registry manifest; HOST is registry.ollama.ai or, for example, hf.co
//   blobs/sha256-HEX                      its layers; versions before 2024 wrote "sha256:HEX"
//   blobs/sha256-HEX-partial              a layer that is being downloaded, with its pieces -partial-0, -partial-1 ...
#include <algorithm>
#include <array>

#include "formats/oci_manifest.hpp"
#include "json/text.hpp"
#include "json/view.hpp"
#include "store/files.hpp"
#include "store/keepers.hpp"

namespace canirun::store {
namespace {

using formats::OciLayer;
using formats::OciManifest;

constexpr std::uint64_t k_most_manifest_bytes = 4U << 20U, k_most_config_bytes = 1U << 20U;
constexpr std::string_view k_own_host = "registry.ollama.ai", k_own_namespace = "library";
constexpr std::size_t k_digest_prefix = std::string_view("sha256:").size();

/// Of "HOST/NAMESPACE/MODEL/TAG"; nothing for other files in the tree.
std::optional<std::array<std::string, 4>> parts_of(std::string_view path) {
  std::array<std::string, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t slash = path.find('/');
    if ((slash == std::string_view::npos) != (i + 1 == parts.size())) return std::nullopt;
    parts[i] = path.substr(0, slash);
    path.remove_prefix(std::min(path.size(), parts[i].size() + 1));
  }
  return parts;
}

/// As `ollama list` shows it: the usual host and namespace are left out.
std::string shown_name(const std::array<std::string, 4>& parts) {
  std::string name = parts[2] + ":" + parts[3];
  if (parts[0] == k_own_host && parts[1] == k_own_namespace) return name;
  name.insert(0, parts[1] + "/");
  return parts[0] == k_own_host ? name : parts[0] + "/" + name;
}

/// Name of the blob's file: the one that is there, else the one that should be.
std::string blob_name(const std::string& blobs, const std::string& digest) {
  std::string name = "sha256-" + digest.substr(k_digest_prefix);
  return state_of(joined(blobs, digest)).kind == PathKind::file ? digest : name;
}

/// What the image's own configuration says: the quant, or that the model runs on somebody else's machines.
struct ImageConfig {
  std::string quant;
  bool is_remote = false;
};
ImageConfig read_config(const std::string& blobs, const std::string& digest) {
  ImageConfig config;
  if (digest.empty()) return config;
  const Result<std::string> text = read_text(joined(blobs, blob_name(blobs, digest)), k_most_config_bytes);
  if (!text) return config;
  const Result<json::Parsed> parsed = json::Parsed::parse(*text);
  if (!parsed) return config;
  const json::View root(parsed->root());
  config.quant = formats::quant_in_name(root.at("file_type").text().value_or(""));
  config.is_remote = !root.at("remote_host").text().value_or("").empty();
  return config;
}

/// Is the layer here, and whole? The reason why not.
std::string problem_of(const std::string& blobs, const OciLayer& layer) {
  const std::string name = blob_name(blobs, layer.digest);
  const PathState state = state_of(joined(blobs, name));
  if (state.kind == PathKind::file) {
    if (state.bytes == layer.bytes) return {};
    return std::to_string(state.bytes) + " of " + std::to_string(layer.bytes) + " bytes are there";
  }
  if (state.error_number == EACCES) return "its weights cannot be read: " + reason_of(EACCES);
  if (state_of(joined(blobs, name + "-partial")).kind == PathKind::file) return "its download is not finished";
  return "its weights (" + name.substr(0, 19) + "...) are not there";
}

InstalledModel read_model(const std::string& folder, const std::string& manifest_path,
                          const std::array<std::string, 4>& parts) {
  const std::string blobs = joined(folder, "blobs");
  InstalledModel model{.keeper = Keeper::ollama,
                       .name = shown_name(parts),
                       .where = {.folder = blobs, .files = {}, .sets = {}},
                       .bytes = {},
                       .problem = {}};
  const Result<std::string> text = read_text(manifest_path, k_most_manifest_bytes);
  const Result<OciManifest> manifest =
      text ? formats::parse_oci_manifest(*text) : Result<OciManifest>(tl::unexpected<Error>(text.error()));
  if (!manifest) {
    model.problem = manifest.error().text();
    return model;
  }
  const ImageConfig config = read_config(blobs, manifest->config_digest);
  formats::FileSet set{.kind = formats::SetKind::gguf,
                       .label = !config.quant.empty() ? config.quant : formats::quant_in_name(parts[3]),
                       .files = {},
                       .config = {},
                       .index = {},
                       .bytes = 0,
                       .missing_parts = 0};
  if (set.label.empty()) set.label = parts[3];
  bool has_loose_tensors = false;
  for (const OciLayer& layer : manifest->layers) {
    has_loose_tensors = has_loose_tensors || layer.media_type.ends_with(".image.tensor");
    if (!layer.media_type.ends_with(".image.model")) continue;
    const std::string name = blob_name(blobs, layer.digest);
    set.files.push_back(name);
    *set.bytes += layer.bytes;
    model.where.files.push_back({.name = name, .bytes = layer.bytes});
    if (model.problem.empty()) model.problem = problem_of(blobs, layer);
  }
  if (set.files.empty()) {
    model.problem = config.is_remote    ? "it runs in Ollama's cloud: its weights are not on this machine"
                    : has_loose_tensors ? "its weights are kept tensor by tensor, not as one GGUF file"
                                        : "its manifest names no weights";
    return model;
  }
  model.bytes = set.bytes;
  model.where.sets.push_back(std::move(set));
  return model;
}

}  // namespace

std::vector<InstalledModel> ollama_models(const std::string& folder) {
  const std::string manifests = joined(folder, "manifests");
  const auto is_visible = [](std::string_view name) { return !name.starts_with('.'); };
  const Result<FolderListing> listing = list_folder(manifests, {.depth = 3, .entries = k_most_store_entries}, is_visible);
  std::vector<InstalledModel> models;
  if (!listing) return models;
  for (const formats::ListedFile& file : listing->files) {
    if (const auto parts = parts_of(file.name)) models.push_back(read_model(folder, joined(manifests, file.name), *parts));
  }
  return models;
}

}  // namespace canirun::store
