// SPDX-License-Identifier: MIT
#include "net/curl_library.hpp"

#include <dlfcn.h>

#include <array>
#include <string>

namespace canirun::net {
namespace {

#ifdef __APPLE__
constexpr std::array<const char*, 2> k_names = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
constexpr const char* k_how = "libcurl comes with macOS";
#else
constexpr std::array<const char*, 3> k_names = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
constexpr const char* k_how =
    "install libcurl (Debian and Ubuntu: libcurl4, Fedora: libcurl, Alpine: libcurl); files on this machine and the catalog "
    "work without it";
#endif

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> open() {
  void* library = nullptr;
  std::string reason;
  for (const char* name : k_names) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
    if (const char* told = dlerror(); told != nullptr && reason.empty()) reason = told;
  }
  if (library == nullptr) {
    return fail(ErrorKind::network, "the network needs libcurl, and it cannot be opened: " + reason, k_how);
  }
  CurlLibrary curl;
  const bool complete =
      find(library, "curl_global_init", curl.global_init) && find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) && find(library, "curl_easy_reset", curl.easy_reset) &&
      find(library, "curl_easy_perform", curl.easy_perform) && find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_slist_append", curl.slist_append) && find(library, "curl_slist_free_all", curl.slist_free_all) &&
      find(library, "curl_easy_setopt", curl.easy_setopt) && find(library, "curl_easy_getinfo", curl.easy_getinfo);
  if (!complete || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorKind::network, "libcurl was found, but it does not start", k_how);
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
