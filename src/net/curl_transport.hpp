// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/transport.hpp"

namespace canirun::net {

struct CurlOptions {
  std::string user_agent = {};
  double connect_timeout_s = 10;
  double stall_timeout_s = 15;  ///< without a byte: before the first one, and between any two
  std::string ca_file = {};     ///< authorities to trust instead of the system's; empty: the system's
  std::string ca_folder = {};
  /// Called now and then while waiting, with the host and the bytes of this answer so far; may be empty.
  std::function<void(std::string_view host, std::uint64_t bytes)> tick = {};
};

/// HTTP over libcurl: one handle whose connections stay open, certificates checked, proxies as curl reads them from the
/// environment, no cookies, no .netrc, no decompression. The library is opened at the first exchange.
std::unique_ptr<Transport> curl_transport(CurlOptions options);

}  // namespace canirun::net
