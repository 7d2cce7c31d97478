// SPDX-License-Identifier: MIT
#pragma once
#include <canirun/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/curl_transport.hpp"

/// A request whose answer is worth something while it still comes in: server-sent events of a model that writes.
namespace canirun::net {

struct StreamRequest {
  std::string url;
  std::string body = {};  ///< JSON to POST; empty: a GET
  std::vector<std::pair<std::string, std::string>> headers = {};
  double stall_s = 60;   ///< without a byte, before the first one or between two
  double total_s = 300;  ///< from the connection to the last byte
  /// The connection is closed when more comes.
  std::uint64_t most_bytes = 16U << 20U;
};

struct StreamAnswer {
  int status = 0;
  std::string content_type;
  std::string body;      ///< what nobody took: all of it without a sink, and whatever came with an error status
  bool stopped = false;  ///< the sink had enough, or `most_bytes` came
};

/// Called with each piece as it arrives, in order; false ends the exchange.
using Sink = std::function<bool(std::string_view piece)>;

/// One connection to one server, kept open. Not for several threads at once: make one for each.
class StreamClient {
 public:
  virtual ~StreamClient() = default;
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;
  /// Only pieces of a 2xx answer reach the sink. Statuses are answers; errors are what kept one from coming or from being
  /// complete. Redirects are not followed: a server that is measured is the one that was named.
  virtual Result<StreamAnswer> send(const StreamRequest& request, const Sink& sink) = 0;

 protected:
  StreamClient() = default;
};

/// Over libcurl. Addresses of this machine are never asked through a proxy.
std::unique_ptr<StreamClient> curl_stream_client(CurlOptions options);

/// Does the address lead to this machine itself: localhost, 127.0.0.0/8, ::1?
bool is_loopback(std::string_view host);

}  // namespace canirun::net
