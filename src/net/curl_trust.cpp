// SPDX-License-Identifier: MIT
#include "net/curl_trust.hpp"

namespace canirun::net {

void set_trust(const CurlLibrary& curl, CURL* handle, const CurlOptions& options) {
#if LIBCURL_VERSION_NUM >= 0x075500
  const bool restricted = curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
#else
  const bool restricted = false;
#endif
  // The option before 7.85: number 181, a set of bits, 1 http and 2 https.
  if (!restricted) curl.easy_setopt(handle, static_cast<CURLoption>(181), 3L);
  curl.easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl.easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl.easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl.easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!options.ca_file.empty()) curl.easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.ca_folder.empty()) curl.easy_setopt(handle, CURLOPT_CAPATH, options.ca_folder.c_str());
}

}  // namespace canirun::net
