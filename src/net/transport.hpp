// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <optional>

#include "net/http.hpp"

namespace canirun::net {

/// What kept an answer from coming, and whether the same question may get one a moment later.
struct Trouble {
  Error error;
  bool worth_retrying = false;  ///< a connection that broke, not a host that is not there
};

/// One request, one answer: no redirect is followed, nothing is tried twice. `request.url` has been checked.
class Transport {
 public:
  virtual ~Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  /// `seconds`: what is left of the time for this answer.
  virtual tl::expected<HttpResponse, Trouble> exchange(const HttpRequest& request, double seconds) = 0;

 protected:
  Transport() = default;
};

}  // namespace canirun::net
