// SPDX-License-Identifier: MIT
#include "net/curl_errors.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace canirun::net {
namespace {

constexpr const char* k_without = "files on this machine and the catalog (--offline) work without a network";
constexpr const char* k_certificate =
    "an authority of your own (a company's proxy) is named by SSL_CERT_FILE or CURL_CA_BUNDLE; also check this machine's "
    "clock";

Trouble network(std::string message, std::string hint, bool worth_retrying = false) {
  return {Error{.kind = ErrorKind::network, .message = std::move(message), .context = {}, .hint = std::move(hint)},
          worth_retrying};
}

Trouble not_connected(const CurlFailure& failure) {
  const std::string& host = failure.host;
  if (failure.os_error == ECONNREFUSED) {
    return network(fmt::format("cannot reach {}: the connection was refused", host),
                   fmt::format("is the address right, its port and a proxy (HTTPS_PROXY) too? {}", k_without));
  }
  if (failure.os_error == ENETUNREACH || failure.os_error == EHOSTUNREACH || failure.os_error == ENETDOWN) {
    return network(fmt::format("cannot reach {}: this machine has no way to the network", host), k_without);
  }
  return network(fmt::format("cannot reach {}: {}", host, failure.detail), k_without);
}

Trouble timed_out(const CurlFailure& failure) {
  if (!failure.connected) {
    return network(fmt::format("cannot reach {}: no connection in time ({})", failure.host, failure.detail),
                   fmt::format("a firewall may need a proxy (HTTPS_PROXY); {}", k_without));
  }
  return network(fmt::format("{} stopped answering: {}", failure.host, failure.detail),
                 fmt::format("try again later; {}", k_without));
}

}  // namespace

Trouble trouble_of(const CurlFailure& failure) {
  const std::string& host = failure.host;
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return network(fmt::format("cannot reach {}: nobody here knows a machine of that name", host),
                     fmt::format("no network, or a misspelt name; {}", k_without));
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network(fmt::format("cannot reach {}: the proxy's name is not known ({})", host, failure.detail),
                     "HTTPS_PROXY, HTTP_PROXY and ALL_PROXY name the proxy, NO_PROXY what needs none");
    case CURLE_COULDNT_CONNECT:
      return not_connected(failure);
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(failure);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
      return network(fmt::format("the certificate of {} does not hold: {}", host, failure.detail), k_certificate);
    case CURLE_SSL_CACERT_BADFILE:
      return network(fmt::format("cannot check the certificate of {}: {}", host, failure.detail),
                     "is the file that SSL_CERT_FILE or CURL_CA_BUNDLE names there, and a list of certificates?");
    case CURLE_SSL_CONNECT_ERROR:
      return network(fmt::format("{} does not speak TLS as expected: {}", host, failure.detail),
                     "is it an http:// address, or is something between here and there?");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return network(fmt::format("what {} answers is no HTTP ({})", host, failure.detail), "is the port right?");
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return network(fmt::format("the connection to {} broke: {}", host, failure.detail), "try again later", true);
    default:
      return network(fmt::format("asking {} failed: {}", host, failure.detail), k_without);
  }
}

}  // namespace canirun::net
