// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Web addresses: only http and https, nothing that hides where they lead.
namespace canirun::net {

constexpr std::size_t k_longest_url = 4096;

struct Url {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; IPv6 in its brackets
  std::uint16_t port = 0;  ///< 0: the scheme's own
  std::string path = "/";  ///< as written, escapes kept
  std::string query;       ///< with its "?", or empty

  /// "https://host:port", the port only when it is not the scheme's own.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string text() const { return origin() + path + query; }
  bool operator==(const Url&) const = default;
};

/// Takes an address apart. Refused: other schemes, user names and passwords, control characters and spaces, ports out of
/// range, more than 4 KiB. A fragment ("#...") is dropped.
Result<Url> parse_url(std::string_view text);

/// Where a Location header leads, seen from the address that sent it.
Result<Url> redirect_target(const Url& from, std::string_view location);

/// Undoes percent-escapes; nothing when one is broken or hides a control character.
std::optional<std::string> percent_decoded(std::string_view text);
/// Escapes everything but unreserved characters and "/".
std::string percent_encoded_path(std::string_view path);

/// A path made of plain parts: no empty one, no "." or "..", no control character, no backslash.
bool is_plain_path(std::string_view path);

bool has_control_character(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace canirun::net
