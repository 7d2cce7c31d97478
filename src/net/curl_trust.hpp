// SPDX-License-Identifier: MIT
#pragma once
#include "net/curl_library.hpp"
#include "net/curl_transport.hpp"

namespace canirun::net {

/// http and https only, certificates checked, nothing taken along from the user's files.
void set_trust(const CurlLibrary& curl, CURL* handle, const CurlOptions& options);

}  // namespace canirun::net
