// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"
#include "net/transport.hpp"
#include "net/url.hpp"

namespace canirun::net {

/// How long to be patient, and with what clock. Tests bring a clock of their own.
struct Patience {
  int tries = 3;
  double total_s = 120;            ///< for one answer, waiting between tries included
  double longest_wait_s = 30;      ///< a server that asks for more is believed, and the run ends
  std::function<double()> now_s;   ///< steady
  std::function<double()> time_s;  ///< since 1970, for dates in Retry-After
  std::function<void(double seconds)> sleep;
  std::function<double()> random;  ///< 0 to 1
  /// Told before a wait; may be empty.
  std::function<void(std::string_view)> progress;
};
/// The machine's own clocks.
Patience real_patience();

/// Seconds that a Retry-After header asks for: a number, or a date seen from `now_s` (since 1970).
std::optional<double> retry_after_s(std::string_view value, double now_s);

/// Follows redirects and tries again what may work a moment later. A token goes to the host it was meant for and to no
/// other: the Authorization header is dropped on the first redirect to another origin.
class WebClient : public HttpClient {
 public:
  WebClient(std::unique_ptr<Transport> transport, Patience patience);
  Result<HttpResponse> send(const HttpRequest& request) override;
  [[nodiscard]] Traffic traffic() const override { return traffic_; }

 private:
  Result<HttpResponse> follow(const HttpRequest& request, double deadline_s, bool& again);

  std::unique_ptr<Transport> transport_;
  Patience patience_;
  Traffic traffic_;
};

}  // namespace canirun::net
