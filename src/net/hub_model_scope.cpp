// SPDX-License-Identifier: MIT
#include "json/text.hpp"
#include "json/view.hpp"
#include "net/hub.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

constexpr std::string_view k_default_branch = "master";

std::string escaped(std::string_view revision) {
  std::string out;
  for (const char c : percent_encoded_path(revision)) out += c == '/' ? "%2F" : std::string(1, c);
  return out;
}

class ModelScope : public Hub {
 public:
  [[nodiscard]] std::string endpoint(const NetworkOptions& options, const Reference& reference) const override {
    return reference.endpoint.empty() ? options.model_scope_endpoint : reference.endpoint;
  }

  Result<RemoteModel> list(Desk desk, const Reference& reference) const override {
    const std::string name = reference.owner + "/" + reference.repo;
    RemoteModel model;
    model.reference = reference;
    model.title = "ms:" + name;
    model.revision = reference.revision.empty() ? std::string(k_default_branch) : reference.revision;
    Document document{.url = endpoint(desk.options, reference) + "/api/v1/models/" + name +
                             "/repo/files?Revision=" + escaped(model.revision) + "&Recursive=true",
                      .cache_key = {},
                      .headers = {}};
    document.cache_key = "listing " + document.url;
    document.explain = [&](const HttpResponse& response) { return plain_refusal(name, response); };
    Result<std::string> text = fetch_document(desk, document);
    if (!text) return tl::unexpected<Error>(std::move(text).error());
    if (Result<void> read = read_listing(*text, model); !read) return tl::unexpected<Error>(read.error());
    return model;
  }

  [[nodiscard]] RemoteFile locate(const NetworkOptions& options, const RemoteModel& model,
                                  const std::string& file) const override {
    const Reference& reference = model.reference;
    RemoteFile remote{.name = file,
                      .url = endpoint(options, reference) + "/models/" + reference.owner + "/" + reference.repo +
                             "/resolve/" + escaped(model.revision) + "/" + percent_encoded_path(file),
                      .headers = {}};
    remote.explain = [file](const HttpResponse& response) { return plain_refusal(file, response); };
    return remote;
  }

 private:
  static Result<void> read_listing(const std::string& text, RemoteModel& model) {
    Result<json::Parsed> parsed = json::Parsed::parse(text);
    if (!parsed) return tl::unexpected<Error>(std::move(parsed).error().within("the hub's answer about " + model.title));
    const json::View files = json::View(parsed->root()).at("Data").at("Files");
    if (!files.is_array()) {
      return fail(ErrorKind::not_found, "ModelScope lists no files of " + model.title, "is it spelt right, capitals too?");
    }
    files.each_element([&](json::View entry) {
      const std::string name = entry.at("Path").text().value_or("");
      if (!is_plain_path(name) || entry.at("Type").text() == "tree") return;
      model.files.push_back({name, entry.at("Size").count()});
      const std::string hash = entry.at("Sha256").text().value_or("");
      model.contents.push_back(hash.empty() ? std::string() : "sha256:" + hash);
    });
    return {};
  }
};

}  // namespace

const Hub& model_scope() {
  static const ModelScope hub;
  return hub;
}

}  // namespace canirun::net
