// SPDX-License-Identifier: MIT
#include "net/curl_library.hpp"

#include "net/system.hpp"

namespace canirun::net {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(function_in(library, name));
  return function != nullptr;
}

Result<CurlLibrary> open() {
  const Result<void*> opened = open_curl();
  if (!opened) return tl::unexpected<Error>(opened.error());
  void* const library = *opened;
  CurlLibrary curl;
  const bool complete =
      find(library, "curl_global_init", curl.global_init) && find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_easy_reset", curl.easy_reset) &&
      find(library, "curl_easy_perform", curl.easy_perform) && find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_slist_append", curl.slist_append) && find(library, "curl_slist_free_all", curl.slist_free_all) &&
      find(library, "curl_easy_setopt", curl.easy_setopt) && find(library, "curl_easy_getinfo", curl.easy_getinfo);
  if (!complete || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorKind::network, "libcurl was found, but it does not start",
                "it is damaged or very old: install another one");
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> library = open();
  if (!library) return tl::unexpected<Error>(library.error());
  return &*library;
}

}  // namespace canirun::net
