// SPDX-License-Identifier: MIT
#pragma once
#include <curl/curl.h>

#include <canirun/result.hpp>

namespace canirun::net {

/// The functions of libcurl that are used here. The library is opened when the network is first needed, so that runs
/// without network neither pay for it nor need it.
struct CurlLibrary {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  // These two are variadic, and macros of that name check the types of their callers.
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...) = nullptr;
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...) = nullptr;
};

/// Opened once for the process; it stays open. Errors: not installed, or something else of that name.
Result<const CurlLibrary*> curl_library();

}  // namespace canirun::net
