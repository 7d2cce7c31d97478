// SPDX-License-Identifier: MIT
#include "net/url.hpp"

#include <algorithm>
#include <charconv>

namespace canirun::net {
namespace {

constexpr std::string_view k_form = "an address looks like https://example.org/model.gguf";

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  const std::string shown(text.substr(0, 200));
  return fail(ErrorKind::usage, "\"" + shown + "\" is no address that can be asked: " + std::string(why),
              std::string(k_form));
}

bool is_host(std::string_view host) {
  if (host.size() > 253) return false;
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return false;
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
  }
  return !host.empty() && host.front() != '.' && host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), [](char c) {
           // Names in other scripts come as UTF-8; libcurl turns them into their ASCII form.
           return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
         });
}

/// "host:port" into both; false when it is neither.
bool split_authority(std::string_view authority, Url& url) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.host = lower_case(authority.substr(0, colon));
  if (!is_host(url.host)) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = authority.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0 || number > 65535) return false;
  const bool usual = (url.scheme == "http" && number == 80) || (url.scheme == "https" && number == 443);
  url.port = usual ? std::uint16_t{0} : static_cast<std::uint16_t>(number);
  return true;
}

/// The path "a/b/../c" without its dots; redirects may be written so.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t next = std::min(path.find('/', 1), path.size());
    const std::string_view part = path.substr(0, next);
    if (part == "/..") {
      out.erase(out.empty() ? 0 : out.rfind('/'));
    } else if (part != "/.") {
      out += part;
    }
    path.remove_prefix(next);
  }
  return out.empty() ? "/" : out;
}

}  // namespace

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::string Url::origin() const { return scheme + "://" + host + (port == 0 ? std::string() : ":" + std::to_string(port)); }

Result<Url> parse_url(std::string_view text) {
  if (text.size() > k_longest_url) return bad(text.substr(0, 60), "it is longer than 4 KiB");
  if (has_control_character(text) || text.find_first_of(" \\\"<>") != std::string_view::npos)
    return bad(text, "it contains a space or a character that no address has");
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad(text, "it has no http:// or https://");
  Url url;
  url.scheme = lower_case(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") return bad(text, "only http and https are spoken here");
  text.remove_prefix(scheme_end + 3);
  const std::size_t authority_end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  // What stands before the @ would be sent in the clear and kept in shell histories; it also hides the real host.
  if (authority.find('@') != std::string_view::npos)
    return bad(text.substr(authority.rfind('@') + 1), "a user name or password in an address is not used");
  if (!split_authority(authority, url)) return bad(authority, "its host or port is none");
  text.remove_prefix(authority_end);
  text = text.substr(0, text.find('#'));
  const std::size_t question = std::min(text.find('?'), text.size());
  url.path = question == 0 ? "/" : std::string(text.substr(0, question));
  url.query = text.substr(question);
  return url;
}

Result<Url> redirect_target(const Url& from, std::string_view location) {
  if (location.empty()) return bad(location, "the server redirects to nowhere");
  const std::size_t colon = location.find(':');
  if (colon != std::string_view::npos && location.find_first_of("/?#") > colon) return parse_url(location);
  if (location.starts_with("//")) return parse_url(from.scheme + ":" + std::string(location));
  std::string path;
  if (location.starts_with('/')) {
    path = location;
  } else if (location.starts_with('?')) {
    path = from.path + std::string(location);
  } else {
    path = from.path.substr(0, from.path.rfind('/') + 1) + std::string(location);
  }
  Result<Url> url = parse_url(from.origin() + path);
  if (url) url->path = without_dots(url->path);
  return url;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = text.size() - i > 2 ? hex_value(text[i + 1]) : -1;
    const int low = text.size() - i > 2 ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (has_control_character(out)) return std::nullopt;
  return out;
}

std::string percent_encoded_path(std::string_view path) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', k_digits[byte >> 4U], k_digits[byte & 15U]};
    }
  }
  return out;
}

bool is_plain_path(std::string_view path) {
  if (path.empty() || has_control_character(path) || path.find('\\') != std::string_view::npos) return false;
  while (true) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == path.size()) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace canirun::net
