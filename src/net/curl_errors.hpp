// SPDX-License-Identifier: MIT
#pragma once
#include <curl/curl.h>

#include <string>

#include "net/transport.hpp"

namespace canirun::net {

/// What is known about an exchange that failed.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string host;
  std::string detail;      ///< libcurl's own words
  long os_error = 0;       ///< errno of the failed connect
  bool connected = false;  ///< the connection stood before it failed
};

/// The failure in words for a person, with what to do about it.
Trouble trouble_of(const CurlFailure& failure);

}  // namespace canirun::net
