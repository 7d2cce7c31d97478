// SPDX-License-Identifier: MIT
#include "net/reference.hpp"

#include <algorithm>
#include <array>

#include "net/reference_names.hpp"
#include "net/url.hpp"

namespace canirun::net {
namespace {

constexpr std::string_view k_forms =
    "a model elsewhere is named like hf.co/OWNER/REPO:Q4_K_M, hf:OWNER/REPO/FILE.gguf, ms:OWNER/REPO, qwen3:8b (Ollama) or "
    "https://.../FILE.gguf";

/// Hosts whose pages are understood. `endpoint`: where it is asked when that is not the usual place of its kind.
struct KnownHost {
  std::string_view name;
  Host host;
  std::string_view endpoint;
};
constexpr std::array<KnownHost, 10> k_hosts = {{{"huggingface.co", Host::hugging_face, ""},
                                                {"www.huggingface.co", Host::hugging_face, ""},
                                                {"hf.co", Host::hugging_face, ""},
                                                {"hf-mirror.com", Host::hugging_face, "https://hf-mirror.com"},
                                                {"modelscope.cn", Host::model_scope, ""},
                                                {"www.modelscope.cn", Host::model_scope, ""},
                                                {"modelscope.ai", Host::model_scope, "https://modelscope.ai"},
                                                {"ollama.com", Host::ollama, ""},
                                                {"www.ollama.com", Host::ollama, ""},
                                                {"registry.ollama.ai", Host::ollama, ""}}};

const KnownHost* known_host(std::string_view name) {
  const std::string lower = lower_case(name);
  const auto found = std::find_if(k_hosts.begin(), k_hosts.end(), [&](const KnownHost& each) { return each.name == lower; });
  return found == k_hosts.end() ? nullptr : &*found;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// What follows "ollama run " and its like, as copied from a page; nothing when it does not begin so.
std::optional<std::string_view> after_command(std::string_view text) {
  for (const std::string_view command : {"ollama run ", "ollama pull ", "ollama show "}) {
    if (text.starts_with(command)) return trimmed(text.substr(command.size()));
  }
  return std::nullopt;
}

std::string_view without_scheme(std::string_view text) {
  const std::size_t end = text.find("://");
  return end == std::string_view::npos ? text : text.substr(end + 3);
}

bool is_tag(std::string_view text) {
  const std::size_t slash = text.find('/'), colon = text.find(':');
  if (colon == std::string_view::npos || (slash != std::string_view::npos && slash > colon)) return false;
  const std::string_view name =
      slash == std::string_view::npos ? text.substr(0, colon) : text.substr(slash + 1, colon - slash - 1);
  // A name of one letter is a drive ("C:models").
  return (name.size() > 1 || slash != std::string_view::npos) && is_tag_part(name) && is_tag_part(text.substr(colon + 1)) &&
         (slash == std::string_view::npos || is_namespace(text.substr(0, slash)));
}

/// "?show_file_info=FILE" of a hub's page that has a file opened beside it.
std::string_view shown_file(std::string_view query) {
  constexpr std::string_view k_key = "show_file_info=";
  const std::size_t at = query.find(k_key);
  if (at == std::string_view::npos) return {};
  query.remove_prefix(at + k_key.size());
  return query.substr(0, query.find('&'));
}

/// A page of a known host; `path` without the slash it begins with.
Result<void> read_page(const KnownHost& known, std::string_view path, std::string_view query, Reference& reference) {
  reference.host = known.host;
  reference.endpoint = known.endpoint;
  while (path.ends_with('/')) path.remove_suffix(1);
  if (known.host == Host::ollama) {
    if (path.starts_with("v2/")) path.remove_prefix(3);
    std::vector<std::string_view> parts = split_path(path);
    if (parts.size() == 4 && parts[2] == "manifests")
      return read_tag(std::string(parts[0]) + "/" + std::string(parts[1]) + ":" + std::string(parts[3]), reference);
    if (parts.size() > 2) path = path.substr(0, parts[0].size() + 1 + parts[1].size());  // ".../tags", ".../blobs/..."
    return read_tag(path, reference);
  }
  if (path.starts_with("datasets/") || path.starts_with("spaces/")) {
    return fail(ErrorKind::usage, "\"" + reference.text.substr(0, 200) + "\" is not the page of a model",
                "open the page of the model itself, and take its address");
  }
  if (path.starts_with("models/")) path.remove_prefix(7);
  if (path.starts_with("api/models/")) path.remove_prefix(11);
  Result<void> read = read_hub_path(path, reference);
  if (!read || !reference.file.empty() || shown_file(query).empty()) return read;
  reference.folder.clear();  // the file that is opened beside the page is what is meant
  return set_path_in_repository(shown_file(query), reference);
}

/// Any other web address: one file on some server.
Result<void> read_address(const Url& url, Reference& reference) {
  const std::optional<std::string> path = percent_decoded(url.path);
  if (!path) return fail(ErrorKind::usage, "\"" + reference.text + "\" has a broken %-escape in it");
  if (path->ends_with('/')) {
    return fail(ErrorKind::usage, "\"" + reference.text + "\" names a folder of a web server, not a file",
                std::string(k_forms));
  }
  reference.host = Host::address;
  reference.endpoint = url.origin();
  reference.url = url.text();
  return {};
}

/// Behind "ollama:": "[HOST/NAMESPACE/]NAME[:TAG]"; the host may have a scheme.
Result<void> read_ollama(std::string_view text, Reference& reference) {
  reference.host = Host::ollama;
  const bool has_scheme = text.find("://") != std::string_view::npos;
  if (!has_scheme && split_path(text).size() < 3) return read_tag(text, reference);
  Result<Url> url = parse_url(has_scheme ? std::string(text) : "https://" + std::string(text));
  if (!url) return tl::unexpected<Error>(std::move(url).error());
  if (const KnownHost* known = known_host(url->host)) {
    return known->host == Host::ollama ? read_page(*known, std::string_view(url->path).substr(1), url->query, reference)
                                       : read_page(*known, std::string_view(url->path).substr(1), {}, reference);
  }
  reference.endpoint = url->origin();
  return read_tag(std::string_view(url->path).substr(1), reference);
}

Result<void> read(std::string_view text, Reference& reference) {
  if (const std::optional<std::string_view> pasted = after_command(text)) {
    return looks_remote(*pasted) ? read(*pasted, reference) : read_ollama(*pasted, reference);
  }
  for (const auto& [prefix, host] : {std::pair{std::string_view("hf:"), Host::hugging_face}, {"ms:", Host::model_scope}}) {
    if (!text.starts_with(prefix)) continue;
    reference.host = host;
    text.remove_prefix(prefix.size());
    if (text.starts_with("//")) text.remove_prefix(2);
    return read_hub_path(text, reference);
  }
  if (text.starts_with("ollama:") && !text.starts_with("ollama://")) return read_ollama(text.substr(7), reference);

  const bool has_scheme = text.find("://") != std::string_view::npos;
  const std::string_view rest = without_scheme(text);
  const KnownHost* known = known_host(rest.substr(0, rest.find_first_of("/?#")));
  if (has_scheme || known != nullptr) {
    Result<Url> url = parse_url(has_scheme ? std::string(text) : "https://" + std::string(text));
    if (!url) return tl::unexpected<Error>(std::move(url).error());
    if (known != nullptr && url->port == 0)
      return read_page(*known, std::string_view(url->path).substr(1), url->query, reference);
    return read_address(*url, reference);
  }
  if (is_tag(text)) {
    reference.host = Host::ollama;
    return read_tag(text, reference);
  }
  if (looks_like_repository(text)) {
    reference.host = Host::hugging_face;
    return read_hub_path(text, reference);
  }
  return fail(ErrorKind::usage, "\"" + std::string(text) + "\" names no place on the network", std::string(k_forms));
}

std::string escaped_revision(std::string_view revision) {
  std::string out;
  for (const char c : percent_encoded_path(revision)) out += c == '/' ? std::string("%2F") : std::string(1, c);
  return out;
}

}  // namespace

bool looks_remote(std::string_view text) {
  text = trimmed(text);
  if (after_command(text) || text.starts_with("hf:") || text.starts_with("ms:") || text.starts_with("ollama:")) return true;
  if (text.find("://") != std::string_view::npos) return true;
  const std::size_t slash = text.find('/');
  return (slash != std::string_view::npos && known_host(text.substr(0, slash)) != nullptr) || is_tag(text);
}

bool looks_like_repository(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_hub_name(text.substr(0, slash)) && is_hub_name(text.substr(slash + 1));
}

Result<Reference> parse_reference(std::string_view text) {
  text = trimmed(text);
  if (text.size() > k_longest_url)
    return fail(ErrorKind::usage, "a reference longer than 4 KiB is none", std::string(k_forms));
  if (has_control_character(text))
    return fail(ErrorKind::usage, "a reference with control characters in it is none", std::string(k_forms));
  Reference reference;
  reference.text = text;
  if (Result<void> done = read(text, reference); !done) return tl::unexpected<Error>(std::move(done).error());
  return reference;
}

std::string text_of(const Reference& reference) {
  if (reference.host == Host::address) return reference.url;
  if (reference.host == Host::ollama) {
    const std::string name = (reference.owner == "library" ? "" : reference.owner + "/") + reference.repo;
    if (!reference.endpoint.empty()) {
      const bool plain = reference.endpoint.starts_with("http:");
      return "ollama:" + (plain ? reference.endpoint : std::string(without_scheme(reference.endpoint))) + "/" +
             reference.owner + "/" + reference.repo + ":" + reference.tag;
    }
    const bool is_prefix = name == "hf" || name == "ms" || name == "ollama" || name.size() == 1;
    return (is_prefix ? "ollama:" : "") + name + ":" + reference.tag;
  }
  const std::string usual = reference.host == Host::hugging_face ? "hf.co/" : "ms:";
  std::string text = reference.endpoint.empty() ? usual : std::string(without_scheme(reference.endpoint)) + "/";
  text += reference.owner + "/" + reference.repo;
  if (!reference.revision.empty()) text += "@" + escaped_revision(reference.revision);
  const std::string& path = reference.file.empty() ? reference.folder : reference.file;
  if (!path.empty()) text += "/" + percent_encoded_path(path);
  if (!reference.quant.empty()) text += ":" + reference.quant;
  return text;
}

}  // namespace canirun::net
