// SPDX-License-Identifier: MIT
#include "formats/oci_manifest.hpp"

#include <algorithm>

#include "json/text.hpp"
#include "json/view.hpp"

namespace canirun::formats {
namespace {

/// Real manifests have about ten layers.
constexpr std::size_t k_most_layers = 4096;
/// A layer of more than this is a lie: 2^50 bytes.
constexpr std::uint64_t k_most_layer_bytes = 1ULL << 50U;
constexpr std::string_view k_index_hint = "this tag is a list of images for several platforms, not a model";

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// The registry's form, and nothing that could leave a folder: "sha256:" and 64 lower-case hex digits.
bool is_digest(std::string_view text) {
  constexpr std::string_view k_algorithm = "sha256:";
  if (!text.starts_with(k_algorithm)) return false;
  text.remove_prefix(k_algorithm.size());
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_hex);
}

Result<OciLayer> layer_of(json::View entry, const std::string& place) {
  OciLayer layer;
  layer.media_type = entry.at("mediaType").text().value_or("");
  layer.digest = entry.at("digest").text().value_or("");
  if (!is_digest(layer.digest)) {
    return fail(ErrorKind::malformed, "manifest " + place + "/digest: expected sha256: and 64 hex digits, found \"" +
                                          layer.digest.substr(0, 80) + "\"");
  }
  const std::optional<std::uint64_t> bytes = entry.at("size").count();
  if (!bytes || *bytes > k_most_layer_bytes) {
    return fail(ErrorKind::malformed, "manifest " + place + "/size: expected the number of bytes of the layer");
  }
  layer.bytes = *bytes;
  return layer;
}

}  // namespace

const OciLayer* OciManifest::layer(std::string_view kind) const {
  for (const OciLayer& each : layers) {
    if (each.media_type.ends_with(std::string(".image.").append(kind))) return &each;
  }
  return nullptr;
}

Result<OciManifest> parse_oci_manifest(std::string_view text) {
  Result<json::Parsed> parsed = json::Parsed::parse(text);
  if (!parsed) return tl::unexpected<Error>(std::move(parsed).error().within("manifest"));
  const json::View root(parsed->root());
  if (!root.is_object()) return fail(ErrorKind::malformed, "manifest: expected a JSON object");
  if (root.at("manifests").is_array()) {
    return fail(ErrorKind::unsupported, "manifest: expected layers, found a list of manifests", std::string(k_index_hint));
  }
  const json::View list = root.at("layers");
  if (!list.is_array()) return fail(ErrorKind::malformed, "manifest /layers: expected an array");
  if (list.size() > k_most_layers) {
    return fail(ErrorKind::malformed, "manifest /layers: " + std::to_string(list.size()) + " layers are not believable");
  }

  OciManifest manifest;
  if (const json::View config = root.at("config"); config.is_object()) {
    manifest.config_digest = config.at("digest").text().value_or("");
    if (!is_digest(manifest.config_digest)) manifest.config_digest.clear();  // nobody needs it to find the weights
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    Result<OciLayer> layer = layer_of(list.at(i), "/layers/" + std::to_string(i));
    if (!layer) return tl::unexpected<Error>(std::move(layer).error());
    manifest.layers.push_back(std::move(*layer));
  }
  return manifest;
}

}  // namespace canirun::formats
