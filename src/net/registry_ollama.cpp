// SPDX-License-Identifier: MIT
// Ollama's registry: manifests and blobs as the OCI distribution API has them.
#include "formats/oci_manifest.hpp"
#include "net/hub.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

using formats::OciLayer;
using formats::OciManifest;

std::string repository_url(const std::string& endpoint, const Reference& reference) {
  return endpoint + "/v2/" + reference.owner + "/" + reference.repo;
}

/// The set for one layer; its file is named by the digest.
formats::FileSet set_of(const OciLayer& layer, formats::SetKind kind, const Reference& reference) {
  formats::FileSet set{.kind = kind, .label = {}, .files = {layer.digest}, .config = {}, .index = {}, .bytes = layer.bytes};
  set.label = formats::quant_in_name(reference.tag + ".gguf");
  if (set.label.empty()) set.label = reference.tag;
  return set;
}

void add_layers(const OciManifest& manifest, RemoteModel& model) {
  constexpr std::pair<std::string_view, formats::SetKind> k_kinds[] = {{".image.model", formats::SetKind::gguf},
                                                                       {".image.projector", formats::SetKind::projector},
                                                                       {".image.adapter", formats::SetKind::adapter}};
  for (const auto& [ending, kind] : k_kinds) {
    for (const OciLayer& layer : manifest.layers) {
      if (!layer.media_type.ends_with(ending)) continue;
      model.files.push_back({layer.digest, layer.bytes});
      model.contents.push_back(layer.digest);
      model.sets.push_back(set_of(layer, kind, model.reference));
    }
  }
}

class OllamaRegistry : public Hub {
 public:
  [[nodiscard]] std::string endpoint(const NetworkOptions& options, const Reference& reference) const override {
    return reference.endpoint.empty() ? options.ollama_registry : reference.endpoint;
  }

  Result<RemoteModel> list(Desk desk, const Reference& reference) const override {
    RemoteModel model;
    model.reference = reference;
    model.title = text_of(reference);
    Document document{.url = repository_url(endpoint(desk.options, reference), reference) + "/manifests/" + reference.tag,
                      .cache_key = {},
                      .headers = {{"Accept", "application/vnd.docker.distribution.manifest.v2+json"}}};
    document.cache_key = "manifest " + document.url;
    document.most_bytes = 1U << 20U;
    document.explain = [&](const HttpResponse& response) {
      Error error = plain_refusal(model.title, response);
      if (error.kind == ErrorKind::not_found) error.hint = "ollama.com/library lists the models, each with its tags";
      return error;
    };
    Result<std::string> text = fetch_document(desk, document);
    if (!text) return tl::unexpected<Error>(std::move(text).error());
    Result<OciManifest> manifest = formats::parse_oci_manifest(*text);
    if (!manifest) return tl::unexpected<Error>(std::move(manifest).error().within(model.title));
    model.revision = manifest->config_digest;
    add_layers(*manifest, model);
    if (model.sets.empty()) {
      return fail(ErrorKind::unsupported, model.title + " has no weights in GGUF in the registry",
                  "models that run in Ollama's cloud have none, and those for MLX come in another form");
    }
    return model;
  }

  [[nodiscard]] RemoteFile locate(const NetworkOptions& options, const RemoteModel& model,
                                  const std::string& file) const override {
    RemoteFile remote{.name = model.title,
                      .url = repository_url(endpoint(options, model.reference), model.reference) + "/blobs/" + file,
                      .headers = {}};
    remote.explain = [title = model.title](const HttpResponse& response) { return plain_refusal(title, response); };
    return remote;
  }
};

}  // namespace

const Hub& ollama_registry() {
  static const OllamaRegistry hub;
  return hub;
}

}  // namespace canirun::net
