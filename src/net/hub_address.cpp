// SPDX-License-Identifier: MIT
// One file on any web server: what it belongs to is told by its name.
#include <fmt/format.h>

#include "formats/file_name.hpp"
#include "formats/safetensors_index.hpp"
#include "net/hub.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

using formats::FileSet;
using formats::SetKind;

/// More parts than any split model has.
constexpr std::uint32_t k_most_parts = 1000;

/// The name of the file that an address ends in, escapes undone.
std::string name_in(const Url& url) {
  return percent_decoded(std::string_view(url.path).substr(url.path.rfind('/') + 1)).value_or("");
}

/// All parts of a split file, when `name` is one of them; else itself.
std::vector<std::string> parts_of(const std::string& name) {
  const formats::SplitName split = formats::split_name(name);
  if (split.count < 2 || split.count > k_most_parts || !formats::has_ending(name, ".gguf")) return {name};
  std::vector<std::string> parts;
  for (std::uint32_t i = 1; i <= split.count; ++i)
    parts.push_back(fmt::format("{}-{:05}-of-{:05}.gguf", split.stem, i, split.count));
  return parts;
}

class PlainAddress : public Hub {
 public:
  [[nodiscard]] std::string endpoint(const NetworkOptions&, const Reference& reference) const override {
    return reference.endpoint;
  }

  /// Asks nothing for a GGUF file or a config.json: reading it tells whether it is there. Safetensors need what lies beside.
  Result<RemoteModel> list(Desk desk, const Reference& reference) const override {
    const Result<Url> url = parse_url(reference.url);
    if (!url) return tl::unexpected<Error>(url.error());
    RemoteModel model;
    model.reference = reference;
    model.title = reference.url;
    const std::string name = name_in(*url);
    FileSet set{.kind = SetKind::gguf, .label = name, .files = {}, .config = {}, .index = {}, .bytes = {}};
    if (name.ends_with(".safetensors.index.json")) {
      if (Result<void> listed = read_index(desk, model, name, set); !listed) return tl::unexpected<Error>(listed.error());
    } else if (formats::has_ending(name, ".json")) {
      set.kind = SetKind::config_only;
      set.config = name;
    } else if (formats::has_ending(name, ".safetensors")) {
      set.kind = SetKind::safetensors;
      set.files = {name};
    } else {
      set.files = parts_of(name);
      if (const std::string quant = formats::quant_in_name(name); !quant.empty()) set.label = quant;
    }
    if (set.kind == SetKind::safetensors) find_config(desk, model, set);
    for (const std::string& file : set.files) model.files.push_back({file, {}});
    if (!set.config.empty()) model.files.push_back({set.config, {}});
    model.contents.resize(model.files.size());
    model.sets = {std::move(set)};
    return model;
  }

  [[nodiscard]] RemoteFile locate(const NetworkOptions&, const RemoteModel& model, const std::string& file) const override {
    const std::string& address = model.reference.url;
    RemoteFile remote{.name = file, .url = address, .headers = {}};
    if (Result<Url> url = parse_url(address); url && name_in(*url) != file) {
      url->path = url->path.substr(0, url->path.rfind('/') + 1) + percent_encoded_path(file);
      remote.url = url->text();
    }
    remote.explain = [file](const HttpResponse& response) { return plain_refusal(file, response); };
    return remote;
  }

 private:
  Result<std::string> text_beside(Desk desk, const RemoteModel& model, const std::string& name) const {
    const RemoteFile file = locate(desk.options, model, name);
    return fetch_document(
        desk, {.url = file.url, .cache_key = {}, .headers = {}, .most_bytes = 16U << 20U, .explain = file.explain});
  }

  Result<void> read_index(Desk desk, const RemoteModel& model, const std::string& name, FileSet& set) const {
    Result<std::string> text = text_beside(desk, model, name);
    if (!text) return tl::unexpected<Error>(std::move(text).error());
    Result<formats::SafetensorsIndex> index = formats::parse_safetensors_index(*text);
    if (!index) return tl::unexpected<Error>(std::move(index).error().within(name));
    set.kind = SetKind::safetensors;
    set.index = name;
    set.files = index->files;
    return {};
  }

  void find_config(Desk desk, const RemoteModel& model, FileSet& set) const {
    if (text_beside(desk, model, "config.json")) set.config = "config.json";
  }
};

}  // namespace

const Hub& plain_address() {
  static const PlainAddress hub;
  return hub;
}

}  // namespace canirun::net
