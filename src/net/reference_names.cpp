// SPDX-License-Identifier: MIT
#include "net/reference_names.hpp"

#include <algorithm>
#include <array>

#include "net/url.hpp"

namespace canirun::net {
namespace {

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_made_of(std::string_view name, std::size_t most, std::string_view signs) {
  return !name.empty() && name.size() <= most && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_alphanumeric(c) || signs.find(c) != std::string_view::npos;
  });
}

std::string form_of(Host host) {
  switch (host) {
    case Host::hugging_face:
      return "a repository looks like hf.co/OWNER/REPO or hf.co/OWNER/REPO:Q4_K_M, a file of it like "
             "hf:OWNER/REPO/FILE.gguf";
    case Host::model_scope:
      return "a repository looks like ms:OWNER/REPO or ms:OWNER/REPO:Q4_K_M, a file of it like ms:OWNER/REPO/FILE.gguf";
    default:
      return "a tag looks like qwen3:8b or ollama:qwen3, one of a user like NAMESPACE/NAME:TAG";
  }
}

tl::unexpected<Error> bad(const Reference& reference, const std::string& why) {
  return fail(ErrorKind::usage, "\"" + reference.text.substr(0, 200) + "\": " + why, form_of(reference.host));
}

/// Pages of a hub that have a revision and a path behind their name.
bool is_page_with_path(std::string_view page) {
  static constexpr std::array<std::string_view, 5> k_pages = {"tree", "blob", "resolve", "raw", "blame"};
  return std::find(k_pages.begin(), k_pages.end(), page) != k_pages.end();
}
/// Pages about the whole repository.
bool is_plain_page(std::string_view page) {
  static constexpr std::array<std::string_view, 6> k_pages = {"discussions", "commits",  "summary",
                                                              "files",       "feedback", "commit"};
  return std::find(k_pages.begin(), k_pages.end(), page) != k_pages.end();
}

/// Parts of a hub that are no owner of repositories.
bool is_section(std::string_view owner) {
  return owner == "datasets" || owner == "spaces" || owner == "models" || owner == "api";
}

bool ends_as_file(std::string_view path) {
  const std::string lower = lower_case(path);
  static constexpr std::array<std::string_view, 3> k_endings = {".gguf", ".safetensors", ".json"};
  return std::any_of(k_endings.begin(), k_endings.end(), [&](std::string_view ending) { return lower.ends_with(ending); });
}

Result<void> set_revision(std::string_view escaped, Reference& reference) {
  const std::optional<std::string> revision = percent_decoded(escaped);
  if (!revision || !is_revision(*revision)) return bad(reference, "no branch, tag or commit has such a name");
  reference.revision = *revision;
  return {};
}

/// "[@REVISION][/PATH][:QUANT]", what follows a repository's name in the short form.
Result<void> read_rest(std::string_view rest, Reference& reference) {
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    reference.quant = rest.substr(colon + 1);
    if (!is_quant_name(reference.quant)) return bad(reference, "what follows the colon is no quant");
    if (reference.quant == "latest") reference.quant.clear();  // what a tag is called when none was asked for
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('@')) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (Result<void> set = set_revision(rest.substr(1, end - 1), reference); !set) return set;
    rest.remove_prefix(end);
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty()) return {};
  return set_path_in_repository(rest.substr(1), reference);
}

/// "tree/main/FOLDER", "file/view/master/FILE", "discussions": what follows it in the address of a page.
Result<void> read_page(std::string_view rest, Reference& reference) {
  std::vector<std::string_view> parts = split_path(rest);
  std::size_t at = 0;
  if (parts[0] == "file" && parts.size() > 1 && parts[1] == "view") ++at;
  if (is_plain_page(parts[0]) && parts[0] != "commit") return {};
  if (++at >= parts.size() || parts[at].empty()) return {};
  if (Result<void> set = set_revision(parts[at], reference); !set) return set;
  const auto begin = static_cast<std::size_t>(parts[at].data() + parts[at].size() - rest.data());
  std::string_view path = rest.substr(begin);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || parts[0] == "commit") return {};
  return set_path_in_repository(path.substr(1), reference);
}

}  // namespace

bool is_hub_name(std::string_view name) {
  return is_made_of(name, 96, "-_.") && name.front() != '.' && name.front() != '-' && name.back() != '.' &&
         name.find("..") == std::string_view::npos;
}
bool is_revision(std::string_view name) {
  return name.size() <= 200 && is_plain_path(name) && name.front() != '-' && name.find("..") == std::string_view::npos;
}
bool is_quant_name(std::string_view name) { return is_made_of(name, 64, "-_."); }
bool is_namespace(std::string_view name) { return is_made_of(name, 80, "-_") && name.front() != '-'; }
bool is_tag_part(std::string_view name) {
  return is_made_of(name, 80, "-_.") && name.front() != '-' && name.front() != '.' &&
         name.find("..") == std::string_view::npos;
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

Result<void> set_path_in_repository(std::string_view escaped_path, Reference& reference) {
  const std::optional<std::string> path = percent_decoded(escaped_path);
  if (!path || !is_plain_path(*path)) return bad(reference, "the path of the file in the repository is none");
  (ends_as_file(*path) ? reference.file : reference.folder) = *path;
  return {};
}

Result<void> read_hub_path(std::string_view path, Reference& reference) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return bad(reference, "it names no OWNER/REPO");
  reference.owner = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  const std::size_t name_end = std::min(path.find_first_of("/:@"), path.size());
  reference.repo = path.substr(0, name_end);
  if (!is_hub_name(reference.owner) || !is_hub_name(reference.repo) || is_section(reference.owner)) {
    return bad(reference, "\"" + (reference.owner + "/" + reference.repo).substr(0, 200) + "\" is no name of a repository");
  }
  const std::string_view rest = path.substr(name_end);
  if (rest.starts_with('/')) {
    const std::vector<std::string_view> parts = split_path(rest.substr(1));
    const bool is_view = parts.size() > 1 && parts[0] == "file" && parts[1] == "view";
    if (is_view || is_plain_page(parts[0]) || (is_page_with_path(parts[0]) && parts.size() > 1))
      return read_page(rest.substr(1), reference);
  }
  return read_rest(rest, reference);
}

Result<void> read_tag(std::string_view path, Reference& reference) {
  const std::size_t slash = path.find('/');
  reference.owner = slash == std::string_view::npos ? "library" : path.substr(0, slash);
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t colon = path.find(':');
  reference.repo = path.substr(0, colon);
  reference.tag = colon == std::string_view::npos ? "latest" : path.substr(colon + 1);
  if (!is_namespace(reference.owner) || !is_tag_part(reference.repo) || !is_tag_part(reference.tag))
    return bad(reference, "it is no tag of a registry");
  return {};
}

}  // namespace canirun::net
