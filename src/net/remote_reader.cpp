// SPDX-License-Identifier: MIT
#include "net/remote_reader.hpp"

#include <algorithm>
#include <functional>

#include "formats/file_name.hpp"
#include "net/header_text.hpp"
#include "net/range_source.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

/// First request for a file whose header is short: the second and later parts of a split GGUF, and safetensors, whose
/// header says how long it is.
constexpr std::uint64_t k_short_header_bytes = 64U << 10U;

/// An address as the cache may keep it: what follows the "?" can be a signature, and is kept as a number made from it.
std::string without_secrets(const std::string& address) {
  const std::size_t question = address.find('?');
  if (question == std::string::npos) return address;
  return address.substr(0, question) + " " + std::to_string(std::hash<std::string>()(address.substr(question)));
}

class RemoteReader : public formats::HeaderReader {
 public:
  RemoteReader(Desk desk, RemoteModel model) : desk_(desk), model_(std::move(model)), hub_(hub_of(model_.reference.host)) {}

  Result<formats::GgufHeader> gguf(const std::string& file) override {
    RemoteFile remote = hub_.locate(desk_.options, model_, file);
    if (formats::split_name(file).number > 1) remote.first_bytes = k_short_header_bytes;
    return header<formats::GgufHeader>("gguf", file, std::move(remote), &formats::read_gguf_header, &gguf_of_text);
  }

  Result<formats::SafetensorsHeader> safetensors(const std::string& file) override {
    RemoteFile remote = hub_.locate(desk_.options, model_, file);
    remote.first_bytes = k_short_header_bytes;
    return header<formats::SafetensorsHeader>("safetensors", file, std::move(remote), &formats::read_safetensors_header,
                                              &safetensors_of_text);
  }

  Result<std::string> text(const std::string& file, std::uint64_t most_bytes) override {
    const RemoteFile remote = hub_.locate(desk_.options, model_, file);
    const std::string content = content_of(file);
    const std::string key = key_of("text", content, remote);
    if (!content.empty()) {
      if (std::optional<Cache::Entry> kept = desk_.cache.find(key); kept && kept->body.size() <= most_bytes)
        return kept->body;
    }
    Result<std::string> body = fetch_document(desk_, {.url = remote.url,
                                                      .cache_key = content.empty() ? key : std::string(),
                                                      .headers = remote.headers,
                                                      .most_bytes = most_bytes,
                                                      .explain = remote.explain});
    if (body && !content.empty()) desk_.cache.keep(key, {{}, *body});
    return body;
  }

 private:
  [[nodiscard]] std::size_t index_of(const std::string& file) const {
    const auto at =
        std::find_if(model_.files.begin(), model_.files.end(), [&](const auto& each) { return each.name == file; });
    return static_cast<std::size_t>(at - model_.files.begin());
  }
  [[nodiscard]] std::string content_of(const std::string& file) const {
    const std::size_t at = index_of(file);
    return at < model_.contents.size() ? model_.contents[at] : std::string();
  }
  static std::string key_of(const std::string& kind, const std::string& content, const RemoteFile& remote) {
    // The same content may lie in several repositories, under several names.
    return kind + " " + remote.name + " " + (content.empty() ? without_secrets(remote.url) : content);
  }

  /// A header by its content's name, or by its address and ETag, or read.
  template <class Header>
  Result<Header> header(const std::string& kind, const std::string& file, RemoteFile remote,
                        Result<Header> (*read)(formats::ByteSource&), std::optional<Header> (*of_text)(const std::string&)) {
    const std::string content = content_of(file);
    const std::string key = key_of(kind, content, remote);
    if (const std::size_t at = index_of(file); at < model_.files.size()) remote.bytes = model_.files[at].bytes;
    std::optional<Header> known;
    const std::optional<Cache::Entry> kept = desk_.cache.find(key);
    if (kept) known = of_text(kept->body);
    if (known && !content.empty()) return std::move(*known);

    const std::string name = remote.name;
    RangeSource source(desk_.client, std::move(remote));
    if (known && !kept->etag.empty()) {
      const Result<bool> unchanged = source.unchanged_since(kept->etag);
      if (!unchanged) return tl::unexpected<Error>(unchanged.error());
      if (*unchanged) return std::move(*known);
    }
    Result<Header> header = read(source);
    if (!header) return header;
    if (!content.empty() || !source.etag().empty()) {
      desk_.cache.keep(key, {content.empty() ? source.etag() : std::string(), text_of_header(*header)});
    }
    return header;
  }

  Desk desk_;
  RemoteModel model_;
  const Hub& hub_;
};

}  // namespace

std::unique_ptr<formats::HeaderReader> remote_reader(Desk desk, RemoteModel model) {
  return std::make_unique<RemoteReader>(desk, std::move(model));
}

}  // namespace canirun::net
