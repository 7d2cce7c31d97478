// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace canirun::net {

struct ByteRange {
  std::uint64_t first = 0, last = 0;  ///< both included, as HTTP counts
};

struct HttpRequest {
  std::string url;
  bool head_only = false;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<ByteRange> range;
  /// The body is cut here, and the connection closed when more comes: a server that ignores ranges must not send gigabytes.
  std::uint64_t most_bytes = 16ULL << 20U;
  bool follow_redirects = true;
};

/// The last answer of a chain of redirects.
struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string url;   ///< where the answer came from, after redirects
  bool cut = false;  ///< the body was longer than `most_bytes`
  /// Headers of the first answer when that was a redirect: a hub says there what its CDN does not know (x-linked-etag).
  std::vector<std::pair<std::string, std::string>> first_headers;

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  [[nodiscard]] std::string_view first_header(std::string_view lower_case_name) const;
};

/// What a run has cost so far.
struct Traffic {
  std::uint64_t requests = 0;        ///< sent, each hop of a redirect counted
  std::uint64_t received_bytes = 0;  ///< bodies, as they came over the wire
};

/// One way to speak HTTP. Statuses are answers, not errors; errors are what kept an answer from coming (no network, no
/// name, refused, time limits, a certificate that does not hold, no libcurl), each with the host and a hint.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  [[nodiscard]] virtual Traffic traffic() const = 0;

 protected:
  HttpClient() = default;
};

}  // namespace canirun::net
