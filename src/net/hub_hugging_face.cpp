// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "json/text.hpp"
#include "json/view.hpp"
#include "net/hub.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The token belongs to the endpoint that the user has set up, not to one that a pasted address names.
Headers token_headers(const NetworkOptions& options, const Reference& reference) {
  if (options.hugging_face_token.empty() || !reference.endpoint.empty()) return {};
  return {{"Authorization", "Bearer " + options.hugging_face_token}};
}

std::string about_token(const NetworkOptions& options) {
  if (options.hugging_face_token.empty()) return fmt::format("no token was found ({})", options.token_source);
  return fmt::format("the token from {} was sent", options.token_source);
}

/// The hub says in a header what its status is about.
Error refusal(const NetworkOptions& options, const Reference& reference, const std::string& endpoint,
              const std::string& what, const HttpResponse& response) {
  const std::string name = reference.owner + "/" + reference.repo;
  std::string code(response.header("x-error-code"));
  if (code.empty()) code = response.first_header("x-error-code");
  Error error{.kind = ErrorKind::network, .message = {}, .context = {}, .hint = {}};
  if (code == "GatedRepo") {
    error.message = fmt::format("{} is open only to those who accepted its terms (HTTP {})", name, response.status);
    error.hint = fmt::format("open {}/{}, log in and accept them, make a token at {}/settings/tokens and set HF_TOKEN; {}",
                             endpoint, name, endpoint, about_token(options));
  } else if (code == "InvalidToken" || (response.status == 401 && !options.hugging_face_token.empty() && code.empty())) {
    error.message = fmt::format("the hub does not accept the token from {}", options.token_source);
    error.hint = fmt::format("make a new one at {}/settings/tokens, or take it away: public models need none", endpoint);
  } else if (code == "RevisionNotFound") {
    error.kind = ErrorKind::not_found;
    error.message = fmt::format("{} has no revision {}", name, reference.revision);
    error.hint = "without @REVISION its main branch is taken";
  } else if (code == "EntryNotFound") {
    error.kind = ErrorKind::not_found;
    error.message = fmt::format("{} has no file {}", name, what);
  } else if (response.status == 401 || response.status == 403 || response.status == 404) {
    error.kind = ErrorKind::not_found;
    error.message = fmt::format("there is no {} at the hub, or it is private or gated (HTTP {})", name, response.status);
    error.hint =
        fmt::format("is it spelt right, capitals too? For a private or gated one set HF_TOKEN; {}", about_token(options));
  } else {
    return plain_refusal(what.empty() ? name : what, response);
  }
  return error;
}

std::string text_or_first(json::View value) {
  if (std::optional<std::string> text = value.text()) return *text;
  return value.at(0).text().value_or("");
}

void add_files(json::View siblings, RemoteModel& model) {
  siblings.each_element([&](json::View entry) {
    const std::string name = entry.at("rfilename").text().value_or("");
    if (!is_plain_path(name)) return;
    const json::View lfs = entry.at("lfs");
    std::optional<std::uint64_t> bytes = entry.at("size").count();
    if (!bytes) bytes = lfs.at("size").count();
    model.files.push_back({name, bytes});
    const std::optional<std::string> hash = lfs.at("sha256").text();
    const std::string commit = model.revision.empty() ? std::string() : model.title + "@" + model.revision + "/" + name;
    model.contents.push_back(hash ? "sha256:" + *hash : commit);
  });
}

class HuggingFace : public Hub {
 public:
  [[nodiscard]] std::string endpoint(const NetworkOptions& options, const Reference& reference) const override {
    return reference.endpoint.empty() ? options.hugging_face_endpoint : reference.endpoint;
  }

  Result<RemoteModel> list(Desk desk, const Reference& reference) const override {
    const std::string at = endpoint(desk.options, reference);
    const std::string name = reference.owner + "/" + reference.repo;
    Document document{.url = at + "/api/models/" + name, .cache_key = {}, .headers = token_headers(desk.options, reference)};
    if (!reference.revision.empty()) {
      document.url += "/revision/";
      for (const char c : percent_encoded_path(reference.revision)) document.url += c == '/' ? "%2F" : std::string(1, c);
    }
    document.url += "?blobs=true";
    document.cache_key = "listing " + document.url;
    document.explain = [&](const HttpResponse& response) { return refusal(desk.options, reference, at, {}, response); };
    Result<std::string> text = fetch_document(desk, document);
    if (!text) return tl::unexpected<Error>(std::move(text).error());
    return read_listing(*text, reference);
  }

  [[nodiscard]] RemoteFile locate(const NetworkOptions& options, const RemoteModel& model,
                                  const std::string& file) const override {
    const Reference& reference = model.reference;
    const std::string at = endpoint(options, reference);
    const std::string revision = model.revision.empty() ? "main" : model.revision;
    RemoteFile remote{
        .name = file,
        .url = at + "/" + reference.owner + "/" + reference.repo + "/resolve/" + revision + "/" + percent_encoded_path(file),
        .headers = token_headers(options, reference)};
    remote.explain = [&options, reference, at, file](const HttpResponse& response) {
      return refusal(options, reference, at, file, response);
    };
    return remote;
  }

 private:
  static Result<RemoteModel> read_listing(const std::string& text, const Reference& reference) {
    RemoteModel model;
    model.reference = reference;
    model.title = "hf.co/" + reference.owner + "/" + reference.repo;
    Result<json::Parsed> parsed = json::Parsed::parse(text);
    if (!parsed) return tl::unexpected<Error>(std::move(parsed).error().within("the hub's answer about " + model.title));
    const json::View root(parsed->root());
    if (!root.at("siblings").is_array()) {
      return fail(ErrorKind::malformed, "the hub's answer about " + model.title + " lists no files",
                  "is HF_ENDPOINT the address of a hub?");
    }
    // It becomes part of addresses.
    const std::string commit = root.at("sha").text().value_or("");
    if (commit.size() == 40 && commit.find_first_not_of("0123456789abcdef") == std::string::npos) model.revision = commit;
    add_files(root.at("siblings"), model);
    const json::View card = root.at("cardData");
    model.licence = text_or_first(card.at("license"));
    if (model.licence == "other") model.licence = card.at("license_name").text().value_or("other");
    model.base_model = text_or_first(card.at("base_model"));
    const json::View gated = root.at("gated");
    model.gated = gated.is_text() || gated.flag().value_or(false);
    return model;
  }
};

}  // namespace

const Hub& hugging_face() {
  static const HuggingFace hub;
  return hub;
}

}  // namespace canirun::net
